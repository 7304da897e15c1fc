"""The names that `mp_core` hands out: sorted, real, and the ones that were promised."""

from __future__ import annotations

import pytest

import mp_core as mp
from mp_core import auth_types, errors

ERRORS = {
    "APIError",
    "AccountExistsError",
    "AccountInUseError",
    "AccountNotFoundError",
    "AuthenticationError",
    "ConfigError",
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
}
VALUES = {
    "Account",
    "AccountSummary",
    "AccountTestResult",
    "AccountType",
    "ActiveSession",
    "CredentialWarning",
    "LogoutResult",
    "Me",
    "MeUserInfo",
    "OAuthLoginResult",
    "Project",
    "Region",
    "Resolution",
    "SegmentationResult",
    "Session",
    "SessionAuth",
    "Target",
    "Workspace",
    "WorkspaceRef",
    "__version__",
}
NAMESPACES = {"accounts", "auth_types", "session", "targets"}
AUTH_TYPES = {
    "ActiveSession",
    "BridgeFile",
    "OAuthClientInfo",
    "OAuthTokens",
    "OnDiskTokenResolver",
    "TokenResolver",
    "load_bridge",
}


def test_all_is_sorted() -> None:
    assert mp.__all__ == sorted(mp.__all__)


def test_the_promised_names_are_public_and_no_others() -> None:
    assert set(mp.__all__) == ERRORS | VALUES | NAMESPACES


@pytest.mark.parametrize("name", sorted(mp.__all__))
def test_every_public_name_resolves(name: str) -> None:
    assert getattr(mp, name) is not None


def test_every_error_is_public() -> None:
    raised = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.MpError)
    }
    assert raised == ERRORS


@pytest.mark.parametrize("name", sorted(AUTH_TYPES))
def test_auth_types_holds_what_it_promises(name: str) -> None:
    assert getattr(auth_types, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        mp.no_such_name  # noqa: B018  # The access is the test.


def test_dir_lists_the_public_names() -> None:
    assert set(mp.__all__) <= set(dir(mp))
