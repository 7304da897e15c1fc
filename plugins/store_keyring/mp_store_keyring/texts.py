"""Tokens as the text that a keyring keeps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from mp_core.errors import OAuthError
from mp_core.plugin import OAuthTokens

if TYPE_CHECKING:
    from mp_core.plugin import Account


def text_of(tokens: OAuthTokens) -> str:
    """Return tokens as JSON in ASCII, which every keyring can hold."""
    return json.dumps(tokens.reveal())


def tokens_in(text: str, account: Account) -> OAuthTokens:
    """Return the tokens that a text holds.

    Raises:
        OAuthError: It holds none: something else has written it, or it is damaged.
    """
    try:
        return OAuthTokens.model_validate_json(text)
    except ValidationError:
        pass  # What it says of the text may hold a secret.
    raise OAuthError(
        f"What the system keyring holds for account {account.name!r} is not usable: it is no login"
        " that was kept here.",
        hint=f"Remove it: mp account logout {account.name} · then log in again",
        code="OAUTH_TOKEN_ERROR",
        details={"account": account.name},
    )
