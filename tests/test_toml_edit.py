"""What an edit of a TOML text promises, spelling by spelling and as laws over random documents."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mp_core import toml_edit
from mp_core.toml_edit import TomlEditError, edit_table
from mp_core.toml_scan import scan

Path: TypeAlias = tuple[str, ...]
Draw: TypeAlias = Callable[..., Any]

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


def exact(value: Any) -> Any:
    """Return what tells documents apart, types included, order of keys not."""
    if isinstance(value, dict):
        return {key: exact(member) for key, member in value.items()}
    if isinstance(value, list):
        return [exact(member) for member in value]
    return type(value), repr(value)


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


CASES: dict[str, tuple[str, Path, Mapping[str, Any] | None, str]] = {
    "empty text": ("", ("a",), {"x": 1}, "[a]\nx = 1\n"),
    "empty table": ("", ("a", "b"), {}, "[a.b]\n"),
    "only a comment": ("# hi", ("a",), {"x": 1}, "# hi\n\n[a]\nx = 1\n"),
    "root keys only": ("k = 1\n", ("a",), {"x": 1}, "k = 1\n\n[a]\nx = 1\n"),
    "blank line is there already": ("k = 1\n\n", ("a",), {"x": 1}, "k = 1\n\n[a]\nx = 1\n"),
    "no trailing newline, new key": ("[a]\nx = 1", ("a",), {"x": 1, "y": 2}, "[a]\nx = 1\ny = 2\n"),
    "no trailing newline, new value": ("[a]\nx = 1", ("a",), {"x": 2}, "[a]\nx = 2"),
    "no trailing newline, new table": ("[a]", ("b",), {"x": 2}, "[a]\n\n[b]\nx = 2\n"),
    "no trailing newline, removal": ("[a]\nx = 1\n\n[b]\ny = 1", ("b",), None, "[a]\nx = 1\n"),
    "bare header": ("[a.b]\n[a.c]\n", ("a", "b"), {"x": 1}, "[a.b]\nx = 1\n[a.c]\n"),
    "emptied section": ("[a.b]\nx = 1\n", ("a", "b"), {}, "[a.b]\n"),
    "CRLF value": ("[a]\r\nx = 1 # c\r\n", ("a",), {"x": 2}, "[a]\r\nx = 2 # c\r\n"),
    "CRLF key": ("[a]\r\nx = 1\r\n", ("a",), {"x": 1, "y": 2}, "[a]\r\nx = 1\r\ny = 2\r\n"),
    "CRLF table": ("[a]\r\nx=1\r\n", ("b",), {"y": 2}, "[a]\r\nx=1\r\n\r\n[b]\r\ny = 2\r\n"),
    "CRLF removal": ("[a]\r\n\r\n[b]\r\n\r\n[c]\r\n", ("b",), None, "[a]\r\n\r\n[c]\r\n"),
    "CRLF block string": (
        '[a]\r\ns = """\r\n[b]\r\n"""\r\nx = 1\r\n',
        ("a",),
        {"s": "[b]\n", "x": 2},
        '[a]\r\ns = """\r\n[b]\r\n"""\r\nx = 2\r\n',
    ),
    "spaced and quoted header": (
        '[ a . "t.e" ] # c\n  x  =  1\n',
        ("a", "t.e"),
        {"x": 1, "y": 2},
        '[ a . "t.e" ] # c\n  x  =  1\ny = 2\n',
    ),
    "escaped name": (
        '["\\u0061".\'b\']\n"x" = 1\n',
        ("a", "b"),
        {"x": 2},
        '["\\u0061".\'b\']\n"x" = 2\n',
    ),
    "names that need quotes": (
        "",
        ("a", "é b"),
        {"": 1, "x.y": 2},
        '[a."é b"]\n"" = 1\n"x.y" = 2\n',
    ),
    "dotted keys at the root": (
        "a.b.x = 1 # c\na.b.y = 2\na.c.x = 3\n\n[z]\n",
        ("a", "b"),
        {"x": 4, "n": 5},
        "a.b.x = 4 # c\na.b.n = 5\na.c.x = 3\n\n[z]\n",
    ),
    "dotted keys in the parent": (
        "[a]\nb . x = 1\nk = 2\n",
        ("a", "b"),
        {"x": 1, "n": 5},
        "[a]\nb . x = 1\nb.n = 5\nk = 2\n",
    ),
    "dotted keys, emptied": ("[a]\nb.c.x = 1\n", ("a", "b", "c"), {}, "[a]\nb.c = {}\n"),
    "dotted keys, removed": ("[a]\nb.x = 1 # c\nk = 2\n", ("a", "b"), None, "[a]\nk = 2\n"),
    "dotted parent, new table": (
        "a.b.x = 1\n",
        ("a", "c"),
        {"y": 2},
        "a.b.x = 1\n\n[a.c]\ny = 2\n",
    ),
    "inline table": (
        '[a]\nb = { x = 1 } # c\nk = "}"\n',
        ("a", "b"),
        {"x": 2, "n": [3]},
        '[a]\nb = { x = 2, n = [3] } # c\nk = "}"\n',
    ),
    "inline table, removed": ("[a]\nb = { x = 1 } # c\nk = 1\n", ("a", "b"), None, "[a]\nk = 1\n"),
    "inline parent": (
        "a = { b = { x = 1 }, c = {} } # c\nk = 1\n",
        ("a", "b"),
        {"x": 2},
        "a = { b = { x = 2 }, c = {} } # c\nk = 1\n",
    ),
    "inline parent, new table": ("a = {}\n", ("a", "b"), {"x": 2}, "a = { b = { x = 2 } }\n"),
    "inline parent, removal": ("a = { b = {} }\n[c]\n", ("a", "b"), None, "a = {}\n[c]\n"),
    "nested section": (
        "[a]\nx = 1\n\n# deep\n[a.s] # s\ny = 2\nz = 3\n\n[b]\n",
        ("a",),
        {"x": 1, "s": {"y": 4, "z": 3, "n": 5}},
        "[a]\nx = 1\n\n# deep\n[a.s] # s\ny = 4\nz = 3\nn = 5\n\n[b]\n",
    ),
    "nested section, removed": (
        "[a]\nx = 1\n\n# deep\n[a.s]\n# in\ny = 2\n# end\n\n[b]\n",
        ("a",),
        {"x": 1},
        "[a]\nx = 1\n\n# deep\n# end\n\n[b]\n",
    ),
    "nested section becomes a value": (
        "[a]\nx = 1\n\n[a.s]\ny = 2\n\n[b]\n",
        ("a",),
        {"x": 1, "s": 3},
        "[a]\nx = 1\ns = 3\n\n[b]\n",
    ),
    "nested inline table": (
        "[a]\ns = {y = 2} # c\nx=1\n",
        ("a",),
        {"s": {"y": 2}, "x": 3},
        "[a]\ns = {y = 2} # c\nx=3\n",
    ),
    "nested dotted keys": (
        "[a]\ns.y = 2 # c\ns.z = 3\nx = 1\n",
        ("a",),
        {"s": {"y": 4, "n": 5}, "x": 1},
        "[a]\ns.y = 4 # c\ns.n = 5\nx = 1\n",
    ),
    "parent that is only implied": (
        "[a.s.t]\ny = 2\n\n[b]\n",
        ("a",),
        {"x": 1, "s": {"z": 3, "t": {"y": 2}}},
        "[a.s.t]\ny = 2\n\n[a.s]\nz = 3\n\n[a]\nx = 1\n\n[b]\n",
    ),
    "implied table, emptied": ("[a.b.s]\n", ("a", "b"), {}, "[a.b]\n"),
    "key and section at the same place": (
        "[a.s.t]\n[a]\nx = 1\n",
        ("a",),
        {"x": 1, "y": 2, "s": {"k": 3, "t": {}}},
        "[a.s.t]\n[a]\nx = 1\ny = 2\n\n[a.s]\nk = 3\n",
    ),
    "array of tables inside, kept": (
        "[a]\nx = 1\n[[a.r]]\nk = 1\n[[a.r]]\nk = 2\n[a.r.s]\nq = 1\n",
        ("a",),
        {"x": 2, "r": [{"k": 1}, {"k": 2, "s": {"q": 1}}]},
        "[a]\nx = 2\n[[a.r]]\nk = 1\n[[a.r]]\nk = 2\n[a.r.s]\nq = 1\n",
    ),
    "array of tables inside, changed": (
        "[a]\nx = 1\n\n[[a.r]]\nk = 1\n\n[[a.r]]\nk = 2\n[a.r.s]\nq = 1\n\n[b]\n",
        ("a",),
        {"x": 1, "r": [{"k": 3}]},
        "[a]\nx = 1\nr = [{ k = 3 }]\n\n[b]\n",
    ),
    "array of tables, removed up to its comments": (
        "# r\n[[a.r]]\n# in\nk = 1\n# end\n\n[[a.r]]\nk = 2\n\n[b]\n",
        ("a",),
        None,
        "# r\n# end\n\n[b]\n",
    ),
    "array of tables becomes a table": (
        "[[a]]\nk = 1\n\n[b]\n",
        ("a",),
        {"x": 1},
        "[a]\nx = 1\n\n[b]\n",
    ),
    "array of tables elsewhere": (
        "[[p]]\nx = 1\n\n[a]\nx = 1\n\n[[p]]\nx = 1\n",
        ("a",),
        {"x": 2},
        "[[p]]\nx = 1\n\n[a]\nx = 2\n\n[[p]]\nx = 1\n",
    ),
    "value becomes a table": ("a = 1 # c\n", ("a",), {"x": 1}, "a = { x = 1 } # c\n"),
    "block strings that look like headers": (
        '[a]\ns = """\n[a.b]\nx = 1 \\"""\n""" # c\nt = \'\'\'\n[b]\n\'\'\'\'\'\nx = 1\n[b]\n',
        ("a",),
        {"s": '[a.b]\nx = 1 """\n', "t": "[b]\n''", "x": 2},
        '[a]\ns = """\n[a.b]\nx = 1 \\"""\n""" # c\nt = \'\'\'\n[b]\n\'\'\'\'\'\nx = 2\n[b]\n',
    ),
    "block string, replaced": (
        '[a]\ns = """\n[b]\n""" # c\n[b]\n',
        ("a",),
        {"s": "1\n2"},
        '[a]\ns = "1\\n2" # c\n[b]\n',
    ),
    "array over lines with comments, kept": (
        "[a]\nl = [ # [\n  '[b]', # it's ]\n  {k = \"]\"},\n]\nx = 1\n",
        ("a",),
        {"l": ["[b]", {"k": "]"}], "x": 2},
        "[a]\nl = [ # [\n  '[b]', # it's ]\n  {k = \"]\"},\n]\nx = 2\n",
    ),
    "array over lines, replaced": (
        "[a]\nl = [ # [\n  1,\n] # c\n[b]\n",
        ("a",),
        {"l": [1, 2]},
        "[a]\nl = [1, 2] # c\n[b]\n",
    ),
    "array over lines, removed": ("[a]\nl = [\n  1,\n] # c\n[b]\n", ("a",), {}, "[a]\n[b]\n"),
    "date with a space": (
        "[a]\nd = 1979-05-27 07:32:00 # c\n",
        ("a",),
        {"d": 1},
        "[a]\nd = 1 # c\n",
    ),
    "hash in a string": ('[a]\ns = "# \\" #" # c\n', ("a",), {"s": 1}, "[a]\ns = 1 # c\n"),
    "type alone differs": (
        "[a]\nx = 1\ny = 1\n",
        ("a",),
        {"x": 1.0, "y": True},
        "[a]\nx = 1.0\ny = true\n",
    ),
    "not a number": (
        "[a]\nx = +nan\n",
        ("a",),
        {"x": float("nan"), "y": 1},
        "[a]\nx = +nan\ny = 1\n",
    ),
    "removal between": ("[a]\n\n[b]\n# in\nx = 1\n\n\n[c]\n", ("b",), None, "[a]\n\n[c]\n"),
    "removal of the first": ("[b]\nx = 1\n\n[c]\n", ("b",), None, "[c]\n"),
    "removal without blank lines": ("[a]\n[b]\nx = 1\n[c]\n", ("b",), None, "[a]\n[c]\n"),
    "removal keeps the only blank line": ("[a]\n[b]\nx = 1\n\n[c]\n", ("b",), None, "[a]\n\n[c]\n"),
    "removal keeps the next one's comment": (
        "[a]\n\n[b]\nx = 1\n# c\n[c]\n",
        ("b",),
        None,
        "[a]\n\n# c\n[c]\n",
    ),
    "removal keeps its own comment apart": (
        "# b\n[b]\nx = 1\n\n# c\n[c]\n",
        ("b",),
        None,
        "# b\n\n# c\n[c]\n",
    ),
    "removal with scattered sections": (
        "[a.b]\nx = 1\n\n[z]\n\n[a.b.s]\ny = 1\n\n[a.b.t]\n",
        ("a", "b"),
        None,
        "[z]\n",
    ),
    "removal of what only implied its parents": (
        "[a.b.c]\nx = 1\n\n[z]\n",
        ("a", "b", "c"),
        None,
        "[z]\n",
    ),
    "removal of a key keeps blank lines": (
        "[a]\n\nx = 1\n\ny = 2\n\n\n",
        ("a",),
        {"y": 2},
        "[a]\n\n\ny = 2\n\n\n",
    ),
    "arrays of one length": ("[a]\nl = [1]\n", ("a",), {"l": [2]}, "[a]\nl = [2]\n"),
    "order of keys in an array": (
        "[a]\nl = [{x=1,y=2}]\n",
        ("a",),
        {"l": [{"y": 2, "x": 1}]},
        "[a]\nl = [{x=1,y=2}]\n",
    ),
    "removal keeps the parent's header": ("[a]\n[a.b]\nx = 1\n", ("a", "b"), None, "[a]\n"),
    "removal of nothing": ("[a]\n\n\n", ("b", "c"), None, "[a]\n\n\n"),
    "insertion above a comment of the next": (
        "[a.b]\nx = 1\n# c\n[c]\n",
        ("a", "n"),
        {},
        "[a.b]\nx = 1\n\n[a.n]\n\n# c\n[c]\n",
    ),
    "insertion below a comment of the last": (
        "[a.b]\nx = 1\n# y = 2\n\n[c]\n",
        ("a", "n"),
        {},
        "[a.b]\nx = 1\n# y = 2\n\n[a.n]\n\n[c]\n",
    ),
    "insertion below a comment at the end": (
        "[a.b]\nx = 1\n# y = 2",
        ("a", "n"),
        {},
        "[a.b]\nx = 1\n# y = 2\n\n[a.n]\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_spelling_is_edited_in_place(case: str) -> None:
    text, path, table, expected = CASES[case]
    assert edit_table(text, path, table) == expected


@pytest.mark.parametrize("text", ["a = 1\n", "[[a]]\n", "a = [{ b = {} }]\n"])
@pytest.mark.parametrize("table", [{"x": "hush"}, None])
def test_a_parent_that_is_no_table_is_refused(text: str, table: dict[str, Any] | None) -> None:
    with pytest.raises(TomlEditError, match="not a table") as caught:
        edit_table(text, ("a", "b"), table)
    assert "hush" not in str(caught.value)


def test_an_invalid_text_raises_the_error_of_the_reader() -> None:
    with pytest.raises(tomllib.TOMLDecodeError, match="line 2"):
        edit_table("[a]\nx = \n", ("a",), {})


def test_a_value_toml_cannot_express_is_refused_without_quoting_the_others() -> None:
    with pytest.raises(TypeError) as caught:
        edit_table("", ("a",), {"secret": "hush", "none": None})
    assert "hush" not in str(caught.value)


def test_a_result_that_does_not_verify_gives_way_to_the_next_one() -> None:
    results = ["a = ", "a = {b = 2}", "a = {b = true}", "a = {b = 1}", "[a]\nb = 1"]
    assert toml_edit._first_verified(results, ("a",), {"a": {"b": 1}}) == "a = {b = 1}"


def test_a_removal_verifies_only_if_the_parents_keep_the_rest() -> None:
    wanted = {"a": {"b": {}, "c": 1}}
    results = ["", "a.c = 2", "a.c = 1\na.b.x = {}", "a.c = 1"]
    assert toml_edit._first_verified(results, ("a", "b", "x"), wanted) == "a.c = 1"


def test_an_error_is_raised_when_nothing_verifies_and_quotes_nothing() -> None:
    with pytest.raises(TomlEditError) as caught:
        toml_edit._first_verified(["hush = ", "hush = 1"], ("a", "b c"), {"a": {"b": "hush"}})
    assert str(caught.value) == 'The table a."b c" cannot be edited in place.'
    assert caught.value.__context__ is None


def test_the_last_resort_rewrites_one_top_level_table_and_keeps_the_rest() -> None:
    text = CONFIG.replace("\n", "\r\n")
    result = toml_edit._rewritten(text, "targets", {"targets": {"a": {"x": 1}, "b": {"y": 2}}})
    start, end = text.index("[targets.ecom]"), text.index("[[plugins")
    tables = "[targets.a]\r\nx = 1\r\n\r\n[targets.b]\r\ny = 2\r\n\r\n"
    assert result == text[:start] + tables + text[end:]


# Each line ends a value where a careless scanner would not, or the other way round.
VALUES = [
    *["1", "0x1F", "+1.5e3", "-0.0", "inf", "true", "07:32:00", "1979-05-27 07:32:00.5-07:00"],
    *['""', "''", '"# \\" ]"', "'\"'", '"\\\\"', '"[x]"', "'''\n[a.b]\nx = 1\n'''", "''''a'''''"],
    *['"""\n[a]\n\\"""\n"" """', '"""a\\\n  """""', '""""""', "[]", "[ ']', \"[\", 1 ]"],
    *["[ # ]\n  [1], # '\n\n  { a.b = '}' },\n]", "{}", "{ k = [ '}' ], 'x y' = { z = 1 } }"],
]
NAMES = ["a", "b", "accounts", "1", "-", "", "x y", "a.b", "é", "'", '"', "]", "#"]
DATA = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        st.text(st.characters(exclude_categories=["Cs"])),
        st.datetimes().map(lambda moment: moment.replace(fold=0)),
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=4,
)
TABLES = st.dictionaries(st.sampled_from(NAMES), DATA, max_size=3)


