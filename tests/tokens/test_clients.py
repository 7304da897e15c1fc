"""Client registrations: kept per account, and only once they have served."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mp_core._tokens.binding import Binding
from mp_core._tokens.clients import FileRegistrations
from tests.support.fake_providers import PassAccount
from tests.support.private_files import version
from tests.support.sandbox_accounts import client_of

ME = PassAccount(name="me", region="us")
CLIENT = client_of(ME)


def registrations_of(root: Path, account: PassAccount) -> FileRegistrations:
    return FileRegistrations(root, account, lambda each: Binding.of(each, "config.toml"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accounts/me/client.json"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o600)


def test_what_is_saved_serves_at_once_and_is_written_when_the_login_succeeds(
    tmp_path: Path, file: Path
) -> None:
    registrations = registrations_of(tmp_path, ME)
    assert registrations.load() is None
    registrations.save(CLIENT)
    assert registrations.load() == CLIENT
    assert not file.parent.exists()
    assert registrations.commit_for(ME) == file
    assert file.stat().st_mode & 0o777 == 0o600
    assert registrations_of(tmp_path, ME).load() == CLIENT


def test_the_file_holds_the_fields_and_accepts_others(tmp_path: Path, file: Path) -> None:
    registrations = registrations_of(tmp_path, ME)
    registrations.save(CLIENT)
    registrations.commit_for(ME)
    record = json.loads(file.read_text())
    assert record.keys() == {*type(CLIENT).model_fields, "config", "account", "type"}
    write(file, json.dumps({**record, "software_version": "9", "ports": [1]}))
    assert registrations_of(tmp_path, ME).load() == CLIENT


def test_one_that_is_forgotten_is_gone_at_once(tmp_path: Path, file: Path) -> None:
    write(file, CLIENT.model_dump_json())
    registrations = registrations_of(tmp_path, ME)
    registrations.save(CLIENT)
    registrations.forget()
    assert registrations.load() is None
    assert not file.exists()
    registrations.forget()
    assert registrations.commit_for(ME) is None


def test_without_a_new_one_the_file_stays_as_it_is(tmp_path: Path, file: Path) -> None:
    assert registrations_of(tmp_path, ME).commit_for(ME) is None
    assert not file.parent.exists()
    write(file, CLIENT.model_dump_json())
    before = version(file)
    assert registrations_of(tmp_path, ME).commit_for(ME) == file
    assert version(file) == before


def test_h18_one_of_another_region_is_none_of_the_accounts(tmp_path: Path, file: Path) -> None:
    write(file, CLIENT.model_dump_json())
    assert registrations_of(tmp_path, PassAccount(name="me", region="eu")).load() is None
    assert registrations_of(tmp_path, PassAccount(name="you", region="us")).load() is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"client_id": 3}', "\xff"])
def test_a_file_that_cannot_be_used_is_no_registration(
    tmp_path: Path, file: Path, text: str
) -> None:
    write(file, text)
    file.write_bytes(text.encode("latin-1"))
    assert registrations_of(tmp_path, ME).load() is None


@pytest.mark.parametrize("key", ["client_id", "created_at", "region"])
def test_a_file_that_lacks_a_field_is_no_registration(tmp_path: Path, file: Path, key: str) -> None:
    record: dict[str, Any] = json.loads(CLIENT.model_dump_json())
    del record[key]
    write(file, json.dumps(record))
    assert registrations_of(tmp_path, ME).load() is None


def test_one_that_cannot_be_written_is_no_error(tmp_path: Path, file: Path) -> None:
    (tmp_path / "accounts").write_text("in the way")
    registrations = registrations_of(tmp_path, ME)
    registrations.save(CLIENT)
    assert registrations.commit_for(ME) is None
