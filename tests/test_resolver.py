"""Which account, project and workspace win, what is said about it, and what it never does."""

from __future__ import annotations

import itertools
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from mp_core.account_model import Account, TokenSlot
from mp_core.bridge import BridgeFile, FoundBridge
from mp_core.context import Context
from mp_core.env_accounts import env_account
from mp_core.errors import (
    AccountNotFoundError,
    ConfigError,
    CredentialWarning,
    ProviderNotInstalledError,
    TargetNotFoundError,
)
from mp_core.headers import NO_HEADERS, Headers
from mp_core.hookspecs import PROVIDERS, EnvAccount, hookimpl
from mp_core.installation import Installed
from mp_core.registry import Registry
from mp_core.request import Request, request
from mp_core.resolution import Resolution
from mp_core.resolver import Inputs, inputs_in, resolve, resolve_account, resolve_switch
from mp_core.snapshot import ConfigSnapshot

CANARY = "canary-1b9e"
CONFIG = Path("config.toml")


class BadgeAccount(Account):
    type: Literal["badge"] = "badge"
    username: str
    secret: SecretStr

    def is_long_lived(self) -> bool:
        return True


class TicketAccount(Account):
    type: Literal["ticket"] = "ticket"
    token: SecretStr

    def is_long_lived(self) -> bool:
        return False


@dataclass(frozen=True, eq=False)
class Provider:
    """A provider of one type, whose identity may come from the environment."""

    model: type[Account]
    fields: Mapping[str, str]
    rank: int

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return self.model

    @hookimpl
    def mp_auth_header(self) -> str:
        raise AssertionError("Resolution asks for no header.")

    @hookimpl
    def mp_account_from_env(self, env: Mapping[str, str]) -> EnvAccount:
        return env_account(env, self.model, self.fields, rank=self.rank)

    def load(self) -> Provider:
        return self


PROVIDED = {
    "badge": Provider(BadgeAccount, {"username": "MP_USERNAME", "secret": "MP_SECRET"}, 10),
    "ticket": Provider(TicketAccount, {"token": "MP_OAUTH_TOKEN"}, 20),
}
ANNOUNCED = {
    (PROVIDERS, name): (Installed(name, PROVIDERS, f"mp-{name}", "1.0", cast(Any, provider)),)
    for name, provider in PROVIDED.items()
}
REGISTRY = Registry({}, scan=lambda: ANNOUNCED)

SHARED = {"MP_PROJECT_ID": "9", "MP_REGION": "eu"}
BADGE = {"MP_USERNAME": "robot", "MP_SECRET": CANARY, **SHARED}
TICKET = {"MP_OAUTH_TOKEN": CANARY, **SHARED}
IDENTITY_SETS = (BADGE, TICKET)


def block(default_project: str | None = None, **fields: Any) -> dict[str, Any]:
    project = {} if default_project is None else {"default_project": default_project}
    return {"type": "badge", "region": "us", "username": "u", "secret": CANARY} | project | fields


TWO: dict[str, Any] = {
    "active": {"account": "team", "workspace": 11},
    "accounts": {"team": block("1"), "other": block("2")},
    "targets": {"ecom": {"account": "other", "project": "3", "workspace": 33}},
}


def snapshot(tables: Mapping[str, Any]) -> ConfigSnapshot:
    return ConfigSnapshot(CONFIG, tomli_w.dumps(tables), REGISTRY)


Bridge = FoundBridge | ConfigError | None


def bridge(
    name: str = "far",
    default_project: str | None = None,
    headers: Mapping[str, str] = NO_HEADERS,
    **axes: Any,
) -> FoundBridge:
    """A bridge as it is found, its account bound to a slot of its own."""
    account = BadgeAccount(name=name, **block(default_project))
    bound = account.in_slot(TokenSlot("bridges/1"))
    content = BridgeFile.model_construct(version=2, account=bound, headers=Headers(headers), **axes)
    return FoundBridge(Path("auth.json"), content)