@st.composite
def texts(draw: Draw) -> str:
    """Draw a valid text in which tables, keys and layout are spelled in any way."""
    text = _root(draw, 3).replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"])))
    text = str(draw(st.sampled_from([text, text, text.rstrip()])))
    tomllib.loads(text)
    return text


def _root(draw: Draw, depth: int) -> str:
    keys, sections = _table(draw, (), depth)
    return keys + sections


def _table(draw: Draw, section: Path, depth: int) -> tuple[str, str]:
    """Draw the keys of a section, and the sections below it."""
    keys = sections = ""
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3)):
        spelling = draw(st.sampled_from(["value", "dotted", "section", "section", "array"]))
        if depth == 0 or spelling == "value":
            keys += _line(draw, (name,))
        elif spelling == "dotted":
            for member in draw(
                st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=3)
            ):
                keys += _line(draw, (name, member))
        elif spelling == "section":
            sections += _section(draw, (*section, name), depth)
        else:
            sections += f"[[{_key(draw, (*section, name))}]]\n{_line(draw, ('k',))}" * 2
    return keys + _layout(draw), sections


def _section(draw: Draw, section: Path, depth: int) -> str:
    keys, sections = _table(draw, section, depth - 1)
    header = f"[{_key(draw, section)}]{_layout(draw) or chr(10)}"
    if sections and not keys.strip() and draw(st.booleans()):
        return keys + sections
    return str(draw(st.sampled_from([header + keys + sections, sections + header + keys])))


