"""Runs initdb and postgres as the server's user."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from pathlib import Path

from amazon_ads_sandbox.postgres import account, binaries
from amazon_ads_sandbox.postgres.error import PostgresError
from amazon_ads_sandbox.postgres.home import write_private

USER = "amazon_ads"


def create(home: Path) -> None:
    """Create the data and the owner's password.

    Raises:
        PostgresError: initdb fails; what it says.
    """
    password = home / "password"
    write_private(password, secrets.token_urlsafe(24))
    account.own(password)
    # A creation that was interrupted leaves a folder that initdb refuses.
    shutil.rmtree(home / "data", ignore_errors=True)
    with account.handed(home) as (path, descriptors):
        done = binaries.run(
            "initdb",
            f"--pgdata={path / 'data'}",
            f"--username={USER}",
            f"--pwfile={path / password.name}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
            pass_fds=descriptors,
        )
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        said = [line for line in lines if "error:" in line or "FATAL:" in line] or lines[-1:]
        message = f"the embedded Postgres cannot be created in {home}: {' '.join(said) or 'initdb says nothing'}"
        raise PostgresError(message)


def launch(home: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the server on that port."""
    data = home / "data"
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_wal_size": "2GB",
        "shared_buffers": "128MB",
        "log_min_messages": "warning",
        # For nobody but whoever looks for the server of that data, in case -D has another name for it.
        "amazon_ads_sandbox.data": str(data),
    }
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    with (home / "postgres.log").open("ab") as log, account.handed(home) as (path, descriptors):
        return subprocess.Popen(  # noqa: S603 - the wheel's own program
            binaries.server_command("postgres", "-D", str(path / data.name), *arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            pass_fds=descriptors,
        )
