"""The state folder and what runs from it: one's own, and only what is really ours is stopped."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from amazon_ads_sandbox import places
from amazon_ads_sandbox.background import BackgroundSandbox
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