def inputs(
    tables: Mapping[str, Any] = TWO,
    env: Mapping[str, str] | None = None,
    found: Bridge = None,
    **asked: Any,
) -> Inputs:
    env = env or {}
    identities = REGISTRY.accounts_from_env(env)
    return Inputs(request(**asked), snapshot(tables), env, identities, found)


def resolved(
    tables: Mapping[str, Any] = TWO,
    env: Mapping[str, str] | None = None,
    found: Bridge = None,
    **asked: Any,
) -> Resolution:
    return resolve(inputs(tables, env, found, **asked))


def triple(found: Resolution) -> tuple[str, str, int | None]:
    session = found.session
    return session.account.name, session.project_id, session.workspace_id


@contextmanager
def heard() -> Iterator[list[str]]:
    """Collect the warnings of the block as text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        texts: list[str] = []
        yield texts
    assert {warning.category for warning in caught} <= {CredentialWarning}
    texts.extend(str(warning.message) for warning in caught)


@dataclass(frozen=True)
class Case:
    """One environment, configuration and wish, as far as the order of the sources goes."""

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


class Watch:
    """Notes what the process touches; an audit hook cannot be removed, so that it is switched."""

    def __init__(self) -> None:
        self.is_on = False
        self.seen: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, args: tuple[Any, ...]) -> None:
        if self.is_on and (event == "open" or event.startswith(("socket.", "os.", "subproc"))):
            self.seen.append(f"{event} {args}")


WATCH = Watch()


def test_resolving_opens_no_file_and_no_socket() -> None:
    given_inputs = inputs(env={"MP_WORKSPACE_ID": "5"}, account="other")
    resolve(given_inputs)
    WATCH.is_on = True
    try:
        resolve(given_inputs)
    finally:
        WATCH.is_on = False
    assert WATCH.seen == []


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


@pytest.mark.parametrize(
    ("env", "asked", "reason"),
    [
        ({}, {"account": "other"}, "it was pinned for the active account"),
        (BADGE, {}, "it was pinned for the active account"),
        ({}, {"project": "5"}, "it was pinned for the account's default project"),
        ({"MP_PROJECT_ID": "5"}, {}, "it was pinned for the account's default project"),
        ({}, {"target": "bare"}, "a target brings its own workspace, or none"),
    ],
)
def test_h10_a_pin_serves_only_the_pair_it_was_made_for(
    env: Mapping[str, str], asked: dict[str, Any], reason: str
) -> None:
    tables = TWO | {"targets": {"bare": {"account": "team", "project": "1"}}}
    found = resolved(tables, env, **asked)
    assert found.session.workspace is None
    pin = found.workspace.candidates[-1]
    assert (pin.value, pin.outcome, pin.reason) == ("11", "ignored", reason)


def test_h10_the_pin_serves_its_own_pair_however_that_was_said() -> None:
    assert triple(resolved()) == ("team", "1", 11)
    assert triple(resolved(account="team", project="1")) == ("team", "1", 11)
    assert triple(resolved(env={"MP_PROJECT_ID": "1"})) == ("team", "1", 11)


def test_h10_a_targets_workspace_is_dropped_with_its_project() -> None:
    with heard() as texts:
        found = resolved(env={"MP_PROJECT_ID": "1"}, target="ecom")
    assert triple(found) == ("other", "1", None)
    own = found.workspace.candidates[2]
    assert (own.value, own.outcome) == ("33", "ignored")
    assert len(texts) == 1


def test_h10_a_workspace_knows_the_project_it_was_resolved_for() -> None:
    workspace = resolved().session.workspace
    assert workspace is not None
    assert workspace.project_id == "1"


def proper_subsets(names: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [s for n in range(1, len(names)) for s in itertools.combinations(names, n)]


@pytest.mark.parametrize("identity", IDENTITY_SETS, ids=["badge", "ticket"])
def test_h11_every_incomplete_identity_is_skipped_and_warned_of(
    identity: Mapping[str, str],
) -> None:
    for subset in proper_subsets(identity):
        env = {name: identity[name] for name in subset}
        with heard() as texts:
            found = resolved(env=env)
        assert found.session.account.name == "team", subset
        if set(subset) == {"MP_PROJECT_ID"}:
            assert texts == [], subset
            continue
        assert len(texts) == 1, subset
        present, _, missing = texts[0].partition("missing")
        assert all(name in present for name in subset), subset
        assert all(name in missing for name in identity.keys() - set(subset)), subset
        assert CANARY not in texts[0]


def test_h11_an_empty_variable_counts_as_missing() -> None:
    with heard() as texts:
        found = resolved(env=BADGE | {"MP_REGION": ""})
    assert found.session.account.name == "team"
    assert texts[0].endswith("missing MP_REGION.")


def test_h11_a_complete_identity_beside_an_incomplete_one_is_used() -> None:
    only_badge = ({"MP_USERNAME"}, {"MP_SECRET"})
    for names in only_badge:
        with heard() as texts:
            found = resolved(env=TICKET | {name: BADGE[name] for name in names})
        assert isinstance(found.session.account, TicketAccount)
        (text,) = texts
        assert all(name in text for name in ("MP_USERNAME", "MP_SECRET"))


def test_of_two_complete_identities_the_better_rank_is_used_without_a_word() -> None:
    with heard() as texts:
        found = resolved(env=BADGE | TICKET)
    assert isinstance(found.session.account, BadgeAccount)
    assert texts == []


@pytest.mark.parametrize(
    "env", [{}, {"MP_PROJECT_ID": "1"}, {"MP_WORKSPACE_ID": "4"}, {"MP_ACCOUNT": "other"}]
)
def test_h11_what_belongs_to_no_identity_alone_does_not_warn(env: dict[str, str]) -> None:
    with heard() as texts:
        resolved(env=env)
    assert texts == []


def test_the_library_reads_neither_mp_account_nor_mp_target() -> None:
    env = {"MP_ACCOUNT": "other", "MP_TARGET": "ecom"}
    assert resolved(env=env) == resolved()


@pytest.mark.parametrize("region", ["mars", "US", "us "])
def test_a_malformed_value_in_a_complete_identity_is_an_error(region: str) -> None:
    with pytest.raises(ConfigError, match="MP_REGION") as caught:
        resolved(env=BADGE | {"MP_REGION": region})
    assert CANARY not in str(caught.value) + repr(caught.value.details) + str(caught.value.hint)


def test_h17_a_malformed_value_in_an_incomplete_identity_is_only_skipped() -> None:
    with heard() as texts:
        found = resolved(env={"MP_USERNAME": "u", "MP_REGION": "mars"})
    assert found.session.account.name == "team"
    assert len(texts) == 1


OVERRIDES: list[tuple[dict[str, str], dict[str, Any], list[tuple[str, str]]]] = [
    ({"MP_PROJECT_ID": "5"}, {"project": "6"}, [("MP_PROJECT_ID", "project=6")]),
    ({"MP_WORKSPACE_ID": "5"}, {"workspace": 6}, [("MP_WORKSPACE_ID", "workspace=6")]),
    (dict(BADGE), {"account": "team"}, [("MP_USERNAME", "account=team")]),
    ({"MP_PROJECT_ID": "5"}, {"target": "ecom"}, [("MP_PROJECT_ID", "target=ecom (3)")]),
    (
        BADGE | {"MP_WORKSPACE_ID": "5"},
        {"target": "ecom"},
        [
            ("MP_USERNAME", "target=ecom (other)"),
            ("MP_PROJECT_ID", "target=ecom (3)"),
            ("MP_WORKSPACE_ID", "target=ecom (33)"),
        ],
    ),
]


@pytest.mark.parametrize(("env", "asked", "pairs"), OVERRIDES)
def test_h12_an_override_by_the_environment_warns_once_and_names_both(
    env: dict[str, str], asked: dict[str, Any], pairs: list[tuple[str, str]]
) -> None:
    with heard() as texts:
        resolved(env=env, **asked)
    assert len(texts) == len(pairs)
    for text, (variable, argument) in zip(texts, pairs, strict=True):
        assert variable in text
        assert argument in text
        assert CANARY not in text


@pytest.mark.parametrize(
    ("env", "asked"),
    [
        ({"MP_PROJECT_ID": "6"}, {"project": "6"}),
        ({"MP_WORKSPACE_ID": "6"}, {"workspace": 6}),
        ({"MP_PROJECT_ID": "3", "MP_WORKSPACE_ID": "33"}, {"target": "ecom"}),
        ({"MP_PROJECT_ID": "6"}, {}),
        (dict(BADGE), {}),
    ],
)
def test_h12_equal_values_and_unspoken_defaults_are_no_override(
    env: dict[str, str], asked: dict[str, Any]
) -> None:
    with heard() as texts:
        resolved(env=env, **asked)
    assert texts == []


@dataclass(frozen=True)
class Surroundings(Context):
    """Surroundings with the providers of these tests."""

    @property
    def registry(self) -> Registry:
        return REGISTRY


def surroundings(home: Path, tables: Mapping[str, Any], env: Mapping[str, str]) -> Surroundings:
    path = home / ".mp" / "config.toml"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(tomli_w.dumps(tables))
    path.chmod(0o600)
    return Surroundings(env={"HOME": str(home), **env})


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_h12_mp_ignore_env_turns_the_environment_off(home: Path, value: str) -> None:
    env = BADGE | {"MP_IGNORE_ENV": value, "MP_WORKSPACE_ID": "oops"}
    context = surroundings(home, TWO, env)
    with heard() as texts:
        found = resolve(inputs_in(context, request(project="5")))
    assert triple(found) == ("team", "5", None)
    assert texts == []


@pytest.mark.parametrize("value", ["", "0", "no", "OFF", "false"])
def test_mp_ignore_env_that_is_off_changes_nothing(home: Path, value: str) -> None:
    context = surroundings(home, TWO, {"MP_PROJECT_ID": "5", "MP_IGNORE_ENV": value})
    assert resolve(inputs_in(context, Request())).session.project_id == "5"


def test_mp_ignore_env_that_is_neither_yes_nor_no_is_an_error(home: Path) -> None:
    context = surroundings(home, TWO, {"MP_IGNORE_ENV": "maybe"})
    with pytest.raises(ConfigError, match="MP_IGNORE_ENV"):
        inputs_in(context, Request())


def test_resolution_leaves_the_disk_as_it_is(home: Path) -> None:
    context = surroundings(home, TWO, {})
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    resolve(inputs_in(context, Request()))
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


@pytest.mark.parametrize("env", [{"MP_PROJECT_ID": "5"}, {"MP_WORKSPACE_ID": "6"}])
def test_h13_a_scope_in_the_environment_leaves_targets_usable(env: dict[str, str]) -> None:
    with heard() as texts:
        found = resolved(env=env, target="ecom")
    assert found.session.account.name == "other"
    assert len(texts) == 1


MALFORMED = [
    ("MP_PROJECT_ID", "x"),
    ("MP_PROJECT_ID", "1 "),
    ("MP_PROJECT_ID", "٣"),
    ("MP_PROJECT_ID", "1\n"),
    ("MP_WORKSPACE_ID", "x"),
    ("MP_WORKSPACE_ID", "0"),
    ("MP_WORKSPACE_ID", "-4"),
    ("MP_WORKSPACE_ID", "9" * 5000),
]


@pytest.mark.parametrize(("name", "value"), MALFORMED, ids=lambda text: text[:20])
def test_a_malformed_variable_that_is_consulted_is_an_error_that_names_it(
    name: str, value: str
) -> None:
    with pytest.raises(ConfigError, match=name) as caught:
        resolved(env={name: value}, project="5", workspace=6)
    assert f"unset {name}" in str(caught.value.hint)
    assert caught.value.details["variable"] == name


@pytest.mark.parametrize(("name", "value"), MALFORMED, ids=lambda text: text[:20])
def test_h17_a_malformed_variable_that_is_not_consulted_is_no_error(name: str, value: str) -> None:
    axis, account = resolve_account(inputs(env={name: value}, account="other"))
    assert (axis.value, account.name) == ("other", "other")


def test_h17_a_broken_block_of_another_account_is_no_error() -> None:
    accounts = {**TWO["accounts"], "x": {"type": 3}, "y": "no table", "z": block(project_id="1")}
    assert triple(resolved(TWO | {"accounts": accounts})) == ("team", "1", 11)


def test_h17_a_broken_active_table_stops_only_those_who_need_it() -> None:
    tables = TWO | {"active": {"account": "team", "worksapce": 3}}
    assert triple(resolved(tables, account="other")) == ("other", "2", None)
    assert triple(resolved(tables, target="ecom")) == ("other", "3", 33)
    with pytest.raises(ConfigError, match="active"):
        resolved(tables)


def test_h19_an_account_that_cannot_be_used_is_an_error_and_nothing_falls_through() -> None:
    accounts = {**TWO["accounts"], "lost": {"type": "unknown", "region": "us"}, "bad": {"type": 3}}
    tables = TWO | {"accounts": accounts}
    with pytest.raises(ProviderNotInstalledError):
        resolved(tables, account="lost")
    with pytest.raises(ConfigError, match=r"accounts\.bad"):
        resolved(tables, account="bad")
    with pytest.raises(AccountNotFoundError):
        resolved(tables, account="nobody")


def test_unknown_names_are_both_kinds_of_error_and_list_what_there_is() -> None:
    with pytest.raises(AccountNotFoundError, match="other, team") as account:
        resolved(account="nobody")
    with pytest.raises(TargetNotFoundError, match="ecom") as target:
        resolved(target="nowhere")
    for caught in (account, target):
        assert isinstance(caught.value, ConfigError)
        assert isinstance(caught.value, ValueError)


def commands(error: ConfigError) -> list[str]:
    return [line.strip() for line in str(error.hint).splitlines()[1:]]


def test_no_account_lists_every_way_to_select_one_as_commands() -> None:
    with pytest.raises(ConfigError, match="team") as caught:
        resolved({key: value for key, value in TWO.items() if key != "active"})
    found = commands(caught.value)
    assert all(command.startswith(("mp ", "export ")) for command in found)
    for way in (
        "mp account use NAME",
        "mp --account NAME",
        "mp --target NAME",
        "mp account add NAME",
        "export MP_USERNAME=… MP_SECRET=…",
        "export MP_OAUTH_TOKEN=…",
    ):
        assert any(command.startswith(way) for command in found), way


def test_no_account_at_all_lists_only_ways_that_work() -> None:
    with pytest.raises(ConfigError) as caught:
        resolved({})
    found = commands(caught.value)
    assert not any(command.startswith(("mp account use", "mp --")) for command in found)
    assert any(command.startswith("mp account add") for command in found)


def test_no_project_names_the_account_and_every_way_to_give_it_one() -> None:
    tables = TWO | {"accounts": {"team": block()}}
    with pytest.raises(ConfigError, match="'team'") as caught:
        resolved(tables)
    found = commands(caught.value)
    for way in (
        "mp --project ID",
        "mp account update team --default-project ID",
        "export MP_PROJECT_ID=",
        "mp --target NAME",
    ):
        assert any(command.startswith(way) for command in found), way


def test_an_explicit_switch_takes_its_project_from_environment_argument_or_default() -> None:
    other = snapshot(TWO).account("other")

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
