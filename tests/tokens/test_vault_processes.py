"""One login, many processes: refreshed once, by whoever lives, and never lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mp_core.errors import CredentialWarning, OAuthError
from tests.support.child_processes import SOMEONE, apart, in_child, killed_at, needs_root
from tests.support.rotating_provider import PASS, STALE, Server, process
from tests.support.rotating_server import Asker, Rotation, rotating

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="users, limits and signals are POSIX's"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]


@pytest.fixture
def server() -> Iterator[Rotation]:
    with rotating() as server:
        yield server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A storage root with a stale token."""
    process(tmp_path, Server()).store(PASS, STALE)
    return tmp_path


@pytest.fixture
def file(root: Path) -> Path:
    return root / "accounts" / "me" / "tokens.json"


def test_h01_eight_processes_of_twenty_threads_make_one_refresh(
    root: Path, server: Rotation
) -> None:
    with ExitStack() as stack:
        askers = [stack.enter_context(Asker(root, server.url)) for _ in range(8)]
        for asker in askers:
            asker.ask(20)
        answers = Counter(answer for asker in askers for answer in asker.answers())
    assert answers == {"a1": 160}
    assert server.spent == ["r0"]


def test_h02_when_the_process_that_refreshes_is_killed_the_next_one_does_it(
    root: Path, server: Rotation
) -> None:
    server.holds = True
    with Asker(root, server.url) as holder, Asker(root, server.url) as following:
        holder.ask()
        assert server.arrived.wait(10)
        following.ask(20)
        holder.process.kill()
        assert following.answers() == ["a1"] * 20
    assert server.spent == ["r0"]


def killed_refreshes(root: Path, file: Path) -> int:
    """Kill a refresh at one moment after the other; return how many moments it has."""
    server = Server(keeps_refresh_token=True)
    process(root, server).access_token(PASS)  # It loads what would make children slow.
    stale = file.with_name("stale.json")
    process(root, server).store(PASS, STALE)
    shutil.copy(file, stale)
    moment = 0
    while killed_at(
        moment, lambda: process(root, server).access_token(PASS), below=f"mp_core{os.sep}"
    ):
        assert json.loads(file.read_text())["refresh_token"] == "r0"
        assert process(root, server, patience_s=30).access_token(PASS)
        os.replace(shutil.copy(stale, file.with_name("copy")), file)
        moment += 7
    return moment


@pytest.mark.sweep
def test_h02_h05_a_refresh_killed_at_any_of_its_moments_leaves_a_login_that_works_and_no_lock(
    root: Path, file: Path
) -> None:
    assert apart(killed_refreshes, root, file) > 500


def test_h72_a_full_disk_is_noticed_before_the_refresh_token_is_spent(
    root: Path, server: Rotation, file: Path
) -> None:
    before = file.read_bytes()
    with Asker(root, server.url) as asker, Asker(root, server.url) as other:
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(asker.process.pid, resource.RLIMIT_FSIZE, (0, most))
        asker.ask(20)
        assert asker.answers() == ["OAUTH_REFRESH_ERROR"] * 20
        assert file.read_bytes() == before
        assert {path.name for path in file.parent.iterdir()} == {"tokens.json", "tokens.json.lock"}
        other.ask()
        assert other.answers() == ["a1"]
        asker.ask()
        assert asker.answers() == ["a1"]
    assert server.spent == ["r0"]


@needs_root
def test_h03_a_home_that_cannot_be_written_costs_a_warning_and_no_call() -> None:
    root = Path(tempfile.mkdtemp())
    process(root, Server()).store(PASS, STALE)
    process(root, Server()).access_token(PASS)  # It loads what another user cannot read.
    process(root, Server()).store(PASS, STALE)
    place = root / "accounts" / "me"
    for lock in place.glob("*.lock"):
        lock.unlink()
    os.chown(place / "tokens.json", SOMEONE, -1)
    (place / "tokens.json").chmod(0o400)
    for directory in (root, root / "accounts", place):
        directory.chmod(0o555)

    def ask() -> None:
        os.setuid(SOMEONE)
        server = Server()
        vault = process(root, server)
        with pytest.warns(CredentialWarning, match="could not be saved") as caught:
            assert vault.access_token(PASS) == "a1"
        assert len(caught) == 1
        assert vault.access_token(PASS) == "a1"
        assert server.requests == ["r0"]

    try:
        assert in_child(ask) == 0
        assert [path.name for path in place.iterdir()] == ["tokens.json"]
    finally:
        shutil.rmtree(root)


@needs_root
def test_h74_a_lock_of_another_user_in_a_place_of_ones_own_is_an_error() -> None:
    root = Path(tempfile.mkdtemp())
    process(root, Server()).store(PASS, STALE)
    process(root, Server()).access_token(PASS)  # It loads what another user cannot read.
    process(root, Server()).store(PASS, STALE)
    place = root / "accounts" / "me"
    for own in (root, root / "accounts", place, place / "tokens.json"):
        os.chown(own, SOMEONE, -1)

    def ask() -> None:
        os.setuid(SOMEONE)
        server = Server()
        with pytest.raises(OAuthError, match="Permission denied") as caught:
            process(root, server).access_token(PASS)
        assert f"chown $(id -u) {place / 'tokens.json.lock'}" in str(caught.value.hint)
        assert server.requests == []

    try:
        assert in_child(ask) == 0
    finally:
        shutil.rmtree(root)


def test_a_forked_child_does_not_wait_for_a_thread_of_its_parent(root: Path) -> None:
    refreshing, forked = threading.Event(), threading.Event()
    server = Server(keeps_refresh_token=True)
    vault = process(root, server, patience_s=2)

    def during() -> None:
        refreshing.set()
        forked.wait(10)

    def ask() -> None:
        with pytest.raises(OAuthError, match="locked by another process"):
            vault.access_token(PASS)

    server.during = during
    thread = threading.Thread(target=vault.access_token, args=(PASS,))
    thread.start()
    assert refreshing.wait(10)
    try:
        assert in_child(ask) == 0
    finally:
        forked.set()
        thread.join(60)
