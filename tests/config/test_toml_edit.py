"""What an edit of a TOML text promises: it changes its own table, or nothing."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from mp_core._config import toml_edit
from mp_core._config.toml_edit import TomlEditError, edited, replaced
from tests.support.toml_texts import Path, edit_table

CONFIG = """\
# Work accounts; ask Ann before changing.
title = 'mine'

[active]  # who is asked
account = "team"

# The shared one.
[accounts.team]   # do not rename
type   = 'service_account'   # literal
# rotated in May
secret = "old"  # keep out of chats
region = "us"
# default_project = "1"

# Belongs to a provider that is not installed.
[accounts.other]
type = "unheard-of"
n = 0x1F

# Targets follow.
[targets.ecom]
account = "team"

[[plugins.rules]]
match = '[accounts.team]'
"""


def changed(text: str, *replacements: tuple[str, str]) -> str:
    for old, new in replacements:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def table_at(text: str, *path: str) -> Any:
    node: Any = tomllib.loads(text)
    for name in path:
        node = node[name]
    return node


def test_h58_comments_order_and_unknown_tables_survive_an_edit() -> None:
    team = {"type": "service_account", "secret": "new", "region": "us", "username": "ann"}
    assert edit_table(CONFIG, ("accounts", "team"), team) == changed(
        CONFIG, ('"old"', '"new"'), ('region = "us"\n', 'region = "us"\nusername = "ann"\n')
    )


def test_an_unchanged_table_leaves_the_text_identical() -> None:
    for path in [("accounts", "team"), ("accounts",), ("active",), ("targets", "ecom")]:
        assert edit_table(CONFIG, path, table_at(CONFIG, *path)) == CONFIG


def test_a_removed_key_loses_its_line_and_nothing_else() -> None:
    result = edit_table(CONFIG, ("accounts", "team"), {"type": "service_account", "region": "us"})
    assert result == changed(CONFIG, ('secret = "old"  # keep out of chats\n', ""))


def test_a_removed_section_leaves_the_comments_around_it() -> None:
    result = edit_table(CONFIG, ("accounts", "team"), None)
    start, end = CONFIG.index("[accounts.team]"), CONFIG.index("# default_project")
    assert result == CONFIG[:start] + CONFIG[end:]


def test_a_new_table_follows_the_last_section_of_its_kind() -> None:
    result = edit_table(CONFIG, ("accounts", "new"), {"type": "x"})
    assert result == changed(CONFIG, ("0x1F\n", '0x1F\n\n[accounts.new]\ntype = "x"\n'))


def test_a_new_kind_of_table_goes_to_the_end_of_the_file() -> None:
    result = edit_table(CONFIG, ("settings",), {"custom_header": {"name": "X-A", "value": "b"}})
    header = 'custom_header = { name = "X-A", value = "b" }'
    assert result == f"{CONFIG}\n[settings]\n{header}\n"


def edit_tables(text: str, tables: dict[Path, dict[str, Any] | None]) -> str:
    old = new = tomllib.loads(text)
    for path, table in tables.items():
        new = replaced(new, path, table)
    return edited(text, old, new, tables)[0]


def test_h58_several_tables_change_at_once_and_the_rest_keeps_its_bytes() -> None:
    tables: dict[Path, dict[str, Any] | None] = {
        ("accounts", "new"): {"type": "x"},
        ("accounts", "newer"): {"type": "y"},
        ("active",): {"account": "new", "workspace": 8},
        ("accounts", "team"): {**table_at(CONFIG, "accounts", "team"), "secret": "new"},
        ("targets", "ecom"): None,
        ("settings",): {"theme": "dark"},
        ("reports",): {},
    }
    assert edit_tables(CONFIG, tables) == changed(
        CONFIG,
        ('account = "team"\n\n# The', 'account = "new"\nworkspace = 8\n\n# The'),
        ('"old"', '"new"'),
        ("0x1F\n", '0x1F\n\n[accounts.new]\ntype = "x"\n\n[accounts.newer]\ntype = "y"\n'),
        ('[targets.ecom]\naccount = "team"\n', ""),
        ("m]'\n", 'm]\'\n\n[settings]\ntheme = "dark"\n\n[reports]\n'),
    )


@pytest.mark.parametrize("kinds", [("accounts", "targets"), ("targets", "accounts")])
@pytest.mark.parametrize("text", ["[accounts]\n[targets]\n", "[targets]\n", "a = 1\n"])
def test_new_tables_of_two_kinds_stand_one_blank_line_apart(
    text: str, kinds: tuple[str, str]
) -> None:
    result = edit_tables(text, {(kind, "new"): {"k": 1} for kind in kinds})
    assert all(f"\n\n[{kind}.new]\n" in result for kind in kinds)
    assert "\n\n\n" not in result


def test_tables_that_one_inline_table_holds_change_at_once() -> None:
    text = "all = { a = { x = 1 }, b = { x = 1 }, c = 3 }  # kept\n"
    result = edit_tables(text, {("all", "a"): {"x": 2}, ("all", "b"): None, ("all", "d"): {}})
    assert result == "all = { a = { x = 2 }, c = 3, d = {} }  # kept\n"


@pytest.mark.parametrize("text", ["a = 1\n", "[[a]]\n", "a = [{ b = {} }]\n"])
@pytest.mark.parametrize("table", [{"x": "hush"}, None])
def test_a_parent_that_is_no_table_is_refused(text: str, table: dict[str, Any] | None) -> None:
    with pytest.raises(TomlEditError, match="not a table") as caught:
        edit_table(text, ("a", "b"), table)
    assert "hush" not in str(caught.value)


def test_a_value_toml_cannot_express_is_refused_without_quoting_the_others() -> None:
    with pytest.raises(TypeError) as caught:
        edit_table("", ("a",), {"secret": "hush", "none": None})
    assert "hush" not in str(caught.value)


def test_a_result_that_does_not_verify_gives_way_to_the_next_one() -> None:
    results = ["a = ", "a = {b = 2}", "a = {b = true}", "a = {b = 1}", "[a]\nb = 1"]
    text, _ = toml_edit._first_verified(results, {"a": {"b": 1}}, [("a",)])
    assert text == "a = {b = 1}"


def test_a_removal_verifies_only_if_the_parents_keep_the_rest() -> None:
    wanted = {"a": {"b": {}, "c": 1}}
    results = ["", "a.c = 2", "a.c = 1\na.b.x = {}", "a.c = 1"]
    text, document = toml_edit._first_verified(results, wanted, [("a", "b", "x")])
    assert text == "a.c = 1"
    assert document == {"a": {"c": 1}}, "the empty parent is not in the text"


def test_an_error_is_raised_when_nothing_verifies_and_quotes_nothing() -> None:
    with pytest.raises(TomlEditError) as caught:
        toml_edit._first_verified(["hush = ", "hush = 1"], {"a": {"b": "hush"}}, [("a", "b c")])
    assert str(caught.value) == 'The table a."b c" cannot be edited in place.'
    assert caught.value.__context__ is None
    with pytest.raises(TomlEditError, match=r"The table a\.b or c cannot be edited in place\."):
        toml_edit._first_verified([], {}, [("a", "b"), ("c",)])


def test_the_last_resort_rewrites_one_top_level_table_and_keeps_the_rest() -> None:
    text = CONFIG.replace("\n", "\r\n")
    result = toml_edit._rewritten(
        text, {"targets": {"a": {"x": 1}, "b": {"y": 2}}}, [("targets", "a"), ("targets", "b")]
    )
    start, end = text.index("[targets.ecom]"), text.index("[[plugins")
    tables = "[targets.a]\r\nx = 1\r\n\r\n[targets.b]\r\ny = 2\r\n\r\n"
    assert result == text[:start] + tables + text[end:]
