"""The names that `mp_core` hands out: sorted, real, and the ones that were promised."""

from __future__ import annotations

import importlib
import pickle
import typing
from pathlib import Path

import pytest

import mp_core as mp
from mp_core import auth_types, errors, plugin
from mp_core._values.session import Session
from mp_core.plugin.account import TokenPlace
from tests.support import fake_providers
from tests.support.pickled_names import modules_of_core
from tests.support.source_imports import CORE

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
    "LoginResult",
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
    "login",
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


FACES = (mp, auth_types, plugin)
CLASSES = sorted(
    {
        found
        for face in FACES
        for name in face.__all__
        if isinstance(found := getattr(face, name), type)
    },
    key=str,
)


@pytest.mark.parametrize("cls", [each for each in CLASSES if each is not str], ids=str)
def test_a_public_class_says_where_it_is_imported_from(cls: type) -> None:
    assert cls.__module__ in {face.__name__ for face in FACES}
    assert getattr(importlib.import_module(cls.__module__), cls.__name__) is cls


@pytest.mark.parametrize("cls", [each for each in CLASSES if each.__module__ == "mp_core"], ids=str)
def test_the_annotations_of_a_public_class_can_be_read_from_outside(cls: type) -> None:
    typing.get_type_hints(cls)


def test_what_says_that_it_is_public_is_found_there() -> None:
    marks = [
        (line.split('"')[1], following)
        for file in sorted(CORE.rglob("*.py"))
        if file.name != "_public.py"
        for line, following in _marked(file)
    ]
    assert len(marks) > len(CLASSES) / 2
    for module, name in marks:
        found = getattr(importlib.import_module(module), name)
        assert (found.__module__, found.__name__) == (module, name)


def _marked(file: Path) -> list[tuple[str, str]]:
    """Each mark of a file, with the name of the class that follows it."""
    lines = file.read_text().splitlines()
    return [
        (
            line,
            next(
                after.split()[1].split("(")[0].rstrip(":")
                for after in lines[at:]
                if after.startswith("class ")
            ),
        )
        for at, line in enumerate(lines)
        if line.startswith("@exported_from(")
    ]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "place", [None, TokenPlace("bridges/1", fake_providers.tokens())], ids=["own", "bridge"]
)
def test_a_pickled_session_names_public_modules_alone(
    place: TokenPlace | None, protocol: int
) -> None:
    account = fake_providers.PassAccount(name="me", region="us", default_project="1")
    account = account.kept_at(place) if place else account
    session = Session(account=account, project="1", workspace=2, headers={"X-Team": "blue"})
    text = pickle.dumps(session, protocol)
    named = modules_of_core(text)
    assert named <= {"mp_core", "mp_core.auth_types"}
    assert "mp_core" in named
    assert pickle.loads(text) == session
