"""A configuration that is no TOML: the error names file, line and column, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from mp_core._config.document import ConfigDocument
from mp_core.errors import ConfigError
from tests.support.fake_providers import CANARY, HOST
from tests.support.shown_texts import shown

CONFIG = Path("/home/ann/.mp/config.toml")


def document(text: str) -> ConfigDocument:
    return ConfigDocument.parsed(CONFIG, text, HOST)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[active]\naccount = team\n", "line 2, column 11"),
        ("[active\n", "line 1, column 8"),
        ("\n\n  x = = 1", "line 3, column 7"),
        ("[a]\n[a]\n", "line 2, column 3"),
        ("[active]\naccount =", "line 2, column 10"),
        ("x = [1,\n", "line 2, column 1"),
        ('x = """', "line 1, column 8"),
        ("x = 'a\x00'", "line 1, column 7"),
    ],
)
def test_h59_a_syntax_error_names_file_line_and_column(text: str, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        document(text)
    assert str(caught.value).startswith(f"{CONFIG}, {place}: ")
    assert caught.value.details == {"path": str(CONFIG)}
    assert "nothing was changed" in (caught.value.hint or "")


@pytest.mark.parametrize("text", ["x = " + "[" * 100_000, f"x = {'9' * 5000}"])
def test_h59_what_exceeds_the_readers_limits_names_the_file(text: str) -> None:
    with pytest.raises(ConfigError, match=str(CONFIG)):
        document(text)


def test_h39_a_syntax_error_does_not_quote_the_file() -> None:
    text = f'[accounts.team]\nsecret = "{CANARY}"'
    for end in range(len(text)):
        with pytest.raises(ConfigError) as caught:
            document(f"{text[:end]}\x00")
        assert CANARY[:8] not in shown(caught.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("config_version = 2\n", "config_version"),
        ('default = "team"\n', "default"),
        ("[credentials]\n", "credentials"),
        ("[projects.x]\n", "projects"),
        ('[active]\nproject = "7"\n', "[active].project"),
        ('default = "a"\n[credentials.a]\n[projects]\n', "default, credentials, projects"),
    ],
)
def test_a_legacy_layout_is_refused_with_what_to_do(text: str, found: str) -> None:
    with pytest.raises(ConfigError) as caught:
        document(text)
    assert str(caught.value) == f"{CONFIG} has a legacy layout: {found}."
    assert "mp account add" in (caught.value.hint or "")
