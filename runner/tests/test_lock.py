"""One run at a time: no other user can get in the way, and what an earlier run left has to end first."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from entities_runner import lock
from entities_runner.lock import Busy, hold, not_beside, only_one, tap_alone
from entities_runner.private_file import LockError

BUSY = "Another sync is under way in this folder; wait for it to end."
SOMEBODY = 65_534

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="who has a file open is read from /proc")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".sandbox"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def as_somebody(act: Callable[[], object]) -> str:
    """What an act comes to when another user does it: what it returns, or the error."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(SOMEBODY)
            os.setuid(SOMEBODY)
            said = repr(act())
        except BaseException as error:  # noqa: BLE001 - it is what the parent asks for
            said = f"{type(error).__name__}: {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def let_everybody_pass(folder: Path) -> None:
    """Pytest's folders are private; what is above the folder in question shall not be what protects it."""
    for parent in folder.parents:
        if parent.stat().st_mode & 0o011 != 0o011:
            parent.chmod(parent.stat().st_mode | 0o011)


@contextmanager
def process(code: str, *arguments: object, **options: object) -> Iterator[subprocess.Popen[str]]:
    """A process that has said that it is ready."""
    command = [sys.executable, "-c", f"import os, sys, time\nfrom pathlib import Path\n{code}", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options) as started:  # type: ignore[call-overload]
        try:
            assert started.stdout.readline() == "ready\n"
            yield started
        finally:
            started.kill()


ONLY_ONE = """
from entities_runner.lock import only_one
with only_one(Path(sys.argv[1])) as held:
    print("ready", flush=True)
    time.sleep(60)
"""
CHILD = """
import subprocess
from entities_runner.lock import only_one
with only_one(Path(sys.argv[1])) as held:
    child = subprocess.Popen(["sleep", "60"], pass_fds=[held.fd])
    Path(sys.argv[2]).write_text(str(child.pid))
    print("ready", flush=True)
    time.sleep(60)
"""
LAUNCHER = """
from entities_runner.lock import hold
hold(Path(sys.argv[1]))
os.execv(sys.executable, [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(float(%r))" %
                          sys.argv[2], "/bin/" + sys.argv[3]])
"""


def test_a_second_run_is_told_and_the_next_one_is_not(folder: Path) -> None:
    with process(ONLY_ONE, folder), pytest.raises(Busy, match=BUSY), only_one(folder):
        pass
    with only_one(folder) as held:
        assert os.get_inheritable(held.fd)
        with pytest.raises(Busy, match=BUSY), only_one(folder):
            pass
    with only_one(folder):
        pass


def test_folder_and_files_are_their_owners_alone(folder: Path) -> None:
    before = os.umask(0)
    try:
        with only_one(folder):
            os.close(hold(folder))
            os.close(tap_alone(folder))
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.iterdir()} == dict.fromkeys(
        ["sync.lock", "children.lock", "tap.lock"], 0o600
    )


@pytest.mark.parametrize(("found", "left"), [(0o700, 0o700), (0o750, 0o750), (0o755, 0o755), (0o777, 0o755)])
def test_a_folder_that_is_there_is_never_opened_further(folder: Path, found: int, left: int) -> None:
    folder.mkdir()
    folder.chmod(found)
    with only_one(folder):
        assert mode(folder) == left


@needs_root
def test_another_user_can_neither_lock_the_file_nor_put_another_in_its_place(folder: Path) -> None:
    folder.mkdir(0o777)
    folder.chmod(0o777)
    let_everybody_pass(folder)
    with only_one(folder):
        path = folder / "sync.lock"
        assert as_somebody(lambda: os.open(path, os.O_RDONLY)).startswith("PermissionError")
        assert as_somebody(path.unlink).startswith("PermissionError")
        assert as_somebody(lambda: only_one(folder).__enter__()) == (
            f"LockError: {folder} belongs to root: run this as root, or in a copy of the project that is your own."
        )


