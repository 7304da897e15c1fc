"""`examine` knows what killed processes had begun to write, and puts new tokens in place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mp_core._doctor.drafts import draft_findings
from mp_core._storage.drafts import drafted, drafts_of
from mp_core._storage.journal import MARK, behind
from mp_core._storage.locks import locked
from mp_core._tokens.lineage import fingerprint
from tests.support.rotating_provider import FRESH, PASS, STALE, Server, process


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    """The token file of an account with stale tokens."""
    return Path(process(tmp_path, Server()).store(PASS, STALE))


def left(path: Path, text: str) -> Path:
    """Leave a draft, as a killed process does."""
    draft = path.with_name(f".{path.name}.mp-tmp-0123")
    draft.write_text(text)
    draft.chmod(0o600)
    return draft


@pytest.mark.parametrize("fix", [False, True])
def test_h73_new_tokens_of_a_killed_process_are_found_and_put_in_place(
    tokens: Path, fix: bool
) -> None:
    record = {**json.loads(tokens.read_text()), **FRESH.reveal(), "access_token": "a1"}
    draft = left(tokens, json.dumps({**record, "continues": fingerprint(STALE)}))
    [found] = draft_findings(tokens.parent, fix)
    assert (found.subject, found.level, found.is_fixed) == (str(draft), "warning", fix)
    assert "the next refresh takes them" in found.message
    assert ('"a1"' in tokens.read_text(), drafts_of(tokens) == []) == (fix, fix)


@pytest.mark.parametrize("fix", [False, True])
@pytest.mark.parametrize("name", ["tokens.json", "me.json"])
def test_h73_what_a_killed_process_had_begun_is_found_and_removed(
    tokens: Path, name: str, fix: bool
) -> None:
    path, before = tokens.with_name(name), tokens.read_text()
    left(path, '{"access_tok')
    [found] = draft_findings(tokens.parent, fix)
    assert (found.message, found.is_fixed) == ("A process that was killed left it.", fix)
    assert drafts_of(path) == [] if fix else drafts_of(path)
    assert tokens.read_text() == before


def test_what_somebody_is_writing_is_left_alone(tokens: Path) -> None:
    with locked(tokens), drafted(tokens):
        assert list(draft_findings(tokens.parent, True)) == []
        assert drafts_of(tokens)


@pytest.mark.parametrize("fix", [False, True])
def test_h92_what_was_being_written_in_place_is_found_and_put_there(
    tokens: Path, fix: bool
) -> None:
    before = tokens.read_bytes()
    half = MARK + b"half" + behind(before, before)
    tokens.write_bytes(half)
    [found] = draft_findings(tokens.parent, fix)
    assert (found.subject, found.is_fixed) == (str(tokens), fix)
    assert "killed while it wrote it" in found.message
    assert tokens.read_bytes() == (before if fix else half)
