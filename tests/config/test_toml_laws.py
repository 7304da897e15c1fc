"""What an edit of a TOML text promises, as laws over random documents."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from mp_core._config import toml_edit
from mp_core._config.toml_edit import TomlEditError, edited, replaced
from mp_core._config.toml_scan import scan
from tests.support.toml_texts import (
    TABLES,
    Path,
    edit_table,
    edits,
    exact,
    laws,
    several_edits,
    texts,
)


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
    wanted = replaced(document, path, table)
    candidates = list(toml_edit._candidates(text, document, wanted, [path]))
    assert len(candidates) == 2
    for candidate in candidates:
        result = without_empty(tomllib.loads(candidate), path[:-1])
        assert exact(result) == expected(text, path, table)


@laws
@given(several_edits())
def test_edits_at_once_make_the_document_that_they_make_one_by_one(
    drawn: tuple[str, dict[Path, dict[str, Any] | None]],
) -> None:
    text, edits = drawn
    old = new = tomllib.loads(text)
    one_by_one = text
    for path, table in edits.items():
        new, one_by_one = replaced(new, path, table), edit_table(one_by_one, path, table)
    at_once, document = edited(text, old, new, edits)
    assert exact(dict(document)) == exact(tomllib.loads(at_once))
    results = [tomllib.loads(at_once), tomllib.loads(one_by_one)]
    for path in edits:
        results = [without_empty(result, path[:-1]) for result in results]
    assert exact(results[0]) == exact(results[1])


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
