"""Everything that a plugin imports from the core, beside `mp_core.errors`.

A provider is a module (or object) with hook implementations, announced by an entry point of the
group `mp_core.providers` whose name is the account type; see `mp_core.hookspecs` for the hooks.
"""

from mp_core.account_model import Account, reveal
from mp_core.endpoints import Region, base_url
from mp_core.env_accounts import env_account
from mp_core.flow import LoginFlow
from mp_core.hookspecs import CONTRACT, EnvAccount, Stage, hookimpl
from mp_core.tokens import OAuthClientInfo, OAuthTokens, TokenResolver, TokenStore

__all__ = [
    "CONTRACT",
    "Account",
    "EnvAccount",
    "LoginFlow",
    "OAuthClientInfo",
    "OAuthTokens",
    "Region",
    "Stage",
    "TokenResolver",
    "TokenStore",
    "base_url",
    "env_account",
    "hookimpl",
    "reveal",
]
