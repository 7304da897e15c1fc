"""An edit of a TOML text, spelling by spelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.toml_texts import Path, edit_table

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
