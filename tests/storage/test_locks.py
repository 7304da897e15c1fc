"""The lock of a data file: one holder at a time, whoever else asks and however the holder ends."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from mp_core._storage import files, locks
from mp_core._storage.locks import LockBusyError, locked
from mp_core.errors import ConfigError
from tests.support.child_processes import started

HOLDER = """
import sys
from pathlib import Path
from mp_core._storage.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""

COUNTER = """
import sys
from pathlib import Path
from mp_core._storage.locks import locked
path = Path(sys.argv[1])
sys.stdin.readline()
for _ in range(50):
    with locked(path):
        path.write_text(str(int(path.read_text()) + 1))
"""


def running(script: str, path: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    command = (sys.executable, "-W", "error", "-c", script, str(path))
    return started(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the lock."""
    with running(HOLDER, path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def is_free(path: Path) -> bool:
    try:
        with locked(path, timeout_s=0):
            return True
    except LockBusyError:
        return False


def test_processes_that_count_under_the_lock_lose_no_count(path: Path) -> None:
    path.write_text("0")
    with ExitStack() as stack:
        processes = [stack.enter_context(running(COUNTER, path)) for _ in range(4)]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.close()
        assert [process.wait(60) for process in processes] == [0] * 4
    assert path.read_text() == "200"


def test_threads_that_count_under_the_lock_lose_no_count(path: Path) -> None:
    path.write_text("0")
    start = threading.Barrier(8)

    def count() -> None:
        start.wait(60)
        for _ in range(20):
            with locked(path):
                path.write_text(str(int(path.read_text()) + 1))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert path.read_text() == "160"


def test_a_lock_that_another_process_holds_is_busy_until_that_process_releases_it(
    path: Path,
) -> None:
    with held_elsewhere(path) as holder:
        assert not is_free(path)
        holder.communicate("", timeout=60)
        assert is_free(path)


def test_a_lock_that_another_thread_holds_is_busy(path: Path) -> None:
    found = []
    with locked(path):
        thread = threading.Thread(target=lambda: found.append(is_free(path)))
        thread.start()
        thread.join(60)
    assert found == [False]


def test_h02_a_killed_holder_holds_nothing(path: Path) -> None:
    with held_elsewhere(path) as holder:
        assert not is_free(path)
        holder.send_signal(signal.SIGKILL)
        holder.wait(60)
        assert is_free(path)


def test_a_caller_that_waits_proceeds_when_the_holder_is_killed(path: Path) -> None:
    entered = threading.Event()

    def enter() -> None:
        with locked(path, timeout_s=60):
            entered.set()

    with held_elsewhere(path) as holder:
        waiting = threading.Thread(target=enter)
        waiting.start()
        assert not entered.is_set()
        holder.kill()
        assert entered.wait(30)
        waiting.join(60)


def test_a_lock_that_stays_busy_is_an_error_that_says_who_to_look_for(path: Path) -> None:
    busy = pytest.raises(LockBusyError)
    with held_elsewhere(path), busy as caught, locked(path, timeout_s=0.05):
        raise AssertionError("The lock was had twice.")
    assert isinstance(caught.value, ConfigError)
    assert caught.value.code == "LOCK_BUSY"
    assert str(caught.value) == f"{path} has been locked by another process for 0.05 s."
    assert caught.value.hint == f"See who holds it: fuser {path}.lock"
    assert Path(f"{path}.lock").exists()
    assert caught.value.details == {"path": str(path)}


def test_the_lock_is_released_when_the_block_raises(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(path):
        raise ZeroDivisionError
    assert is_free(path)


def test_the_lock_file_is_never_removed_and_never_the_data_file(path: Path) -> None:
    path.write_text("data")
    lock = path.with_name("config.toml.lock")
    with locked(path):
        inode = lock.stat().st_ino
        files.write_private(path, "new data")
    with held_elsewhere(path):
        assert not is_free(path)
    with locked(path):
        pass
    assert lock.stat().st_ino == inode
    assert path.read_text() == "new data"
    assert sorted(os.listdir(path.parent)) == ["config.toml", "config.toml.lock"]


def test_replacing_the_data_file_does_not_release_its_lock(path: Path) -> None:
    with locked(path):
        files.write_private(path, "one")
        assert not is_free(path)
        files.delete(path)
        assert not is_free(path)


def test_a_file_and_a_link_to_it_share_one_lock(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    with locked(link):
        assert not is_free(path)
        with pytest.raises(LockBusyError) as caught, locked(link, timeout_s=0):
            raise AssertionError("The lock was had twice.")
    assert str(caught.value.hint).endswith(f"fuser {path}.lock")


def test_files_beside_each_other_have_locks_of_their_own(path: Path) -> None:
    with locked(path):
        assert is_free(path.with_name("other"))


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_the_lock_file_is_private_and_so_are_the_directories_made_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "tokens.json"
    with locked(path):
        modes = {
            place.relative_to(tmp_path).as_posix(): stat.S_IMODE(place.stat().st_mode)
            for place in tmp_path.rglob("*")
        }
    assert modes == {"a": 0o700, "a/b": 0o700, "a/b/tokens.json.lock": 0o600}


def test_a_file_that_was_there_before_the_lock_keeps_content_and_mode(path: Path) -> None:
    mine = path.with_name("config.toml.lock")
    mine.write_text("mine")
    mine.chmod(0o644)
    with locked(path):
        assert not is_free(path)
    assert (mine.read_text(), stat.S_IMODE(mine.stat().st_mode)) == ("mine", 0o644)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path, path: Path) -> None:
    path.with_name("config.toml.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="could not be written"), locked(path):
        raise AssertionError("It was had.")
    assert not (tmp_path / "elsewhere").exists()


def test_a_lock_that_cannot_be_made_is_an_error_that_is_not_about_waiting(path: Path) -> None:
    path.write_text("a file, and no directory")
    with pytest.raises(ConfigError, match="could not be written") as caught, locked(path / "below"):
        raise AssertionError("There is nothing to lock.")
    assert not isinstance(caught.value, LockBusyError)


def test_the_usual_wait_is_longer_than_a_token_request_may_take() -> None:
    assert locks.TIMEOUT_S > 30 + 10
