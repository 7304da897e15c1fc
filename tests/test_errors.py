"""The errors: one tree, safe to pickle and copy, and silent about secrets."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

from mp_core import errors
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

TREE: dict[type[MpError], tuple[type[Exception], ...]] = {
    ConfigError: (MpError,),
    AccountNotFoundError: (ConfigError, ValueError),
    TargetNotFoundError: (ConfigError, ValueError),
    AccountExistsError: (ConfigError,),
    AccountInUseError: (ConfigError,),
    ProviderError: (ConfigError,),
    ProviderNotInstalledError: (ProviderError, ImportError),
    ProviderConflictError: (ProviderError,),
    ProviderFailedError: (ProviderError,),
    AuthenticationError: (MpError,),
    OAuthError: (AuthenticationError,),
    APIError: (MpError,),
    RateLimitError: (APIError,),
    QueryError: (APIError,),
    ServerError: (APIError,),
    WorkspaceScopeError: (MpError,),
}
SAMPLES: list[MpError] = [
    *(
        kind("What happened.", hint="mp session", details={"account": "team"})
        for kind in TREE
        if kind is not AccountInUseError
    ),
    AccountInUseError("It is used.", referenced_by=("a", "b"), hint="mp account remove x --force"),
    OAuthError("It is gone.", code="OAUTH_REFRESH_REVOKED", details={"account": "me"}),
    RateLimitError("Later.", retry_after=2.5),
    QueryError("No access.", status_code=403),
    APIError("No answer."),
]
IDS = [f"{type(error).__name__}-{number}" for number, error in enumerate(SAMPLES)]


def facts(error: MpError) -> tuple[Any, ...]:
    return type(error), str(error), error.args, vars(error)


@pytest.mark.parametrize(("kind", "bases"), TREE.items(), ids=str)
def test_each_class_stands_where_the_tree_shows_it(
    kind: type[MpError], bases: tuple[type[Exception], ...]
) -> None:
    assert kind.__bases__ == bases


def test_the_tree_is_complete() -> None:
    classes = {value for value in vars(errors).values() if inspect.isclass(value)}
    own = {kind for kind in classes if issubclass(kind, MpError)}
    assert own == {MpError, *TREE}
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in own)


def test_each_class_has_a_code_of_its_own() -> None:
    codes = {kind.code for kind in TREE} | {MpError.code}
    assert len(codes) == len(TREE) + 1


def test_an_error_says_what_happened_and_keeps_what_to_type_next_apart() -> None:
    error = ConfigError("It is broken.", hint="mp doctor", details={"path": "x"})
    assert (str(error), error.message) == ("It is broken.", "It is broken.")
    assert (error.hint, error.code, error.details) == ("mp doctor", "CONFIG_ERROR", {"path": "x"})
    assert (ConfigError("x").hint, ConfigError("x").details) == (None, {})


def test_the_details_are_the_errors_own() -> None:
    details = {"account": "team"}
    error = OAuthError("x", code="OAUTH_TIMEOUT", details=details)
    details["account"] = "other"
    assert error.details == {"account": "team"}
    assert OAuthError.code == "OAUTH_TOKEN_ERROR"


def test_an_account_in_use_names_the_targets() -> None:
    error = AccountInUseError("x", referenced_by=("a", "b"))
    assert error.referenced_by == ["a", "b"]
    assert error.details == {"referenced_by": ["a", "b"]}


def test_an_api_error_knows_its_status() -> None:
    assert APIError("x").status_code is None
    assert QueryError("x", status_code=404).status_code == 404
    assert (RateLimitError("x").status_code, RateLimitError("x").retry_after) == (429, None)


@pytest.mark.parametrize("error", SAMPLES, ids=IDS)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_the_way_back_from_another_process(error: MpError, protocol: int) -> None:
    assert facts(pickle.loads(pickle.dumps(error, protocol))) == facts(error)


@pytest.mark.parametrize("error", SAMPLES, ids=IDS)
def test_an_error_can_be_copied(error: MpError) -> None:
    assert facts(copy.copy(error)) == facts(copy.deepcopy(error)) == facts(error)


def test_the_warning_is_one_that_python_shows_by_default() -> None:
    assert issubclass(CredentialWarning, UserWarning)
