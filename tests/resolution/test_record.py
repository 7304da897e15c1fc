"""The record of a resolution: what became of each source's offer, and why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._resolution.record import Axis, Candidate, Found, Ladder, Offer, Resolution
from mp_core._values.headers import Headers
from mp_core._values.session import Project, Session, WorkspaceRef
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account
from tests.support.fake_providers import badge

BADGE = badge("team")
SOURCES: list[Any] = ["environment", "parameter", "target", "active", "default_project"]


def refuse() -> str:
    raise ConfigError("The variable MP_X is malformed.")


@given(st.lists(st.tuples(st.none() | st.integers(0, 3), st.sampled_from(["", "a rule"]))))
def test_the_first_offer_that_is_there_and_fit_wins(offers: list[tuple[int | None, str]]) -> None:
    axis = Axis("project", tuple(Offer("active", str(n), *o) for n, o in enumerate(offers)))
    fit = [str(n) for n, (value, unfit) in enumerate(offers) if value is not None and not unfit]
    assert axis.origin == (fit[0] if fit else None)
    outcomes = [candidate.outcome for candidate in axis.candidates]
    assert outcomes.count("used") == min(len(fit), 1)
    assert outcomes.count("shadowed") == max(len(fit) - 1, 0)
    assert outcomes.count("absent") == sum(value is None for value, _ in offers)


def test_every_offer_is_on_record_with_what_became_of_it() -> None:
    ladder = Ladder("workspace")
    ladder.add("environment", "MP_WORKSPACE_ID", None)
    ladder.add("target", "target=ecom", 3, unfit="it belongs elsewhere")
    ladder.add("parameter", "workspace=", lambda: 4)
    ladder.add("active", "config.toml [active]", 5)
    axis = ladder.axis()
    assert axis.candidates == (
        Candidate("environment", None, "MP_WORKSPACE_ID", "absent", "not set"),
        Candidate("target", "3", "target=ecom", "ignored", "it belongs elsewhere"),
        Candidate("parameter", "4", "workspace=", "used", "the first source that has a value"),
        Candidate(
            "active", "5", "config.toml [active]", "shadowed", "parameter comes first (workspace=)"
        ),
    )
    assert (axis.source, axis.origin, axis.value) == ("parameter", "workspace=", "4")


def test_h17_of_accounts_only_the_one_that_wins_is_looked_at() -> None:
    def broken() -> Account:
        raise AssertionError

    ladder = Ladder("account")
    ladder.add("environment", "MP_TOKEN", None)
    ladder.add("parameter", "account=", Found("other", broken), unfit="a rule")
    ladder.add("target", "target=ecom", lambda: Found("team", lambda: BADGE))
    ladder.add("active", "config.toml [active]", Found("third", broken))
    assert ladder.winner.account() is BADGE
    assert [offer.value for offer in ladder.axis().offers] == [None, "other", "team", "third"]
    assert ladder.axis().value == "team"


def test_h17_a_malformed_offer_is_an_error_only_while_nothing_has_won() -> None:
    ladder = Ladder("project")
    with pytest.raises(ConfigError, match="MP_X"):
        ladder.add("environment", "MP_X", refuse)
    ladder.add("parameter", "project=", "1")
    ladder.add("active", "config.toml", refuse)
    candidate = ladder.axis().candidates[-1]
    assert (candidate.outcome, candidate.value) == ("absent", None)
    assert "MP_X is malformed" in candidate.reason


def test_h17_a_malformed_offer_that_a_rule_excludes_is_not_an_error() -> None:
    ladder = Ladder("workspace")
    ladder.add("active", "config.toml [active]", refuse, unfit="it was pinned for another")
    assert ladder.axis().winner is None
    assert ladder.winner is None


def test_an_axis_without_a_winner_has_neither_source_nor_value() -> None:
    axis = Axis("workspace", (Offer("active", "config.toml", None),))
    assert (axis.winner, axis.source, axis.origin, axis.value) == (None, None, None, None)


def test_the_session_holds_what_won_each_axis() -> None:
    headers = Headers({"X-Team": "blue"})
    who = Axis("account", (Offer("parameter", "account=", "team"),))
    project = Axis("project", (Offer("parameter", "project=", "7"),))
    workspace = Axis("workspace", (Offer("parameter", "workspace=", 8),))
    found = Resolution.of_axes(BADGE, who, project, workspace, headers)
    assert found.session == Session(
        account=BADGE,
        project=Project(id="7"),
        workspace=WorkspaceRef(id=8, project_id="7"),
        headers=headers,
    )
    assert found.axes == (who, project, workspace)


def test_a_session_that_was_given_is_recorded_as_such() -> None:
    session = Session(account=BADGE, project="7")
    found = Resolution.of_session(session)
    assert found.session is session
    assert [(axis.source, axis.value) for axis in found.axes] == [
        ("session", "team"),
        ("session", "7"),
        (None, None),
    ]


def test_a_rule_is_no_reason_where_there_is_nothing_to_exclude() -> None:
    ladder = Ladder("workspace")
    ladder.add("bridge", "bridge file", None, unfit="it belongs elsewhere")
    [candidate] = ladder.axis().candidates
    assert (candidate.outcome, candidate.reason) == ("absent", "not set")