def _line(draw: Draw, key: Path) -> str:
    space = draw(st.sampled_from([" ", "", "\t "]))
    value = draw(st.sampled_from(VALUES))
    return f"{space}{_key(draw, key)}{space}={space}{value}{_layout(draw) or chr(10)}"


def _layout(draw: Draw) -> str:
    return str(draw(st.sampled_from(["", "", "\n\n", " # [c] 'x\n", "\n# c\n", "\n\n# a = 1\n\n"])))


def _key(draw: Draw, key: Path) -> str:
    dot = draw(st.sampled_from([".", ".", " . "]))
    return str(dot.join(draw(st.sampled_from(_spellings(name))) for name in key))


def _spellings(name: str) -> list[str]:
    basic = '"' + name.replace('"', '\\"') + '"'
    literal = [] if "'" in name else [f"'{name}'"]
    return [
        basic,
        *literal,
        *[name] * (2 if name.isascii() and name.replace("-", "a").isalnum() else 0),
    ]


@st.composite
def edits(draw: Draw) -> tuple[str, Path, dict[str, Any] | None]:
    """Draw a text, the path of a table that is there or could be, and its new content."""
    text = draw(texts())
    node: Any = tomllib.loads(text)
    path: Path = ()
    while isinstance(node, dict) and (not path or (len(path) < 3 and draw(st.booleans()))):
        name = draw(st.sampled_from([*node, *node, draw(st.sampled_from(NAMES))]))
        path, node = (*path, name), node.get(name, {})
    old = node if isinstance(node, dict) else {}
    return text, path, draw(st.none() | TABLES | _variants(old))


