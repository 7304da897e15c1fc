"""What a stored file belongs to: who may use it, and what the others are told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mp_core._tokens.binding import FOREIGN, Binding
from mp_core.errors import OAuthError
from mp_core.plugin.account import TokenPlace
from tests.support.fake_providers import badge

MINE = Binding("config.toml", "team", "badge", "us")
RECORD = {"config": "config.toml", "account": "team", "type": "badge", "region": "us"}


def test_a_record_that_a_binding_wrote_is_its_own() -> None:
    assert MINE.fields() == RECORD
    assert MINE.judge({**RECORD, "access_token": "fake"}) == "mine"


@pytest.mark.parametrize("key", list(RECORD))
def test_a_record_without_one_of_the_keys_is_unbound_and_with_another_value_foreign(
    key: str,
) -> None:
    assert MINE.judge({other: RECORD[other] for other in RECORD if other != key}) == "unbound"
    assert MINE.judge({**RECORD, key: "other"}) == "foreign"
    assert MINE.judge({key: "other"}) == "foreign"


def test_a_file_of_older_times_is_unbound() -> None:
    assert MINE.judge({"access_token": "fake"}) == "unbound"


def test_an_account_of_a_bridge_is_bound_to_no_configuration_file() -> None:
    far = badge().kept_at(TokenPlace("bridges/7"))
    assert Binding.of(far, "config.toml") == replace(MINE, config=None)
    assert Binding.of(badge(), "config.toml") == MINE


def _stored(root: Path, record: Any) -> Path:
    path = root / "accounts" / "team" / "tokens.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(record if isinstance(record, str) else json.dumps(record))
    return path


def test_a_foreign_file_is_nobodys_to_use(tmp_path: Path) -> None:
    path = _stored(tmp_path, {**RECORD, "config": "/etc/mp.toml"})
    assert not MINE.owns(path)
    with pytest.raises(OAuthError) as caught:
        MINE.check(path)
    assert caught.value.code == FOREIGN
    for part in (path, "/etc/mp.toml", tmp_path / "config.toml"):
        assert str(part) in caught.value.message
    assert "MP_STORAGE_DIR" in (caught.value.hint or "")


def test_of_another_type_or_region_both_are_named_and_the_ways_out(tmp_path: Path) -> None:
    path = _stored(tmp_path, {**RECORD, "region": "eu", "type": "pass"})
    with pytest.raises(OAuthError) as caught:
        MINE.check(path)
    for part in ("'eu'", "'us'", "'badge'", "'pass'"):
        assert part in caught.value.message
    assert "config.toml" not in caught.value.message
    for part in (f"rm {path}", "MP_STORAGE_DIR", "back"):
        assert part in (caught.value.hint or "")


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps(RECORD), "{}", '{"novel": 1}'])
def test_a_file_that_does_not_name_somebody_else_may_be_used(tmp_path: Path, text: str) -> None:
    path = _stored(tmp_path, text)
    MINE.check(path)
    assert MINE.owns(path)


def test_a_file_that_is_not_there_may_be_written(tmp_path: Path) -> None:
    assert MINE.owns(tmp_path / "accounts" / "team" / "tokens.json")
