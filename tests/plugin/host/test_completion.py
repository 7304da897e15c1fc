"""What plugins raise for people to put right names the account, and what to type next."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from mp_core.errors import AuthenticationError, ConfigError, MpError, OAuthError
from mp_core.plugin._host.blame import frames
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import EXTENSIONS, hookimpl
from tests.support.home_files import write_config
from tests.support.plugin_modules import (
    CARD,
    TOKENS,
    announce,
    cards,
    extension,
    header,
    host_of,
    plugin,
)
from tests.support.provider_texts import provider_text
from tests.support.site_directory import Site

FACTS = {"account": "team", "region": "eu"}
LOGIN = "Log in again: mp account login team"
TEST = "Test it: mp account test team · or replace it: mp account update team --number-stdin"


@pytest.fixture
def configured(home: Path) -> None:
    """Somebody whose configuration has the account."""
    write_config(
        home,
        '[accounts.team]\ntype = "card"\nregion = "eu"\ndefault_project = "1"\nnumber = "4"\n',
    )


def raising(error: MpError) -> Callable[..., Any]:
    def fail() -> None:
        raise error

    return fail


def refused(call: Callable[[], object], kind: type[MpError] = OAuthError) -> MpError:
    with pytest.raises(kind) as caught:
        call()
    return caught.value


def logs_in(**hooks: Callable[..., Any]) -> Host:
    return host_of(cards(mp_login=lambda: None, **hooks))


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(("has_login", "hint"), [(True, LOGIN), (False, TEST)])
def test_an_error_gets_the_account_and_the_command_that_helps(has_login: bool, hint: str) -> None:
    broken = raising(OAuthError("No ticket."))
    login = {"mp_login": lambda: None} if has_login else {}
    host = host_of(cards(mp_auth_header=broken, mp_refresh_tokens=broken, **login))
    calls: list[Callable[[], object]] = [
        lambda: header(host, CARD),
        lambda: host.refresh_tokens(CARD, TOKENS, cast(Any, None)),
    ]
    for call in calls:
        error = refused(call)
        said = f"Account {CARD.name!r}: No ticket."
        assert (str(error), error.message, error.hint, error.details) == (said, said, hint, FACTS)


@pytest.mark.usefixtures("configured")
def test_a_failure_that_may_pass_is_tried_again_first() -> None:
    broken = raising(OAuthError("Not now.", code="OAUTH_REFRESH_ERROR"))
    error = refused(lambda: header(logs_in(mp_auth_header=broken), CARD))
    assert error.hint == f"Try again; if it stays so: {LOGIN}"


def test_what_the_provider_says_itself_stays() -> None:
    own = OAuthError(
        "No.", hint="Ask the desk.", code="OAUTH_AUTH_DENIED", details={"account": "x", "desk": 7}
    )
    assert refused(lambda: header(logs_in(mp_auth_header=raising(own)), CARD)) is own
    assert (own.hint, own.code) == ("Ask the desk.", "OAUTH_AUTH_DENIED")
    assert own.details == {"account": "x", "desk": 7}


def test_one_error_that_is_raised_for_two_accounts_names_each() -> None:
    own = OAuthError("No.", details={"desk": 7})
    host = logs_in(mp_auth_header=raising(own))
    other = CARD.model_copy(update={"name": "other"})
    for account in (CARD, other, CARD):
        error = refused(lambda account=account: header(host, account))  # type: ignore[misc]
        assert error.details == {**FACTS, "account": account.name, "desk": 7}
        assert error.hint == f"Log in again: mp account login {account.name}"
        assert str(error) == f"Account {account.name!r}: No."
    assert (own.hint, own.details) == (None, {"desk": 7})


def test_an_account_that_an_error_names_is_not_named_twice() -> None:
    own = OAuthError(f"The desk does not know {CARD.name!r}.")
    error = refused(lambda: header(logs_in(mp_auth_header=raising(own)), CARD))
    assert str(error) == f"The desk does not know {CARD.name!r}."


class Denied(OAuthError):
    """An error of a provider's own kind."""

    def __init__(self, desk: int) -> None:
        super().__init__(f"Desk {desk} is closed.")
        self.desk = desk


