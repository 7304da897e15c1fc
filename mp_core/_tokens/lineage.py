"""Which tokens follow which: what a refresh continues, which are newer, for whom they are."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from mp_core.plugin.account import Account, reveal
from mp_core.plugin.tokens import OAuthTokens

_FETCHED: Final = "fetched-"
_FOUND: Final = "found-"


def continued(spent: OAuthTokens, fresh: OAuthTokens) -> OAuthTokens:
    """Return refreshed tokens with what the answer left out (RFC 6749 §6): it still holds."""
    kept = {
        name: getattr(spent, name)
        for name in ("refresh_token", "scope", "client_id")
        if not getattr(fresh, name)
    }
    kept["login_id"] = fresh.login_id or login_of(spent)
    return fresh.model_copy(update=kept)


def login_of(tokens: OAuthTokens) -> str:
    """Return what names the login of tokens; a refresh keeps it, from the first one on.

    Tokens that were stored by something else name none: theirs is made of what only they hold.
    """
    if tokens.login_id is not None:
        return tokens.login_id
    secret = tokens.refresh_token or tokens.access_token
    return _FOUND + hashlib.sha256(secret.get_secret_value().encode()).hexdigest()[:32]


def fetched_for(account: Account, tokens: OAuthTokens) -> OAuthTokens:
    """Return tokens as fetched with the fields that an account has now."""
    return tokens.model_copy(update={"login_id": _FETCHED + _digest(account)})


def are_of(account: Account, tokens: OAuthTokens) -> bool:
    """Return whether these are no tokens that were fetched with other fields of the account.

    An account from elsewhere came with its tokens.
    """
    was_fetched = (tokens.login_id or "").startswith(_FETCHED) and account.token_place is None
    return not was_fetched or tokens.login_id == _FETCHED + _digest(account)


def is_fetched_for(account: Account, login_id: object) -> bool:
    """Return whether tokens of this login were fetched with the very fields of an account."""
    return login_id == _FETCHED + _digest(account)


def _digest(account: Account) -> str:
    fields = {key: value for key, value in reveal(account).items() if key != "default_project"}
    text = json.dumps(fields, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def newest(one: OAuthTokens | None, other: OAuthTokens | None) -> OAuthTokens | None:
    """Return the tokens that live longest; the first ones of two that are equal in that."""
    known = [tokens for tokens in (one, other) if tokens is not None]
    return max(known, key=lambda tokens: tokens.expires_at, default=None)


def fingerprint(tokens: OAuthTokens | None) -> str | None:
    """Return what names an access token without telling it; None for no token."""
    return None if tokens is None else fingerprint_of(tokens.access_token.get_secret_value())


def fingerprint_of(access_token: str) -> str:
    """Return what names an access token without telling it."""
    return hashlib.sha256(access_token.encode()).hexdigest()[:32]
