"""What `/me` says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._api.me import Me, MeWorkspace
from mp_core._values.session import Project
from mp_core._values.user import MeUserInfo
from mp_core.errors import APIError


@pytest.mark.parametrize("wrap", [lambda body: {"status": "ok", "results": body}, dict])
def test_an_answer_is_unwrapped_and_keeps_what_is_not_known(wrap: Any) -> None:
    body = {
        "user_id": 1,
        "new": {"thing": [1]},
        "projects": {"5": {"name": "Five", "surprise": True}},
    }
    me = Me.from_answer(wrap(body))
    assert me.user_id == 1
    assert (me.model_extra or {})["new"] == {"thing": [1]}
    assert me.projects["5"].model_extra == {"surprise": True}


def test_lists_of_members_are_dropped() -> None:
    me = Me.from_answer({"member_list": [1] * 1000, "unified_member_list": [1] * 1000})
    assert "member" not in me.model_dump_json()


@pytest.mark.parametrize(
    "answer",
    [None, 3, "text", [], {"results": []}],
)
def test_another_shape_is_a_typed_error_without_its_content(answer: Any) -> None:
    with pytest.raises(APIError, match="expected shape") as caught:
        Me.from_answer(answer)
    assert caught.value.__cause__ is None


def test_everything_may_be_missing() -> None:
    me = Me.from_answer({})
    assert (me.user, me.project_list()) == (None, [])


def test_the_user_is_known_by_id() -> None:
    assert Me(user_id=502, user_email="ada@people.example").user == MeUserInfo(
        id=502, email="ada@people.example"
    )


@given(st.lists(st.integers(0, 10**12).map(str), unique=True))
def test_h36_projects_come_in_numeric_order(ids: list[str]) -> None:
    me = Me.from_answer({"projects": {id_: {"name": f"p{id_}"} for id_ in ids}})
    assert [p.id for p in me.project_list()] == sorted(ids, key=int)


def test_a_project_without_a_numeric_id_is_left_out() -> None:
    me = Me.from_answer({"projects": {"x": {}, "٣": {}, "7": {"timezone": "UTC"}}})
    assert me.project_list() == [Project(id="7", timezone="UTC")]


@pytest.mark.parametrize(
    ("said", "number"),
    [("501", 501), (501.0, 501), ("9" * 5000, None), ("\u0665", None), ("5 ", None), ([501], None)],
)
def test_h88_the_id_of_a_workspace_is_a_number_also_where_it_is_a_text(
    said: object, number: int | None
) -> None:
    assert MeWorkspace.model_validate({"id": said}).id == number
