"""New tokens that a killed process had written, and not yet put in place."""

from __future__ import annotations

import errno
import json
import os
import signal
from pathlib import Path

import pytest

from mp_core._storage.drafts import drafts_of
from mp_core._tokens.vault import TokenVault
from mp_core.errors import OAuthError
from mp_core.plugin.tokens import REFRESH_ERROR
from tests.support.child_processes import in_child
from tests.support.rotating_provider import (
    FRESH,
    PASS,
    STALE,
    Server,
    file,
    process,
    server,
    tokens_of,
    vault,
)

__all__ = ["file", "server", "vault"]

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]


@pytest.fixture
def killed(tmp_path: Path, file: Path) -> Path:
    """The draft of a process that was killed when it had the new tokens on the disk."""
    process(tmp_path, Server()).store(PASS, STALE)

    def refresh() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "replace", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            process(tmp_path, Server()).access_token(PASS)

    assert os.WIFSIGNALED(in_child(refresh))
    [draft] = drafts_of(file)
    return draft


def test_h73_new_tokens_of_a_killed_process_are_adopted(
    vault: TokenVault, server: Server, file: Path, killed: Path
) -> None:
    assert vault.access_token(PASS) == "a1"
    assert server.requests == []
    assert json.loads(file.read_text())["refresh_token"] == "r1"
    assert drafts_of(file) == []


def test_h73_new_tokens_of_a_killed_process_that_are_stale_by_now_are_refreshed(
    vault: TokenVault, server: Server, file: Path, killed: Path
) -> None:
    server.serial = 1
    record = json.loads(killed.read_text())
    killed.write_text(json.dumps({**record, "expires_at": STALE.expires_at.isoformat()}))
    vault.access_token(PASS)
    assert server.requests == ["r1"]


@pytest.mark.parametrize(
    "change",
    [
        {"continues": "others"},
        {"continues": None},
        {"access_token": None},
        {"region": "eu"},
        {"account": "ME"},
        {"type": "ticket"},
    ],
    ids=str,
)
def test_h73_what_does_not_continue_the_stored_tokens_is_swept(
    vault: TokenVault, server: Server, file: Path, killed: Path, change: dict[str, str | None]
) -> None:
    changed = {**json.loads(killed.read_text()), **change}
    killed.write_text(json.dumps({key: changed[key] for key in changed if changed[key]}))
    assert vault.access_token(PASS) == "a1"
    assert server.requests == ["r0"]
    assert drafts_of(file) == []


def test_h73_a_draft_cut_short_anywhere_is_swept(tmp_path: Path, file: Path, killed: Path) -> None:
    whole, stored = killed.read_bytes(), file.read_bytes()
    for length in range(0, len(whole.rstrip()) - 1, 9):
        killed.write_bytes(whole[:length])
        killed.chmod(0o600)
        file.write_bytes(stored)
        server = Server()
        assert process(tmp_path, server).access_token(PASS) == "a1"
        assert server.requests == ["r0"]
        assert drafts_of(file) == []


def test_h73_a_draft_whose_room_was_not_given_back_is_whole(
    vault: TokenVault, server: Server, killed: Path
) -> None:
    killed.write_bytes(killed.read_bytes() + b" " * 4096)
    assert vault.access_token(PASS) == "a1"
    assert server.requests == []


def test_h73_new_tokens_that_cannot_be_put_in_place_are_no_reason_to_spend_the_old_ones_again(
    vault: TokenVault, server: Server, killed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", fail)
        with pytest.raises(OAuthError, match="Input/output error") as caught:
            vault.access_token(PASS)
    assert (caught.value.code, server.requests) == (REFRESH_ERROR, [])
    assert vault.access_token(PASS) == "a1"
    assert server.requests == []


def test_h73_tokens_that_serve_are_left_alone(
    vault: TokenVault, server: Server, file: Path, killed: Path
) -> None:
    record = json.loads(file.read_text())
    file.write_text(json.dumps({**record, "expires_at": FRESH.expires_at.isoformat()}))
    assert vault.access_token(PASS) == "a0"
    assert killed.exists()


def test_h73_a_new_login_and_a_logout_leave_no_draft(
    vault: TokenVault, file: Path, killed: Path
) -> None:
    copy = killed.read_bytes()
    vault.store(PASS, tokens_of("b0", "s0"))
    assert drafts_of(file) == []
    killed.write_bytes(copy)
    assert vault.discard(PASS)
    assert drafts_of(file) == []
    killed.write_bytes(copy)
    assert vault.discard(PASS)
    assert drafts_of(file) == []
