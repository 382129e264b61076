"""The state folder and what runs from it: one's own, and only what is really ours is stopped."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from amazon_ads_sandbox import background, places
from amazon_ads_sandbox.background import BackgroundSandbox
from amazon_ads_sandbox.cli import main
from amazon_ads_sandbox.waiting import lives, wait_gone


def test_the_state_folder_is_private_and_its_permissions_are_kept_once_it_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "new" / ".sandbox"
    places.make_private(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o750)
    places.make_private(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RuntimeError, match=r"cannot write to .*; choose another"):
        BackgroundSandbox(tmp_path / "file" / ".sandbox").start()


def test_a_port_that_cannot_be_used_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        # It takes connections and answers none.
        taken.listen()
        port = str(taken.getsockname()[1])
        monkeypatch.setenv(places.API_PORT, port)
        with pytest.raises(RuntimeError, match=f"port {port} on 127.0.0.1 is taken .* set AMAZON_ADS_SANDBOX_PORT to"):
            BackgroundSandbox(tmp_path).start()
        served = CliRunner().invoke(main, ["serve", f"--port={port}"])
        assert served.exit_code == 1
        assert f"Port {port} on 127.0.0.1 is taken" in served.output
    monkeypatch.setenv(places.API_PORT, "many")
    started = CliRunner().invoke(main, ["truth"])
    assert started.exit_code == 1
    assert "AMAZON_ADS_SANDBOX_PORT is 'many', which is not a port number." in started.output


def test_programs_that_start_the_account_at_the_same_moment_start_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers: list[subprocess.Popen[bytes]] = []

    def popen(*command: Any, **options: Any) -> subprocess.Popen[bytes]:
        servers.append(subprocess.Popen(*command, **options))
        return servers[-1]

    monkeypatch.setenv(places.API_PORT, str(places.free_port()))
    monkeypatch.setattr(background, "subprocess", SimpleNamespace(Popen=popen, DEVNULL=subprocess.DEVNULL))
    with ThreadPoolExecutor(4) as programs:
        started = list(programs.map(lambda _: BackgroundSandbox(tmp_path).start(), range(4)))
    try:
        assert all(each.running() for each in started)
        (server,) = servers
        assert (tmp_path / "sandbox.pid").read_text() == f"{server.pid} {started[0].port}"
    finally:
        started[0].stop()
    assert not started[0].running()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["truth", "--url=http://127.0.0.1:9"], "No sandbox answers at http://127.0.0.1:9"),
        (["faults", "--url=http://127.0.0.1:9", "--add=x"], "A rule is a JSON object"),
        (["faults", "--url=http://127.0.0.1:9", '--add={"action": "x"}'], "A rule is a JSON object"),
        (["change", "--fraction=-1"], "Invalid value for '--fraction'"),
        (["serve", "--profiles=-1"], "Invalid value for '--profiles'"),
        (["serve", "--port=65536"], "Invalid value for '--port'"),
    ],
)
def test_a_wrong_argument_is_a_sentence(arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(main, arguments)
    assert isinstance(done.exception, SystemExit)
    assert done.exit_code != 0
    assert says in done.output


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process id is all there is to go by")
def test_a_process_that_has_got_the_servers_id_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (tmp_path / "sandbox.pid").write_text(f"{stranger.pid} 8790")
        BackgroundSandbox(tmp_path).stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="the state of a process is read from /proc")
def test_a_process_that_nobody_has_asked_after_counts_as_gone() -> None:
    """In containers nobody asks after orphans."""
    ended = os.fork()
    if ended == 0:
        os._exit(0)
    os.waitid(os.P_PID, ended, os.WEXITED | os.WNOWAIT)
    assert not lives(ended)
    assert wait_gone(ended, 1)
