"""The embedded Postgres: as root and as an ordinary user, through kills, with its data kept."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import EmbeddedPostgres, PostgresError, binaries, users
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


def test_the_last_of_its_users_stops_what_one_of_them_has_started(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path, free_port())
    try:
        first, second = ExitStack(), ExitStack()
        first.enter_context(users.shared(server))
        second.enter_context(users.shared(EmbeddedPostgres(tmp_path)))
        first.close()
        assert ask(server, "select 1") == (1,)
        second.close()
        assert server.pid() is None
        with users.shared(server):
            users.keep(EmbeddedPostgres(tmp_path))
        assert ask(server, "select 1") == (1,)
    finally:
        server.stop()


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


_CHOWN, _DAC_OVERRIDE, _SETUID, _SETPCAP = 0, 1, 7, 8
_WITHOUT = (
    "import ctypes, os, sys;"
    "count = int(sys.argv[1]);"
    "[ctypes.CDLL(None).prctl(24, int(each), 0, 0, 0) for each in sys.argv[2:2 + count]];"
    "os.execv(sys.executable, [sys.executable, '-m', 'amazon_ads_sandbox', *sys.argv[2 + count:]])"
)


def sandbox(folder: Path, *arguments: str, lacking: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
    """The plugin's command in a folder of its own with everything below it, as in a container without some rights."""
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT, str(len(lacking)), *map(str, lacking), *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(folder / "site"),
            "AMAZON_ADS_SANDBOX_HOME": str(folder / ".sandbox"),
            "AMAZON_ADS_SANDBOX_PG_PORT": str(free_port()),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def private_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Binaries and data below a folder that its owner alone may enter, as in a clone below /root."""
    private = tmp_path_factory.mktemp("private")
    private.chmod(0o700)
    project = private / "über my projects"
    package = binaries.folder().parent.parent
    # Without the other version in the wheel, and what only compilers need.
    unused = shutil.ignore_patterns("pginstall", "include")
    shutil.copytree(package, project / "site" / package.name, symlinks=True, ignore=unused)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, project / "site" / libraries.name, symlinks=True)
    return project


@pytest.mark.skipif(os.geteuid() != 0, reason="only for root does the server run as somebody else")
@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux' own")
@pytest.mark.parametrize(
    "lacking",
    [(), (_SETPCAP,)],
    ids=["with every right", "where access(2) forgets capabilities"],
)
def test_as_root_below_a_private_folder(private_project: Path, lacking: tuple[int, ...]) -> None:
    before = (private_project.parent.stat().st_mode, private_project.stat().st_mode)
    shutil.rmtree(private_project / ".sandbox", ignore_errors=True)
    started = sandbox(private_project, "postgres", "start", lacking=lacking)
    try:
        assert (started.returncode, started.stderr) == (0, "")
        server = EmbeddedPostgres(private_project / ".sandbox")
        assert Path(f"/proc/{server.pid()}").stat().st_uid != 0
        server.kill()
        answer = sandbox(private_project, "psql", "select 40 + 2 as answer", lacking=lacking)
        assert "42" in answer.stdout
        assert server.pid() is not None
    finally:
        stopped = sandbox(private_project, "postgres", "stop", lacking=lacking)
    assert (stopped.returncode, server.pid()) == (0, None)
    assert (private_project.parent.stat().st_mode, private_project.stat().st_mode) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only for root does the server run as somebody else")
@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux' own")
@pytest.mark.parametrize(
    ("lacking", "reason"),
    [
        (_SETUID, "become another user: Operation not permitted"),
        (_CHOWN, "give {home} to another user: Operation not permitted"),
        (
            _DAC_OVERRIDE,
            "use another user's folders: the capability CAP_DAC_OVERRIDE is missing",
        ),
    ],
)
def test_where_a_container_leaves_root_no_other_user_it_says_what_to_do(
    private_project: Path, lacking: int, reason: str
) -> None:
    shutil.rmtree(private_project / ".sandbox", ignore_errors=True)
    done = sandbox(private_project, "postgres", "start", lacking=(lacking,))
    sentence = (
        f"Postgres refuses to run as root, and here root may not {reason}; "
        "run this as an ordinary user, or set TARGET_POSTGRES_HOST to a Postgres of your own"
    ).format(home=private_project / ".sandbox" / "postgres")
    assert (done.returncode, done.stderr) == (1, f"Error: {sentence}\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_another_users_server_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    home.mkdir(0o700)
    os.chown(home, 12_345, 12_345)
    with pytest.raises(PostgresError, match="belongs to the user with id 12345; run this as the user with id 12345"):
        EmbeddedPostgres(tmp_path, free_port()).start()
    assert home.stat().st_uid == 12_345


def test_a_server_that_ends_while_starting_is_told_at_once(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path, free_port())
    with server:
        pass
    with (server.data / "postgresql.conf").open("a") as settings:
        settings.write("\nno_such_setting = 1\n")
    began = time.monotonic()
    with pytest.raises(PostgresError, match="no_such_setting"):
        server.start()
    assert time.monotonic() - began < 10


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
