"""Which account, project and workspace win, and the record of why."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from mp_core._bridge.search import FoundBridge
from mp_core._resolution.resolver import inputs_in, resolve, resolve_switch
from mp_core._values.selection import Selection
from mp_core.errors import ConfigError
from tests.support.audit_events import watched
from tests.support.fake_providers import CANARY, BadgeAccount
from tests.support.resolver_inputs import (
    BADGE,
    TICKET,
    TWO,
    block,
    bridge,
    configured,
    heard,
    inputs,
    resolved,
    surroundings,
    triple,
)


@dataclass(frozen=True)
class Case:
    """One environment, configuration and options, as far as the order of the sources goes."""

    identity: Mapping[str, str]
    env_project: str | None
    env_workspace: int | None
    account: str | None
    project: str | None
    workspace: int | None
    target: tuple[str, str, int | None] | None
    bridge: FoundBridge | None
    active: str | None
    pin: int | None
    defaults: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        found = dict(self.identity)
        if self.env_project:
            found["MP_PROJECT_ID"] = self.env_project
        if self.env_workspace:
            found["MP_WORKSPACE_ID"] = str(self.env_workspace)
        return found

    @property
    def tables(self) -> dict[str, Any]:
        active = {"account": self.active, "workspace": self.pin}
        found: dict[str, Any] = {
            "active": {key: value for key, value in active.items() if value is not None},
            "accounts": {name: block(project) for name, project in self.defaults.items()},
        }
        if self.target:
            keys = ("account", "project", "workspace")
            given = {k: v for k, v in zip(keys, self.target, strict=True) if v is not None}
            found["targets"] = {"there": given}
        return found

    @property
    def asked(self) -> dict[str, Any]:
        if self.target:
            return {"target": "there"}
        return {"account": self.account, "project": self.project, "workspace": self.workspace}


def expected(case: Case) -> tuple[str | None, str | None, int | None, int]:
    """The order and its safety rules, written a second time: axes and the number of warnings."""
    said = case.target or (case.account, case.project, case.workspace)
    env_project = case.env.get("MP_PROJECT_ID")
    far = None if case.identity or said[0] or case.bridge is None else case.bridge.content
    account = "env" if case.identity else said[0] or (far.account.name if far else case.active)
    if account is None:
        return None, None, None, 0
    default = far.account.default_project if far else case.defaults.get(account, env_project)
    project = env_project or said[1] or (far and far.project) or default
    wanted = said[2]
    if case.target and env_project:
        wanted = None
    if far and wanted is None and not env_project and not said[1]:
        wanted = far.workspace
    is_active = account == case.active and far is None
    if case.target is None and wanted is None and is_active and project == default:
        wanted = case.pin
    workspace = case.env_workspace or wanted
    conflicts = [
        bool(case.identity) and said[0] is not None,
        env_project is not None and said[1] not in (None, env_project),
        case.env_workspace is not None and said[2] not in (None, case.env_workspace),
    ]
    return account, project, workspace, sum(conflicts)


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


NAMES = ("team", "other")
IDS = ("1", "2", "3")
BRIDGES = st.builds(
    bridge,
    name=st.sampled_from(("far", "team")),
    default_project=maybe(*IDS),
    project=maybe(*IDS),
    workspace=maybe(11, 14),
)
CASES = st.builds(
    Case,
    identity=st.sampled_from([{}, {}, BADGE, TICKET, BADGE | TICKET]),
    env_project=maybe(*IDS),
    env_workspace=maybe(11, 12),
    account=maybe(*NAMES),
    project=maybe(*IDS),
    workspace=maybe(11, 12),
    target=st.none() | st.tuples(st.sampled_from(NAMES), st.sampled_from(IDS), maybe(11, 12)),
    bridge=st.none() | BRIDGES,
    active=maybe(*NAMES),
    pin=maybe(13),
    defaults=st.fixed_dictionaries({name: maybe(*IDS) for name in NAMES}),
)


@given(CASES)
def test_each_axis_takes_the_first_source_and_the_safety_rules_hold(case: Case) -> None:
    account, project, workspace, conflicts = expected(case)
    with heard() as texts:
        if account is None or project is None:
            with pytest.raises(ConfigError) as caught:
                resolved(case.tables, case.env, case.bridge, **case.asked)
            assert caught.value.code == ("NO_PROJECT" if account else "NO_ACCOUNT")
            return
        found = resolved(case.tables, case.env, case.bridge, **case.asked)
    assert triple(found) == (account, project, workspace)
    assert len(texts) == conflicts
    for axis, value in zip(found.axes, triple(found), strict=True):
        used = [c for c in axis.candidates if c.outcome == "used"]
        assert [c.value for c in used] == ([] if value is None else [str(value)])
        assert axis.value == (None if value is None else str(value))


@given(CASES)
def test_the_record_is_complete_deterministic_and_without_secrets(case: Case) -> None:
    account, project, _, _ = expected(case)
    if account is None or project is None:
        return
    with heard() as texts:
        one = resolved(case.tables, case.env, case.bridge, **case.asked)
        two = resolved(case.tables, case.env, case.bridge, **case.asked)
    assert one == two
    sources = [[candidate.source for candidate in axis.candidates] for axis in one.axes]
    assert sources == [
        ["environment", "parameter", "target", "bridge", "active"],
        ["environment", "parameter", "target", "bridge", "default_project"],
        ["environment", "parameter", "target", "bridge", "active"],
    ]
    for candidate in itertools.chain.from_iterable(axis.candidates for axis in one.axes):
        assert candidate.origin
        assert candidate.reason
        assert (candidate.value is None) == (candidate.outcome == "absent")
    assert CANARY not in repr(one) + "".join(texts)


def test_resolving_opens_no_file_and_no_socket() -> None:
    given_inputs = inputs(env={"MP_WORKSPACE_ID": "5"}, account="other")
    resolve(given_inputs)
    with watched() as seen:
        resolve(given_inputs)
    assert seen == []


def test_the_record_says_what_every_source_offered_and_what_became_of_it() -> None:
    env = {"MP_PROJECT_ID": "1"}
    found = resolved(env=env, found=bridge(project="7"), account="team", workspace=None)
    rows = [
        [(c.source, c.value, c.origin, c.outcome) for c in axis.candidates] for axis in found.axes
    ]
    assert rows == [
        [
            ("environment", None, "environment", "absent"),
            ("parameter", "team", "account=", "used"),
            ("target", None, "target", "absent"),
            ("bridge", "far", "auth.json", "shadowed"),
            ("active", "team", "config.toml [active]", "shadowed"),
        ],
        [
            ("environment", "1", "MP_PROJECT_ID", "used"),
            ("parameter", None, "project=", "absent"),
            ("target", None, "target", "absent"),
            ("bridge", None, "auth.json", "absent"),
            ("default_project", "1", "default_project of account team", "shadowed"),
        ],
        [
            ("environment", None, "MP_WORKSPACE_ID", "absent"),
            ("parameter", None, "workspace=", "absent"),
            ("target", None, "target", "absent"),
            ("bridge", None, "auth.json", "absent"),
            ("active", "11", "config.toml [active]", "used"),
        ],
    ]


def test_an_identity_from_the_environment_is_recorded_by_its_variables() -> None:
    found = resolved(env=BADGE)
    assert found.account.origin == "MP_USERNAME, MP_SECRET, MP_PROJECT_ID, MP_REGION"
    assert found.session.account == BadgeAccount(
        name="env", region="eu", default_project="9", username="robot", secret=SecretStr(CANARY)
    )


def test_a_target_is_recorded_by_its_name() -> None:
    assert resolved(target="ecom").project.origin == "target=ecom"


def test_resolution_leaves_the_disk_as_it_is(home: Path) -> None:
    context = surroundings(home, TWO, {})
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    resolve(inputs_in(context, Selection()))
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


def test_an_explicit_switch_takes_its_project_from_environment_argument_or_default() -> None:
    other = configured(TWO).account("other")

    def switched(env: dict[str, str], **asked: Any) -> tuple[str | None, str | None]:
        project, workspace = resolve_switch(inputs(env=env, account="other", **asked), other)
        return project.value, workspace.value

    assert switched({}) == ("2", None)
    assert switched({}, project="5") == ("5", None)
    assert switched({"MP_WORKSPACE_ID": "7"}) == ("2", "7")
    assert switched({"MP_WORKSPACE_ID": "7"}, workspace=8) == ("2", "8")
    with heard() as texts:
        assert switched({"MP_PROJECT_ID": "6"}, project="5") == ("6", None)
    assert len(texts) == 1


def test_the_custom_header_of_the_settings_goes_with_every_session() -> None:
    settings = {"custom_header": {"name": "X-Team", "value": "blue"}}
    assert dict(resolved(TWO | {"settings": settings}).session.headers) == {"X-Team": "blue"}
