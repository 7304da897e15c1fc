"""What the fields of an account must be, and who may refuse them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core._accounts.fields import given, merged, refuse_taken, validated
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import AccountExistsError, ConfigError
from mp_core.plugin._host.loading import Announced
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import Stage
from mp_core.session import DefaultSession
from mp_core.targets import Targets
from tests.support.fake_providers import BADGE_BLOCK, Badge
from tests.support.home_files import configure
from tests.support.plugin_modules import announce, extension, host_of


def _policy(refused: Stage) -> Announced:
    """An extension that refuses every account at one stage."""

    def mp_validate_account(account: Account, stage: Stage) -> None:
        if stage == refused:
            raise ConfigError(f"The policy refuses {account.name}.")

    return extension("policy", mp_validate_account=mp_validate_account)


def _guarded(home: Path, stage: Stage) -> Context:
    """Surroundings whose configuration switches the policy on, in a process that has read none."""
    configure(
        home,
        settings={"extensions": ["policy"]},
        active={"account": "b"},
        accounts={"a": BADGE_BLOCK, "b": BADGE_BLOCK},
        targets={"t": {"account": "a", "project": "2"}},
    )
    return Context(
        env={"HOME": str(home)}, plugins=host_of(announce("badge", Badge()), _policy(stage))
    )


@pytest.mark.parametrize(
    ("stage", "act"),
    [
        ("add", lambda context: Accounts(context).add("new", **BADGE_BLOCK)),
        ("update", lambda context: Accounts(context).update("a", default_project="9")),
        ("load", lambda context: Accounts(context).use("a")),
        ("load", lambda context: DefaultSession(context).use(account="a")),
        ("load", lambda context: DefaultSession(context).use(project="9")),
        ("load", lambda context: Targets(context).use("t")),
        ("load", lambda context: DefaultSession(context).use(target="t")),
    ],
)
def test_a_policy_refuses_an_account_even_if_that_is_the_first_thing_a_process_does(
    home: Path, stage: Stage, act: Any
) -> None:
    context = _guarded(home, stage)
    before = (home / ".mp/config.toml").read_bytes()
    with pytest.raises(ConfigError, match="The policy refuses"):
        act(context)
    assert (home / ".mp/config.toml").read_bytes() == before


def test_only_what_is_given_counts() -> None:
    assert given(region="us", secret=None, wings=0) == {"region": "us", "wings": 0}


def test_fields_that_do_not_fit_are_named_beside_those_that_there_are(context: Context) -> None:
    with pytest.raises(ConfigError, match=r"'a' of type badge.*wings") as caught:
        validated(context, {**BADGE_BLOCK, "name": "a", "wings": 2, "secret": ""}, "add")
    assert "username, secret, lanyard" in str(caught.value.hint)
    assert caught.value.details["unknown"] == ["wings"]
    assert caught.value.code == "INVALID_ACCOUNT"


def test_changes_are_merged_into_the_block_as_it_stands(context: Context, home: Path) -> None:
    configure(home, accounts={"a": BADGE_BLOCK})
    account = merged(context, context.config(), "a", {"secret": "fake-secret-new"})
    fields: Any = account
    assert fields.secret.get_secret_value() == "fake-secret-new"
    assert (fields.username, fields.default_project) == ("ann", "1")


@pytest.mark.parametrize("block", [{"region": "us"}, 7, {"type": 3}])
def test_a_block_without_a_type_cannot_be_changed(context: Context, home: Path, block: Any) -> None:
    configure(home, accounts={"a": block})
    with pytest.raises(ConfigError, match=r"\[accounts.a\]"):
        merged(context, context.config(), "a", {"region": "eu"})


def test_a_name_that_is_taken_is_refused(context: Context, home: Path) -> None:
    configure(home, accounts={"Team": BADGE_BLOCK})
    with pytest.raises(AccountExistsError, match="already an account 'Team'") as caught:
        refuse_taken(context.config(), "Team")
    assert "mp account update Team --help" in str(caught.value.hint)
    refuse_taken(context.config(), "other")


def test_h20_another_case_of_a_name_is_taken_where_the_file_system_knows_no_case(
    context: Context, home: Path
) -> None:
    path = configure(home, accounts={"Team": BADGE_BLOCK})
    refuse_taken(context.config(), "team")
    path.with_name("CONFIG.TOML").hardlink_to(path)  # As on a disk that folds case.
    with pytest.raises(AccountExistsError, match="same name on this file system"):
        refuse_taken(context.config(), "team")
