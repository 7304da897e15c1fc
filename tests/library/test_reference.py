"""The reference of the hooks cannot lie: it is what the code says and does now."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from docs import measured
from docs.reference import FILE, reference
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin._facts import CODES, SINCE, STAGES
from mp_core.plugin.environment import EnvAccount
from mp_core.plugin.hooks import PluginSpec, Stage
from mp_core.workspace import Workspace
from tests.support.home_files import write_config
from tests.support.plugin_modules import CARD, cards, extension, host_of
from tests.support.source_imports import CORE, ROOT

OF_1_0 = {
    "mp_account_model",
    "mp_auth_header",
    "mp_validate_account",
    "mp_account_from_env",
    "mp_login",
    "mp_refresh_tokens",
    "mp_fetch_tokens",
    "mp_revoke_tokens",
    "mp_load_tokens",
    "mp_persist_tokens",
    "mp_delete_tokens",
    "mp_account_status",
    "mp_export_bridge",
}
ENTRIES = [(hook, code) for hook, codes in CODES.items() for code in codes]


def test_the_file_is_what_the_generator_writes_now() -> None:
    assert FILE.read_text(encoding="utf-8") == reference(), "Write it anew: make docs"


def test_every_hook_is_called_as_the_core_calls_it() -> None:
    specified = {name for name in vars(PluginSpec) if name.startswith("mp_")}
    assert {*measured.CALLS} == specified
    for hook in specified:
        assert measured.asked(hook), hook
        assert f"\n## `{hook}`\n" in FILE.read_text(encoding="utf-8")


def test_what_is_not_of_the_first_contract_says_since_when_it_is() -> None:
    assert {*measured.HOOKS} == OF_1_0 | {*SINCE}
    assert not OF_1_0 & {*SINCE}


def test_some_hooks_are_the_providers_alone() -> None:
    alone = {hook for hook in measured.HOOKS if measured.asked(hook) == ["the provider"]}
    assert alone == {"mp_account_model", "mp_endpoint", "mp_tls_context"}


def test_the_marks_of_a_hook_decide_about_the_order() -> None:
    found = [who.partition(",")[0] for who in measured.order()]
    first = [f"extension `{name}`" for name in "edbc"]
    assert found[:5] == [*first, "the provider"]
    assert found[-1] == "extension `e`"


@pytest.mark.parametrize(("hook", "code"), ENTRIES)
def test_a_code_is_told_as_it_was_raised(hook: str, code: str) -> None:
    assert hook in measured.HOOKS
    error = ConfigError("no") if code == "CONFIG_ERROR" else OAuthError("no", code=code)
    assert error.code == code
    assert measured.becomes(hook, error) == "passes"


def test_every_code_of_a_token_that_cannot_be_had_is_told() -> None:
    sources = [*CORE.rglob("*.py"), *(ROOT / "plugins").glob("*/mp_*/*.py")]
    text = "\n".join(file.read_text() for file in sources if file.name != "_facts.py")
    raised = {*re.findall(r'"(OAUTH_[A-Z_]+)"', text)}
    assert {code for _, code in ENTRIES if code != "CONFIG_ERROR"} == raised


def test_tokens_of_no_use_need_a_login(home: Path) -> None:
    def refuse() -> None:
        raise OAuthError("Of no use.", code="OAUTH_TOKEN_ERROR")

    write_config(home, CONFIG)
    host = host_of(cards(mp_account_status=refuse))
    (summary,) = Accounts(Context(env={"HOME": str(home)}, plugins=host)).list()
    assert summary.status == "needs_login"


CONFIG = """
[accounts.team]
type = "card"
region = "us"
default_project = "1"
number = "fake-number"
"""


def surroundings(home: Path, stages: list[str], **env: str) -> Context:
    """Surroundings in which a policy notes the stages that it is asked about."""

    def note(stage: str) -> None:
        stages.append(stage)

    def found(env: Mapping[str, str]) -> EnvAccount | None:
        return EnvAccount(rank=1, variables=("CARD",), account=CARD) if "CARD" in env else None

    announced = cards(mp_account_from_env=found), extension("policy", mp_validate_account=note)
    env = {"HOME": str(home), **env}
    return Context(env=env, plugins=host_of(*announced, env=env))


def test_the_stages_are_those_of_the_contract() -> None:
    assert [*STAGES] == [*get_args(Stage)]


def test_each_stage_is_what_the_reference_says(home: Path) -> None:
    stages: list[str] = []
    write_config(home, f'{CONFIG}[settings]\nextensions = ["policy"]\n')
    context = surroundings(home, stages)
    accounts = Accounts(context)
    new: Any = {"type": "card", "region": "us", "default_project": "1", "number": "fake"}
    to: Any = home / "bridge.json"
    acts: list[tuple[Stage, Callable[[], object]]] = [
        ("load", lambda: context.config().account("team")),
        ("add", lambda: accounts.add("other", **new)),
        ("update", lambda: accounts.update("other", default_project="2")),
        ("update", lambda: accounts.rename("other", "third")),
        ("bridge", lambda: accounts.export_bridge(account="third", to=to)),
        ("bridge", lambda: resolved(surroundings(home, stages, MP_AUTH_FILE=str(to)))),
        ("env", lambda: resolved(surroundings(home, stages, CARD="1", MP_PROJECT_ID="7"))),
    ]
    for stage, act in acts:
        stages.clear()
        act()
        assert stage in stages, stage
    assert {stage for stage, _ in acts} == {*STAGES}


def resolved(context: Context) -> None:
    Workspace.within(context).close()
