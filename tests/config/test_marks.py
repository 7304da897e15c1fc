"""The marks and line ends of a configuration outlast every edit."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from mp_core._config.document import ConfigDocument
from mp_core._config.edit import ConfigEdit
from mp_core._config.store import ConfigStore
from mp_core._values.session import Target
from mp_core.errors import ConfigError
from tests.support.fake_providers import HOST
from tests.support.private_files import made

TEXT = """\
# First.
[active]
account = "team" # It is.

[accounts.team]
type = "badge"
region = "us"
default_project = "7"

[targets.ecom]
account = "team"
project = "7"
"""
EDITS: dict[str, Callable[[ConfigEdit], object]] = {
    "another value": lambda edit: edit.set_default_project("team", "8"),
    "a new key": lambda edit: edit.activate("team", 5),
    "a key less": lambda edit: edit.set_default_project("team", None),
    "a new section": lambda edit: edit.put_target(Target(name="new", account="team", project="9")),
    "a section less": lambda edit: edit.remove_target("ecom"),
    "another name": lambda edit: edit.rename_account("team", "crew"),
    "all of it": lambda edit: edit.remove_account("team"),
}


def edited(path: Path, edit: str) -> bytes:
    store = ConfigStore(path, HOST)
    with store.transaction() as transaction:
        EDITS[edit](transaction)
    read = ConfigStore(path, HOST).read()
    assert (
        read.tables == store.read().tables == tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    )
    return path.read_bytes()


@pytest.mark.parametrize("edit", EDITS)
def test_h85_a_byte_order_mark_outlasts_every_edit(tmp_path: Path, edit: str) -> None:
    path = made(tmp_path / "config.toml", TEXT)
    plain = edited(path, edit)
    path.write_bytes(TEXT.encode("utf-8-sig"))
    assert edited(path, edit) == b"\xef\xbb\xbf" + plain


@pytest.mark.parametrize("edit", EDITS)
def test_h85_every_edit_of_lines_that_end_as_on_windows_ends_lines_so(
    tmp_path: Path, edit: str
) -> None:
    path = made(tmp_path / "config.toml", TEXT)
    plain = edited(path, edit)
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert edited(path, edit) == plain.replace(b"\n", b"\r\n")


def ends(data: bytes) -> list[bytes]:
    return re.findall(rb"\r?\n", data)


@pytest.mark.parametrize(("odd", "usual"), [("\r\n", b"\n"), ("\n", b"\r\n")])
def test_h85_new_lines_among_mixed_ones_end_as_most_do(
    tmp_path: Path, odd: str, usual: bytes
) -> None:
    first, rest = TEXT.split("\n", 1)
    text = first + odd + rest.replace("\n", usual.decode())
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode())
    path.chmod(0o600)
    found = edited(path, "a new section")
    assert found.startswith(text.encode())
    assert ends(found) == [odd.encode(), *[usual] * (found.count(b"\n") - 1)]


def test_h85_a_mark_alone_is_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf")
    path.chmod(0o600)
    assert ConfigStore(path, HOST).read().tables == {}
    assert edited(path, "a new section").startswith(b"\xef\xbb\xbf[targets.new]")


def test_h85_a_mark_does_not_move_the_place_of_an_error() -> None:
    with pytest.raises(ConfigError, match="line 1, column 5"):
        ConfigDocument.parsed(Path("c.toml"), "\ufeffa = \n", HOST)


def test_h85_a_carriage_return_alone_is_told_with_the_command_that_helps(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(TEXT.replace("\n", "\r").encode())
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="line 1") as caught:
        ConfigStore(path, HOST).read()
    command = str(caught.value.hint).partition("Run: ")[2]
    subprocess.run(command, shell=True, check=True, timeout=60)
    assert path.read_text() == TEXT
