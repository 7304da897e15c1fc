"""Credentials and sessions for Mixpanel: accounts, projects and workspaces, picked on every call.

    import mp_core as mp

    with mp.Workspace(account="team", project="3018488") as ws:
        print(ws.events(limit=10))
        ws.use(project="3018489")

Names load when they are first used, so that importing the package costs next to nothing. Account
classes come from the installed providers: `from mp_core import <Name>Account`. What this package,
`mp_core.errors`, `mp_core.plugin`, `mp_core.testing` and `mp_core.sandbox` hand out is for others;
the modules behind them may change at any time.
"""

from __future__ import annotations

from importlib import import_module

import mp_core._ending  # noqa: F401 - Now, since later may be too late.
from mp_core._version import __version__

# Type checkers know this name wherever it comes from; the module typing would be most of the cost.
TYPE_CHECKING = False

_HOMES = {
    "mp_core.plugin.account": ["Account", "AccountType"],
    "mp_core._network.endpoints": ["Region"],
    "mp_core.errors": [
        "APIError",
        "AccountExistsError",
        "AccountInUseError",
        "AccountNotFoundError",
        "AuthenticationError",
        "ConfigError",
        "CredentialWarning",
        "MpError",
        "OAuthError",
        "ProviderConflictError",
        "ProviderError",
        "ProviderFailedError",
        "ProviderNotInstalledError",
        "QueryError",
        "RateLimitError",
        "ServerError",
        "TargetNotFoundError",
        "WorkspaceScopeError",
    ],
    "mp_core._values.session": [
        "ActiveSession",
        "Project",
        "Session",
        "Target",
        "WorkspaceRef",
    ],
    "mp_core._accounts.results": [
        "AccountSummary",
        "AccountTestResult",
        "LogoutResult",
        "OAuthLoginResult",
    ],
    "mp_core._login.setup": ["LoginResult", "login"],
    "mp_core._values.user": ["MeUserInfo"],
    "mp_core._api.me": ["Me"],
    "mp_core._resolution.record": ["Resolution"],
    "mp_core._api.auth": ["SessionAuth"],
    "mp_core._api.queries": ["SegmentationResult"],
    "mp_core.workspace": ["Workspace"],
}
_UNLISTED = {
    "mp_core._api.mismatch": ["OwnerMismatchError"],
    "mp_core.plugin._host.plugin_set": ["PluginSet"],
    "mp_core._api.me": ["MeOrganization", "MeProject", "MeWorkspace"],
    "mp_core._resolution.record": ["Axis", "Candidate", "Offer"],
    "mp_core._storage.locks": ["LockBusyError"],
    "mp_core._values.headers": ["Headers"],
    "mp_core.plugin.account": ["TokenPlace"],
}
"""Parts of public values, and kinds of errors: found here by what unpickles one."""
_INNER = {
    "mp_core._runtime.admission": ["admit_here"],
    "mp_core._runtime.context": ["host_in_force"],
    "mp_core._runtime.ownership": ["owner_in_force"],
    "mp_core._runtime.remedies": ["remedy_in_force"],
}
"""What the modules below it need, too."""
_HOME_OF = {
    name: module
    for homes in (_HOMES, _UNLISTED, _INNER)
    for module, names in homes.items()
    for name in names
}
_NAMESPACES = ("accounts", "auth_types", "session", "targets")
_FOR_AUTHORS = ("plugin",)
"""What is no namespace of verbs, and is at hand all the same."""

__all__ = [
    "APIError",
    "Account",
    "AccountExistsError",
    "AccountInUseError",
    "AccountNotFoundError",
    "AccountSummary",
    "AccountTestResult",
    "AccountType",
    "ActiveSession",
    "AuthenticationError",
    "ConfigError",
    "CredentialWarning",
    "LoginResult",
    "LogoutResult",
    "Me",
    "MeUserInfo",
    "MpError",
    "OAuthError",
    "OAuthLoginResult",
    "Project",
    "ProviderConflictError",
    "ProviderError",
    "ProviderFailedError",
    "ProviderNotInstalledError",
    "QueryError",
    "RateLimitError",
    "Region",
    "Resolution",
    "SegmentationResult",
    "ServerError",
    "Session",
    "SessionAuth",
    "Target",
    "TargetNotFoundError",
    "Workspace",
    "WorkspaceRef",
    "WorkspaceScopeError",
    "__version__",
    "accounts",
    "auth_types",
    "login",
    "session",
    "targets",
]

if TYPE_CHECKING:
    from typing import Any

    from mp_core import accounts, auth_types, session, targets
    from mp_core import plugin as plugin
    from mp_core._accounts.results import (
        AccountSummary,
        AccountTestResult,
        LogoutResult,
        OAuthLoginResult,
    )
    from mp_core._api.auth import SessionAuth
    from mp_core._api.me import Me
    from mp_core._api.queries import SegmentationResult
    from mp_core._login.setup import LoginResult, login
    from mp_core._network.endpoints import Region
    from mp_core._resolution.record import Resolution
    from mp_core._values.session import ActiveSession, Project, Session, Target, WorkspaceRef
    from mp_core._values.user import MeUserInfo
    from mp_core.errors import (
        AccountExistsError,
        AccountInUseError,
        AccountNotFoundError,
        APIError,
        AuthenticationError,
        ConfigError,
        CredentialWarning,
        MpError,
        OAuthError,
        ProviderConflictError,
        ProviderError,
        ProviderFailedError,
        ProviderNotInstalledError,
        QueryError,
        RateLimitError,
        ServerError,
        TargetNotFoundError,
        WorkspaceScopeError,
    )
    from mp_core.plugin.account import Account, AccountType
    from mp_core.workspace import Workspace
    from mp_oauth_browser import OAuthBrowserAccount as OAuthBrowserAccount
    from mp_oauth_token import OAuthTokenAccount as OAuthTokenAccount
    from mp_service_account import ServiceAccount as ServiceAccount


def __getattr__(name: str) -> Any:
    """Load a name when it is first used (PEP 562)."""
    if name in (*_NAMESPACES, *_FOR_AUTHORS):
        return import_module(f"mp_core.{name}")
    if name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name]), name)
    elif name.endswith("Account") and name[0].isupper():
        from mp_core.plugin._host.classes import account_class

        value = account_class(name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
