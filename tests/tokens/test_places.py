"""Places that are full, broken or out of descriptors: nothing is spent there."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mp_core._tokens.lineage import fingerprint
from mp_core.errors import CredentialWarning, OAuthError
from mp_core.plugin.tokens import REFRESH_ERROR
from tests.support.child_processes import in_child, needs_root
from tests.support.rotating_provider import FRESH, PASS, STALE, Server, file, process

__all__ = ["file"]

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="limits and mounts are POSIX's"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 64 kB."""
    place = Path(tempfile.mkdtemp())
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False, timeout=30).returncode:
        place.rmdir()
        pytest.skip("no file system can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True, timeout=30)
        place.rmdir()


@needs_root
def test_h72_a_full_disk_refuses_the_refresh_in_every_process(small_disk: Path) -> None:
    server = Server()
    process(small_disk, server).store(PASS, STALE)
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(b"x" * 100_000)
    for _ in range(2):
        with pytest.raises(OAuthError, match=r"was not refreshed: .*No space left") as caught:
            process(small_disk, server).access_token(PASS)
        assert caught.value.code == REFRESH_ERROR
        assert "free space" in str(caught.value.hint)
    assert server.requests == []
    filler.unlink()
    assert process(small_disk, server).access_token(PASS) == "a1"
    assert server.requests == ["r0"]


def test_h74_out_of_descriptors_nothing_is_refreshed_without_the_lock(tmp_path: Path) -> None:
    server = Server()
    process(tmp_path, server).store(PASS, STALE)
    process(tmp_path, Server()).access_token(PASS)  # It loads what needs descriptors to load.
    process(tmp_path, server).store(PASS, STALE)
    vault = process(tmp_path, server)

    def ask() -> None:
        assert vault.peek(PASS) == STALE
        limit = os.dup(0)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        with pytest.raises(OAuthError, match="Too many open files") as caught:
            vault.access_token(PASS)
        assert caught.value.code == REFRESH_ERROR
        assert server.requests == []

    assert in_child(ask) == 0


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EIO, errno.ENFILE])
def test_h74_a_lock_that_fails_is_an_error_and_no_reason_to_go_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    server = Server()
    process(tmp_path, server).store(PASS, STALE)

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(OAuthError, match=os.strerror(number)) as caught:
        process(tmp_path, server).access_token(PASS)
    assert (caught.value.code, server.requests) == (REFRESH_ERROR, [])


@needs_root
def test_h74_a_place_that_nobody_can_write_to_goes_on_in_memory(small_disk: Path) -> None:
    server = Server()
    process(small_disk, server).store(PASS, STALE)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True, timeout=30)
    with pytest.warns(CredentialWarning, match="could not be saved") as said:
        assert process(small_disk, server).access_token(PASS) == "a1"
    assert len(said) == 1
    assert shutil.disk_usage(small_disk).total == 65536


@needs_root
def test_h73_new_tokens_of_a_killed_process_serve_where_nobody_can_write(small_disk: Path) -> None:
    server = Server()
    process(small_disk, server).store(PASS, STALE)
    stored = small_disk / "accounts" / "me" / "tokens.json"
    left = {**json.loads(stored.read_text()), "continues": fingerprint(STALE), **FRESH.reveal()}
    draft = stored.with_name(f".{stored.name}.mp-tmp-0")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({**left, "access_token": "a1", "refresh_token": "r1"}))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True, timeout=30)
    vault = process(small_disk, server)
    assert [vault.access_token(PASS), vault.access_token(PASS)] == ["a1", "a1"]
    assert server.requests == []


@needs_root
@pytest.mark.filterwarnings("ignore:.*could not be saved:mp_core.errors.CredentialWarning")
def test_h74_forked_children_know_the_tokens_that_could_not_be_saved(small_disk: Path) -> None:
    server = Server()
    vault = process(small_disk, server)
    vault.store(PASS, STALE)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True, timeout=30)
    assert vault.access_token(PASS) == "a1"

    def ask() -> None:
        assert vault.access_token(PASS) == "a1"
        assert server.requests == ["r0"]

    assert in_child(lambda: in_child(ask) and os._exit(2)) == 0
    assert in_child(ask) == 0
