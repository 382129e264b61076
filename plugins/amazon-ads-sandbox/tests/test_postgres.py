"""The embedded Postgres: as root and as an ordinary user, through kills, with its data kept."""

from __future__ import annotations

import os
import signal
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import EmbeddedPostgres, PostgresError, binaries
from amazon_ads_sandbox.postgres.processes import recorded_pid


def ask(server: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        return cursor.fetchone() if cursor.description else None


def test_it_keeps_its_data_through_stops_and_kills(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path, free_port())
    try:
        server.start()
        ask(server, "create table t as select 1 as x")
        first = server.pid()
        assert server.start().pid() == first
        server.restart()
        assert server.pid() != first
        assert ask(server, "select x from t") == (1,)
        server.kill()
        assert server.pid() is None
        server.start()
        assert ask(server, "select x from t") == (1,)
        # The postmaster alone, as the kernel's out-of-memory killer would.
        pid = recorded_pid(server.data)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        server.start()
        assert ask(server, "select x from t") == (1,)
    finally:
        server.stop()


def test_it_listens_on_loopback_with_a_private_password(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, free_port()) as server:
        assert ask(server, "show listen_addresses") == ("127.0.0.1",)
        assert stat.S_IMODE(server.password_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(server.pass_file.stat().st_mode) == 0o600
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.dsn.replace(server.password, "wrong"))


def test_two_starts_at_once_agree(tmp_path: Path) -> None:
    port = free_port()
    servers = [EmbeddedPostgres(tmp_path, port) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(EmbeddedPostgres.start, servers))
    assert len({server.pid() for server in servers}) == 1
    servers[0].stop()


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PostgresError, match="is taken by another program; set AMAZON_ADS_SANDBOX_PG_PORT"):
            EmbeddedPostgres(tmp_path, taken.getsockname()[1]).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test here runs as an ordinary user already")
def test_as_root_the_server_runs_as_somebody_else(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with EmbeddedPostgres(tmp_path / "private", free_port()) as server:
        assert Path(f"/proc/{server.pid()}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test here runs as an ordinary user already")
def test_as_an_ordinary_user(tmp_path: Path) -> None:
    """In a child that has given up root, on a folder of its own."""
    folder = tmp_path / "own"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == 0 and str(parent) != "/":
            parent.chmod(parent.stat().st_mode | 0o011)
    if not all(parent.stat().st_mode & 0o001 for parent in binaries.folder().parents):
        pytest.skip("this interpreter's packages lie in a folder that only root may enter")
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            with EmbeddedPostgres(folder, free_port()) as server:
                answer = ask(server, "select current_user")
            os._exit(0 if answer == ("amazon_ads",) else 3)
        except BaseException:  # noqa: BLE001 - the parent reads the code
            os._exit(4)
    assert os.waitpid(child, 0)[1] == 0
