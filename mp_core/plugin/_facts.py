"""Facts about the hooks that neither a signature nor a marker holds, for the reference of them.

Tests show each of them: what a stage is, since when there is a hook, and what becomes of an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from mp_core.plugin.hooks import Stage

FIRST: Final = "1.0"
"""The first version of the contract, which has all hooks that `SINCE` does not name."""

SINCE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mp_authenticate": "1.1",
        "mp_endpoint": "1.1",
        "mp_tls_context": "1.1",
        "mp_record": "1.1",
    }
)
"""The version of the contract that brought a hook."""

STAGES: Final[Mapping[Stage, str]] = MappingProxyType(
    {
        "add": "somebody enters it: `mp account add`, `mp login`",
        "update": "somebody changes it: `mp account update`, `mp account rename`",
        "load": "it is read from the configuration, or a session is made of it",
        "env": "it is found in the environment",
        "bridge": "it is about to be carried to another machine, or has arrived there",
    }
)
"""When an account is validated."""

_NO_TOKEN: Final = {"OAUTH_TOKEN_ERROR": "no token can be had, until somebody does something"}
_NOT_NOW: Final = {"OAUTH_REFRESH_ERROR": "not now: what is stored stays, and the next call asks"}
_REFUSED: Final = {"CONFIG_ERROR": "the account is refused, and nothing is done with it"}

CODES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "mp_auth_header": _NO_TOKEN,
        "mp_authenticate": _NO_TOKEN,
        "mp_validate_account": _REFUSED,
        "mp_account_from_env": {"CONFIG_ERROR": "the variables cannot be used as they are"},
        "mp_login": {
            "OAUTH_REGISTRATION_ERROR": "the client cannot be registered",
            "OAUTH_PORT_ERROR": "no port is free to listen on",
            "OAUTH_BROWSER_ERROR": "there is no browser, and nobody to paste an address",
            "OAUTH_TIMEOUT": "the person did not answer in time",
            "OAUTH_AUTH_DENIED": "the person or the server said no",
            "OAUTH_PASTE_ERROR": "what was pasted is no answer",
            "OAUTH_STATE_MISMATCH": "the answer belongs to another login",
            "OAUTH_TOKEN_ERROR": "the token request was refused",
        },
        "mp_refresh_tokens": {
            "OAUTH_REFRESH_REVOKED": "the login has ended: the person is told to log in again",
            **_NOT_NOW,
        },
        "mp_fetch_tokens": {**_NO_TOKEN, **_NOT_NOW},
        "mp_load_tokens": {"OAUTH_TOKEN_ERROR": "what is stored cannot be read"},
        "mp_account_status": {"OAUTH_TOKEN_ERROR": "the tokens are of no use: `needs_login`"},
        "mp_export_bridge": {"CONFIG_ERROR": "the account stays on this machine", **_NO_TOKEN},
    }
)
"""The codes with which a hook tells the core, and the person, what is the matter.

The first two that a refresh has are acted upon; the others are told as they are.
"""