def test_an_error_of_a_providers_own_kind_stays_of_that_kind_and_keeps_cause_and_lines() -> None:
    def fail() -> None:
        try:
            raise KeyError("ticket")
        except KeyError as error:
            raise Denied(7) from error

    error = refused(lambda: header(logs_in(mp_auth_header=fail), CARD), Denied)
    assert cast(Any, error).desk == 7
    assert str(error) == f"Account {CARD.name!r}: Desk 7 is closed."
    assert isinstance(error.__cause__, KeyError)
    assert error.details == FACTS
    assert fail.__code__ in [frame.f_code for frame, _ in frames(error)]


@pytest.mark.usefixtures("configured")
def test_a_configuration_that_a_hook_cannot_use_says_how_to_try_again() -> None:
    host = logs_in(mp_auth_header=raising(ConfigError("ACME_DESK is unset.")))
    error = refused(lambda: header(host, CARD), ConfigError)
    assert error.hint == "Put that right, and test it: mp account test team"
    assert error.details == FACTS


def test_of_an_account_that_no_command_can_name_none_is_spelled() -> None:
    oauth = host_of(cards(mp_auth_header=raising(AuthenticationError("No."))))
    config = host_of(cards(mp_auth_header=raising(ConfigError("No."))))
    assert refused(lambda: header(oauth, CARD), AuthenticationError).hint == (
        "Check the credential and the region."
    )
    assert refused(lambda: header(config, CARD), ConfigError).hint is None


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("stage", ["add", "env", "bridge", "load", "update"])
def test_a_veto_names_the_account_and_a_command_where_there_is_one(
    stage: Literal["add", "env", "bridge", "load", "update"],
) -> None:
    veto = raising(ConfigError("Not in this region."))
    host = host_of(cards(), extension("p", mp_validate_account=veto), extensions=["p"])
    error = refused(lambda: host.validate(CARD, stage), ConfigError)
    is_there = stage in ("load", "update")
    assert error.hint == ("Put that right, and test it: mp account test team" if is_there else None)
    assert (str(error), error.details) == ("Not in this region.", FACTS)


def test_a_login_leaves_the_command_to_whoever_started_it() -> None:
    error = refused(
        lambda: host_of(cards(mp_login=raising(OAuthError("Denied.")))).login(CARD, None)
    )
    assert (error.hint, error.details) == (None, FACTS)


@pytest.mark.usefixtures("configured")
def test_an_error_that_passes_wrappers_is_finished_too() -> None:
    def around(account: Account) -> Iterator[None]:
        return (yield)

    watching = plugin()
    watching.mp_auth_header = hookimpl(wrapper=True)(around)  # type: ignore[attr-defined]
    host = host_of(
        cards(mp_login=lambda: None, mp_auth_header=raising(OAuthError("No."))),
        announce("w", watching, group=EXTENSIONS),
        extensions=["w"],
    )
    error = refused(lambda: header(host, CARD))
    assert (error.hint, error.details) == (LOGIN, FACTS)


def test_the_command_line_prints_what_is_missing_in_an_error(tmp_path: Path, home: Path) -> None:
    body = 'from mp_core.errors import OAuthError\nraise OAuthError("The desk is closed.")'
    site = Site(tmp_path)
    site.install("acme-desks", providers={"desk": provider_text("desk", header=body)})
    write_config(home, '[accounts.front]\ntype = "desk"\nregion = "eu"\ndefault_project = "1"\n')
    done = subprocess.run(
        [sys.executable, "-m", "mp_core.cli", "-a", "front", "account", "token"],
        cwd=site.root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert "The desk is closed." in done.stderr
    assert "mp account test front · or replace it: mp account update front --help" in done.stderr