@st.composite
def _variants(draw: Draw, old: dict[str, Any]) -> dict[str, Any]:
    """Draw a table that shares some of its content with another."""
    new = {}
    for name, value in old.items():
        fate = draw(st.sampled_from(["keep", "keep", "drop", "change"]))
        if fate == "change":
            new[name] = draw(_variants(value) if isinstance(value, dict) else DATA)
        elif fate == "keep":
            new[name] = value
    return {**new, **draw(TABLES)} if draw(st.booleans()) else new


def expected(text: str, path: Path, table: dict[str, Any] | None) -> Any:
    """Return the document that an edit is to make, without the parents that a removal emptied."""
    document = tomllib.loads(text)
    parents = [document]
    for name in path[:-1]:
        parents.append(parents[-1].setdefault(name, {}))
    parents[-1].update({path[-1]: table})
    if table is None:
        del parents[-1][path[-1]]
    return exact(without_empty(document, path[:-1]))


def without_empty(document: dict[str, Any], path: Path) -> dict[str, Any]:
    for end in range(len(path), 0, -1):
        parent: Any = document
        for name in path[: end - 1]:
            parent = parent.get(name, {})
        if parent.get(path[end - 1]) == {}:
            del parent[path[end - 1]]
    return document


laws = settings(
    max_examples=250,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@laws
@given(texts())
def test_the_pieces_join_to_the_text_and_their_values_are_its_values(text: str) -> None:
    pieces = scan(text)
    assert "".join(piece.text for piece in pieces) == text
    for piece in pieces:
        if piece.key:
            node: Any = tomllib.loads(text)
            for name in piece.address:
                node = (node[-1] if isinstance(node, list) else node)[name]
            value = tomllib.loads(f"v = {piece.text[piece.start : piece.end]}")["v"]
            assert exact(value) == exact(node)
        elif not piece.is_header:
            assert piece.text.strip()[:1] in ("", "#")


@laws
@given(edits())
def test_an_edit_makes_the_expected_document(edit: tuple[str, Path, dict[str, Any] | None]) -> None:
    text, path, table = edit
    result = tomllib.loads(edit_table(*edit))
    assert exact(without_empty(result, path[:-1])) == expected(text, path, table)


@laws
@given(edits())
def test_either_way_of_editing_suffices(edit: tuple[str, Path, dict[str, Any] | None]) -> None:
    text, path, table = edit
    document = tomllib.loads(text)
    wanted = toml_edit._replaced(document, path, table)
    candidates = list(toml_edit._candidates(text, path, document, wanted))
    assert len(candidates) == 2
    for candidate in candidates:
        result = without_empty(tomllib.loads(candidate), path[:-1])
        assert exact(result) == expected(text, path, table)


@laws
@given(texts())
def test_a_table_set_to_what_it_holds_leaves_the_text_identical(text: str) -> None:
    for name, value in tomllib.loads(text).items():
        if isinstance(value, dict):
            assert edit_table(text, (name,), value) == text


@laws
@given(edits())
def test_the_same_edit_again_changes_nothing(edit: tuple[str, Path, dict[str, Any] | None]) -> None:
    text, path, table = edit
    once = edit_table(text, path, table)
    assert edit_table(once, path, table) == once


@laws
@given(edits(), st.sampled_from(["\n", "\r\n"]))
def test_the_bytes_of_other_sections_are_preserved(
    edit: tuple[str, Path, dict[str, Any] | None], newline: str
) -> None:
    text, path, table = edit
    above = "# first\n\n[other.one] # c\n  k = [ 1,\n 2] # k\n# end\n\n".replace("\n", newline)
    below = "# last\n[[other.two]]\n'q' = '''\n[a]\n'''\n\n\n# end\n".replace("\n", newline)
    assume(all(len(piece.section) > 0 for piece in scan(text) if piece.key))
    assume("\r\n" not in text or newline == "\r\n")
    result = edit_table(f"{above}{text.rstrip()}{newline}{newline}{below}", path, table)
    assert result.startswith(above.rstrip())
    assert below.strip() in result


@laws
@given(texts(), TABLES, st.sampled_from([("new",), ("accounts", "new"), ("a", "b", "new")]))
def test_removing_an_added_table_restores_the_document(
    text: str, table: dict[str, Any], path: Path
) -> None:
    try:
        added = edit_table(text, path, table)
    except TomlEditError:
        assume(False)
    restored = edit_table(added, path, None)
    parents = path[:-1]
    assert exact(without_empty(tomllib.loads(restored), parents)) == exact(
        without_empty(tomllib.loads(text), parents)
    )
    if path == ("new",) and text.rstrip() + "\n" == text.replace("\r\n", "\n"):
        assert restored == text
