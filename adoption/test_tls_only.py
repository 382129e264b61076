"""A server that takes nobody without TLS, as hosted Postgres does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from harness.installation import Installation

from amazon_ads_sandbox.places import free_port
from entities_runner.account import CREDENTIALS, UsageError
from entities_runner.database import Database

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
PASSWORD = "a secret"  # noqa: S105 - made up
AS_SERVER = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    """What .env says of it; the embedded Postgres is built without TLS, so this is the system's."""
    if not PROGRAMS:
        pytest.skip("no Postgres of the system on this machine")
    programs = PROGRAMS[-1].parent
    folder = Path(f"/tmp/amazon-ads-tls-{os.getpid()}")  # noqa: S108 - the server's user reaches no private folder
    port = str(free_port())
    folder.mkdir()
    if AS_SERVER:
        folder.chmod(0o777)

    def run(*command: str | Path) -> None:
        subprocess.run([*AS_SERVER, *command], check=True, capture_output=True, cwd="/")

    try:
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        data = folder / "data"
        run(programs / "initdb", "-D", data, "-U", "me", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}")
        key = ("-newkey", "rsa:2048", "-nodes", "-keyout", str(folder / "key.pem"), "-out", str(folder / "ca.pem"))
        run("openssl", "req", "-x509", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", *key)
        run("sh", "-c", f"echo 'hostssl all all all scram-sha-256' > '{data}/pg_hba.conf'")
        options = f"-p {port} -k {folder} -c ssl=on -c ssl_cert_file={folder}/ca.pem -c ssl_key_file={folder}/key.pem"
        run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        yield {
            "TARGET_POSTGRES_HOST": "localhost",
            "TARGET_POSTGRES_PORT": port,
            "TARGET_POSTGRES_USER": "me",
            "TARGET_POSTGRES_PASSWORD": PASSWORD,
            "TARGET_POSTGRES_DATABASE": "postgres",
            "certificate": str(folder / "ca.pem"),
        }
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        run("rm", "-rf", str(folder / "data"), str(folder / "key.pem"), str(folder / "ca.pem"))
        subprocess.run(["rm", "-rf", str(folder)], check=True)  # noqa: S607 - the first on the PATH


@pytest.mark.parametrize("mode", [{}, {"TARGET_POSTGRES_SSL_ENABLE": "true"}, {"PGSSLMODE": "verify-full"}])
def test_psql_and_runs_reach_it(server: dict[str, str], mode: dict[str, str], tmp_path: Path) -> None:
    variables = {name: value for name, value in server.items() if name != "certificate"}
    if mode:
        mode |= {"PGSSLROOTCERT": server["certificate"]}
    project = Installation(tmp_path / "project", env={**variables, **mode, **dict.fromkeys(CREDENTIALS, "x")})
    asked = project.run("entities-psql", "select 'encrypted' from pg_stat_ssl where pid = pg_backend_pid() and ssl")
    assert asked.code == 0, asked.output
    assert "encrypted" in asked.output
    with Database({**variables, **mode}).open() as connection:
        assert connection.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetchone() == (True,)


def test_a_server_that_cannot_prove_who_it_is_is_refused(server: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="cannot be reached"):
        Database({**server, "TARGET_POSTGRES_SSL_ENABLE": "true"}).check()
    with pytest.raises(psycopg.OperationalError):
        Database({**server, "PGSSLMODE": "disable"}).open()


def test_where_no_psql_with_tls_is_installed_that_is_said(server: dict[str, str], tmp_path: Path) -> None:
    project = Installation(tmp_path / "project", env={**server, **dict.fromkeys(CREDENTIALS, "x")})
    asked = project.run("entities-psql", "select 1", PATH="/nonexistent")
    assert asked.code != 0
    assert asked.lines("If the server wants TLS: the psql that comes with this has none"), asked.output
