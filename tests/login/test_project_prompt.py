"""A person picks a project by id, or by typing a part of its name."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mp_core._login.project_prompt import picked
from mp_core._login.terminal import Terminal
from mp_core._values.session import Project

SHOP, APP, PROD = (
    Project(id="9", name="Web Shop"),
    Project(id="30", name="Mobile App"),
    Project(id="300", name="[prod] Shop 🦊"),
)
ALL = (SHOP, APP, PROD)


class Person:
    """Somebody who gives these answers, and then closes the input."""

    def __init__(self, answers: Sequence[str]) -> None:
        self.seen: list[str] = []
        self._answers = iter(answers)

    def answer(self, question: str) -> str:
        self.seen.append(question)
        try:
            return next(self._answers)
        except StopIteration:
            raise EOFError from None

    def terminal(self) -> Terminal:
        return Terminal(say=self.seen.append, ask=self.answer, browse=lambda url: False)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([""], "9"),
        (["30"], "30"),
        (["300"], "300"),
        (["mobile"], "30"),
        (["shop", ""], "9"),
        (["shop", "prod"], "300"),
        (["nothing like it", "🦊"], "300"),
        (["3", "30"], "30"),
    ],
)
def test_an_id_or_a_part_of_a_name_leads_to_a_project(answers: list[str], expected: str) -> None:
    assert picked(ALL, Person(answers).terminal()) == expected


def test_a_narrower_search_shows_only_what_matches() -> None:
    person = Person(["shop", "9"])
    picked(ALL, person.terminal())
    second_list = person.seen[person.seen.index("Project: an id, or a part of a name [9]:") + 1 :]
    assert any("[prod] Shop 🦊" in line for line in second_list)
    assert not any("Mobile App" in line for line in second_list)


def test_many_projects_do_not_flood_the_terminal() -> None:
    many = [Project(id=str(number), name=f"P{number}") for number in range(1, 401)]
    person = Person(["P400"])
    assert picked(many, person.terminal()) == "400"
    assert len(person.seen) < 20
    assert any("and 385 more" in line for line in person.seen)


def test_h36_h44_nobody_to_ask_and_ended_input_pick_nothing() -> None:
    silent = Terminal(say=lambda line: None, ask=None, browse=lambda url: False)
    assert picked(ALL, silent) is None
    assert picked(ALL, Person([]).terminal()) is None
