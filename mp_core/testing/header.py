"""Checks of what proves an account: the header, the stages of validation, the status."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final, get_args

import pytest

from mp_core._runtime.context import Context
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import Stage
from mp_core.plugin.tokens import OAuthTokens
from mp_core.testing.effects import effects
from mp_core.testing.proof import FixedTokens, proof_by, proof_of
from mp_core.testing.subject import Subject, header_of, implements

_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


class HeaderChecks(Subject):
    """The header is one, is always the same, and comes from account and resolver alone."""

    def test_the_header_is_a_scheme_and_a_credential(
        self, account: Account, ready: Context
    ) -> None:
        proof = proof_of(ready, account)
        assert proof, "mp_authenticate must return at least one header, or None."
        header = {name.lower(): value for name, value in proof.items()}.get("authorization")
        assert header is None or _HEADER.fullmatch(header), (
            "mp_auth_header must return the whole value of the Authorization header: a scheme, a"
            " space, and a credential of printable ASCII (RFC 9110 §11.4)."
        )

    def test_the_header_of_an_account_stays_the_same(
        self, account: Account, ready: Context
    ) -> None:
        if not implements(ready.host, account, "mp_auth_header"):
            pytest.skip("the type has no mp_auth_header: its requests are proven one by one")
        assert header_of(ready, account) == header_of(ready, account), (
            "mp_auth_header returns another value each time: make it of account and token alone."
            " What proves a single request is for mp_authenticate."
        )

    def test_the_header_follows_the_tokens(
        self, account: Account, tokens: OAuthTokens | None, host: Host
    ) -> None:
        if tokens is None:
            pytest.skip("no tokens are supplied")
        first, second = (proof_by(host, account, FixedTokens(bearer)) for bearer in ("a1", "b2"))
        assert first != second, (
            "The header does not depend on the account's tokens: make it of"
            " token_resolver.get_browser_token(account.name, account.region)."
        )

    def test_making_the_header_does_nothing_else(self, account: Account, host: Host) -> None:
        hook = "mp_authenticate" if _signs(host, account) else "mp_auth_header"
        proof_by(host, account, FixedTokens("a1"))
        with effects() as found:
            proof_by(host, account, FixedTokens("a1"))
        assert not found, (
            f"{hook} {found[0]}. It is called for every request: ask a server for tokens in"
            " mp_refresh_tokens or mp_fetch_tokens, and let the core keep them."
        )

    @pytest.mark.parametrize("stage", get_args(Stage))
    def test_the_account_is_accepted_at_every_stage(
        self, account: Account, host: Host, stage: Stage
    ) -> None:
        with effects() as found:
            refusal = _refusal(host, account, stage)
        assert refusal is None or stage == "bridge", (
            f"mp_validate_account refuses the fixture `account` at the stage {stage}: {refusal}"
            " Supply an account that is valid, or accept it."
        )
        assert not found, f"mp_validate_account {found[0]}: it must only look at the account."

    def test_the_status_is_told_without_a_request(
        self, account: Account, tokens: OAuthTokens | None, host: Host
    ) -> None:
        with effects() as found:
            for stored in (None, tokens):
                with suppress(OAuthError):  # That is how it says why a login is needed.
                    host.status(account, stored)
        assert not found, f"mp_account_status {found[0]}: it must only look at what it is given."


def _refusal(host: Host, account: Account, stage: Stage) -> ConfigError | None:
    try:
        host.validate(account, stage)
    except ConfigError as error:
        return error
    return None


def _signs(host: Host, account: Account) -> bool:
    return implements(host, account, "mp_authenticate")
