"""TOML texts in every spelling, and edits of them, drawn at random."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from mp_core._config.toml_edit import edited, replaced

Path: TypeAlias = tuple[str, ...]
Draw: TypeAlias = Callable[..., Any]

laws = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

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
    return text, *_edit(draw, tomllib.loads(text))


@st.composite
def several_edits(draw: Draw) -> tuple[str, dict[Path, dict[str, Any] | None]]:
    """Draw a text and the new content of tables none of which lies in another."""
    text = draw(texts())
    drawn: dict[Path, dict[str, Any] | None] = {}
    for _ in range(3):
        path, table = _edit(draw, tomllib.loads(text))
        if not any(path[: len(other)] == other[: len(path)] for other in drawn):
            drawn[path] = table
    return text, drawn


def _edit(draw: Draw, document: dict[str, Any]) -> tuple[Path, dict[str, Any] | None]:
    node: Any = document
    path: Path = ()
    while isinstance(node, dict) and (not path or (len(path) < 3 and draw(st.booleans()))):
        name = draw(st.sampled_from([*node, *node, draw(st.sampled_from(NAMES))]))
        path, node = (*path, name), node.get(name, {})
    old = node if isinstance(node, dict) else {}
    return path, draw(st.none() | TABLES | _variants(old))


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


def edit_table(text: str, path: Path, table: Mapping[str, Any] | None) -> str:
    """Return the text after a single edit."""
    document = tomllib.loads(text)
    return edited(text, document, replaced(document, path, table), [path])[0]


def exact(value: Any) -> Any:
    """Return what tells documents apart, types included, order of keys not."""
    if isinstance(value, dict):
        return {key: exact(member) for key, member in value.items()}
    if isinstance(value, list):
        return [exact(member) for member in value]
    return type(value), repr(value)
