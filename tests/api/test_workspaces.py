"""Which workspaces a project has, and which of them is its default."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._api.me import MeWorkspace
from mp_core._api.workspaces import default_workspace, reference, workspace_entries, workspaces_call
from mp_core._values.session import WorkspaceRef
from mp_core.errors import APIError, WorkspaceScopeError
from mp_core.sandbox import Sandbox

FLAG = st.sampled_from([None, True, False])
ENTRIES = st.lists(
    st.builds(
        MeWorkspace,
        id=st.integers(1, 99),
        name=st.sampled_from([None, "All Project Data", "all project data", "[/x]"]),
        is_default=FLAG,
        is_global=FLAG,
        is_visible=FLAG,
    ),
    unique_by=lambda entry: entry.id,
)


def rank(entry: MeWorkspace) -> int:
    """The rule that finds an entry, the best one first."""
    rules = (
        entry.is_global is True,
        entry.name == "All Project Data",
        entry.is_default is True,
        entry.is_visible is not False,
    )
    return next((n for n, holds in enumerate(rules) if holds), len(rules))


@given(ENTRIES)
def test_the_default_workspace_is_the_first_match_of_the_best_rule(
    entries: list[MeWorkspace],
) -> None:
    if not entries:
        with pytest.raises(WorkspaceScopeError, match="Project 7"):
            default_workspace(entries, "7")
        return
    best = min(entries, key=rank)
    assert default_workspace(entries, "7") == reference(best, "7")


def test_a_project_without_workspaces_says_what_to_type() -> None:
    with pytest.raises(WorkspaceScopeError) as caught:
        default_workspace([], "7")
    assert "mp workspace list" in str(caught.value.hint)
    assert caught.value.details == {"project": "7"}


def test_a_reference_knows_its_project() -> None:
    entry = MeWorkspace(id=3, name="[/x]", is_default=True)
    assert reference(entry, "7") == WorkspaceRef(id=3, name="[/x]", is_default=True, project_id="7")


def test_the_workspaces_call_names_the_project_in_its_path_alone() -> None:
    call = workspaces_call("7")
    assert (call.method, call.path, call.family) == (
        "GET",
        "/projects/7/workspaces/public",
        "app",
    )
    assert call.params == {}


@pytest.mark.parametrize("wrap", [lambda found: {"results": found}, lambda found: found])
def test_an_answer_is_read_with_and_without_its_envelope(wrap: Any) -> None:
    found = [{"id": 3, "name": "🦊", "surprise": 1}, {"id": 4}]
    assert [entry.id for entry in workspace_entries(wrap(found))] == [3, 4]


def test_entries_without_a_usable_id_are_left_out() -> None:
    found = [{"name": "no id"}, {"id": None}, {"id": 0}, {"id": -1}, {"id": 5}]
    assert [entry.id for entry in workspace_entries({"results": found})] == [5]


@pytest.mark.parametrize("answer", [None, "text", 3, {}, {"error": "no"}, {"results": 4}])
def test_an_answer_of_another_shape_is_a_typed_error(answer: Any) -> None:
    with pytest.raises(APIError, match="expected shape") as caught:
        workspace_entries(answer)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_invented_world_needs_every_rule() -> None:
    projects = {p.id: p for identity in Sandbox().identities for p in identity.projects}
    found = {
        id_: default_workspace(
            [
                MeWorkspace(
                    id=w.id,
                    name=w.name,
                    is_default=w.is_default,
                    is_global=w.is_global,
                    is_visible=w.is_visible,
                )
                for w in project.workspaces
            ],
            id_,
        ).id
        for id_, project in projects.items()
        if project.workspaces
    }
    assert found == {"3018488": 3448415, "3018489": 3448421, "10": 102, "9": 92, "77": 771}
