"""Everything that a plugin imports from the core, beside `mp_core.errors`.

A provider is a module (or object) with hook implementations, announced by an entry point of the
group `mp_core.providers` whose name is the account type; see `mp_core.plugin.hooks` for the hooks.
Names load when they are first used.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False

_HOMES = {
    "mp_core._network.endpoints": ["Family", "Region", "base_url"],
    "mp_core.plugin.account": ["Account", "reveal"],
    "mp_core.plugin.audit": ["AuditEvent"],
    "mp_core.plugin.environment": ["EnvAccount", "env_account"],
    "mp_core.plugin.hooks": ["CONTRACT", "Stage", "hookimpl"],
    "mp_core.plugin.login": ["LoginFlow"],
    "mp_core.plugin.outgoing": ["OutgoingRequest"],
    "mp_core.plugin.registration": ["register", "register_extension"],
    "mp_core.plugin.storage": ["storage_root"],
    "mp_core.plugin.token_request": ["request_tokens"],
    "mp_core.plugin.tokens": ["OAuthClientInfo", "OAuthTokens", "TokenResolver", "TokenStore"],
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "CONTRACT",
    "Account",
    "AuditEvent",
    "EnvAccount",
    "Family",
    "LoginFlow",
    "OAuthClientInfo",
    "OAuthTokens",
    "OutgoingRequest",
    "Region",
    "Stage",
    "TokenResolver",
    "TokenStore",
    "base_url",
    "env_account",
    "hookimpl",
    "register",
    "register_extension",
    "request_tokens",
    "reveal",
    "storage_root",
]

if TYPE_CHECKING:
    from typing import Any

    from mp_core._network.endpoints import Family, Region, base_url
    from mp_core.plugin.account import Account, reveal
    from mp_core.plugin.audit import AuditEvent
    from mp_core.plugin.environment import EnvAccount, env_account
    from mp_core.plugin.hooks import CONTRACT, Stage, hookimpl
    from mp_core.plugin.login import LoginFlow
    from mp_core.plugin.outgoing import OutgoingRequest
    from mp_core.plugin.registration import register, register_extension
    from mp_core.plugin.storage import storage_root
    from mp_core.plugin.token_request import request_tokens
    from mp_core.plugin.tokens import OAuthClientInfo, OAuthTokens, TokenResolver, TokenStore


def __getattr__(name: str) -> Any:
    """Load a name when it is first used (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
