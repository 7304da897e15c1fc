"""Text files: marks are read everywhere, other encodings are named with the command that helps."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mp_core._storage import files
from mp_core.errors import ConfigError
from tests.support.private_files import made, mode

TEXT = "a = 'é'\r\nb = 1\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return made(tmp_path / "it's.toml", "")


READERS: dict[str, Callable[[Path], str | None]] = {
    "private": files.read_private,
    "mounted": lambda path: files.read_mounted(path, files.MAX_SIZE),
    "unjudged": files.read_unjudged,
}


@pytest.mark.parametrize("reader", READERS)
def test_h85_a_byte_order_mark_is_read_by_every_reader(path: Path, reader: str) -> None:
    path.write_bytes(TEXT.encode("utf-8-sig"))
    assert READERS[reader](path) == TEXT
    path.write_bytes(b"\xef\xbb\xbf")
    assert READERS[reader](path) == ""


def test_h85_whoever_keeps_the_mark_is_given_it(path: Path) -> None:
    path.write_bytes(TEXT.encode("utf-8-sig"))
    assert files.read_marked(path) == f"\ufeff{TEXT}"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_h85_another_encoding_is_named_and_the_command_makes_it_utf_8(
    path: Path, encoding: str
) -> None:
    path.write_bytes(TEXT.encode(encoding))
    with pytest.raises(ConfigError, match=r"it is UTF-(16|32)(LE|BE)?, and not UTF-8") as caught:
        files.read_private(path)
    subprocess.run(str(caught.value.hint).removeprefix("Run: "), shell=True, check=True, timeout=60)
    assert files.read_private(path) == TEXT
    assert (mode(path), list(path.parent.iterdir())) == (0o600, [path])


def test_h85_an_older_encoding_is_guessed_and_the_command_makes_it_utf_8(path: Path) -> None:
    path.write_bytes(TEXT.encode("cp1252"))
    with pytest.raises(ConfigError, match="byte 5 is not UTF-8") as caught:
        files.read_private(path)
    said, _, command = str(caught.value.hint).partition(", run: ")
    assert said == "If it is WINDOWS-1252"
    subprocess.run(command, shell=True, check=True, timeout=60)
    assert files.read_private(path) == TEXT


@pytest.mark.parametrize("data", [b"a = 1\n\0\0\0", b"a\0", b"a = 1\0"])
def test_h85_a_zero_byte_is_named_by_its_place(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=f"byte {data.index(0)} is NUL"):
        files.read_private(path)


def test_h85_what_has_no_form_in_utf_8_is_not_written(path: Path) -> None:
    with pytest.raises(ConfigError, match="characters that are none in UTF-8") as caught:
        files.write_private(path, "secret \udcff")
    assert "secret" not in str(caught.value)
    assert (path.read_text(), list(path.parent.iterdir())) == ("", [path])