@needs_root
@pytest.mark.parametrize("name", ["sync.lock", "children.lock", "tap.lock"])
def test_a_lock_that_another_user_holds_on_an_old_file_does_not_count(folder: Path, name: str) -> None:
    folder.mkdir(0o755)
    (folder / name).touch(0o644)
    let_everybody_pass(folder)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(SOMEBODY)
        fcntl.flock(os.open(folder / name, os.O_RDONLY), fcntl.LOCK_EX)
        os.write(writing, b"!")
        time.sleep(60)
        os._exit(0)
    try:
        assert os.read(reading, 1) == b"!"
        with only_one(folder):
            os.close(hold(folder))
            os.close(tap_alone(folder))
        assert mode(folder / name) == 0o600
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_link_is_replaced_and_what_it_leads_to_is_left_alone(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    (tmp_path / "precious").write_text("kept")
    (folder / "sync.lock").symlink_to(tmp_path / "precious")
    with only_one(folder):
        assert not (folder / "sync.lock").is_symlink()
    assert (tmp_path / "precious").read_text() == "kept"


@needs_root
def test_another_users_file_is_replaced(folder: Path) -> None:
    folder.mkdir()
    (folder / "sync.lock").touch(0o600)
    os.chown(folder / "sync.lock", SOMEBODY, SOMEBODY)
    with only_one(folder):
        assert (folder / "sync.lock").stat().st_uid == 0


@needs_root
def test_root_leaves_another_users_project_alone(folder: Path) -> None:
    folder.mkdir()
    os.chown(folder, 12_345, 12_345)
    with pytest.raises(LockError, match="belongs to the user with id 12345: run this as"), only_one(folder):
        pass
    assert not list(folder.iterdir())


def test_of_many_who_find_an_open_file_one_at_a_time_goes_on(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    code = """
from entities_runner.lock import Busy, only_one
folder, alone = Path(sys.argv[1]), Path(sys.argv[2])
print("ready", flush=True)
ends, got = time.monotonic() + 1.5, 0
while time.monotonic() < ends:
    try:
        with only_one(folder) as held:
            alone.mkdir()
            alone.rmdir()
            os.fchmod(held.fd, 0o600 if got % 3 else 0o644)
            got += 1
    except Busy:
        pass
sys.exit(0 if got else 3)
"""

    def take_part(_: int) -> int:
        with process(code, folder, tmp_path / "alone") as started:
            return started.wait(30)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(take_part, range(4))) <= {0, 3}
    assert not (tmp_path / "alone").exists()


def test_a_child_of_a_killed_run_holds_its_lock(folder: Path, tmp_path: Path) -> None:
    with process(CHILD, folder, tmp_path / "child") as started:
        started.kill()
        started.wait()
    child = int((tmp_path / "child").read_text())
    try:
        with pytest.raises(Busy, match=BUSY), only_one(folder):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
    for _ in range(100):
        try:
            with only_one(folder):
                return
        except Busy:
            time.sleep(0.05)
    pytest.fail("the lock is still held")


@needs_proc
def test_a_loader_that_is_still_ending_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_CHILDREN_SECONDS", 0.3)
    with process(LAUNCHER, folder, 60, "target-postgres") as loader:
        with pytest.raises(Busy) as one, only_one(folder):
            pass
        with (
            process(LAUNCHER, folder, 60, "tap-amazon-ads-entities") as tap,
            pytest.raises(Busy) as two,
            only_one(folder),
        ):
            pass
    assert str(one.value) == (f"the loader (process {loader.pid}) of an earlier run is still ending; wait or stop it.")
    assert {f"the loader (process {loader.pid})", f"the tap (process {tap.pid})"} < set(
        str(two.value).replace(" of an", ", of an").split(", ")
    )


def test_a_run_begins_when_the_last_child_of_the_earlier_one_has_ended(folder: Path) -> None:
    with process(LAUNCHER, folder, 1.5, "target-postgres") as loader, only_one(folder):
        assert loader.wait(0.5) == 0


def test_children_hold_together_and_taps_do_not(folder: Path) -> None:
    with only_one(folder):
        held = [hold(folder), hold(folder), tap_alone(folder)]
        with pytest.raises(Busy, match=BUSY):
            tap_alone(folder)
        for descriptor in held:
            os.close(descriptor)
        os.close(tap_alone(folder))


def test_what_belongs_to_a_sync_works_beside_it_and_another_run_does_not(folder: Path) -> None:
    with only_one(folder, "one"):
        not_beside(folder, "one")
        with pytest.raises(Busy, match=BUSY):
            not_beside(folder, "another")
    not_beside(folder, "another")
    with only_one(folder, "another"):
        not_beside(folder, "another")
    with only_one(folder):
        not_beside(folder, "of a sync that could not say its id")


@needs_root
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    os.chown(project, SOMEBODY, SOMEBODY)
    project.chmod(0o555)
    let_everybody_pass(project)
    folder = project / ".sandbox"
    assert as_somebody(lambda: only_one(folder).__enter__()) == (
        f"LockError: {folder} cannot be written (Permission denied): a sync keeps its locks and logs there."
    )


def test_a_file_system_without_locks_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No such file system is at hand everywhere: what the call answers there is made up."""

    def refuse(_: int, __: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(LockError, match=r"keeps no locks \(No locks available\)"), only_one(folder):
        pass
