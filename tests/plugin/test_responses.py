"""Odd answers of a token endpoint: whatever holds an access token is kept."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core.errors import CredentialWarning
from mp_core.plugin import OAuthTokens

NOW = datetime(2024, 5, 6, tzinfo=UTC)
ANSWER = {"access_token": "a", "refresh_token": "r", "expires_in": 60, "token_type": "Bearer"}


def kept(**odd: Any) -> OAuthTokens:
    """Return what is made of the usual answer with these parts; None leaves one out."""
    answer = {key: value for key, value in {**ANSWER, **odd}.items() if value is not None}
    return OAuthTokens.from_lax_response(answer, now=NOW)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("3599.9", 3599), (3599.87, 3599), (" 60 ", 60), ("6e1", 60), (0, 0), (10**9, 10**9)],
)
def test_h76_a_lifetime_is_any_kind_of_number(said: Any, seconds: int) -> None:
    assert kept(expires_in=said).expires_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "said",
    [None, "soon", "", "nan", "inf", -1, 10**10, 10**400, float("nan"), True, [], {"s": 60}],
)
def test_h76_another_lifetime_is_one_hour_which_is_said_once(said: Any) -> None:
    with pytest.warns(CredentialWarning, match="one hour is assumed") as caught:
        tokens = kept(expires_in=said)
    assert tokens.expires_at == NOW + timedelta(hours=1)
    assert len(caught) == 1


def test_h76_a_lifetime_that_is_null_is_one_hour() -> None:
    with pytest.warns(CredentialWarning, match="one hour is assumed"):
        tokens = OAuthTokens.from_lax_response({**ANSWER, "expires_in": None}, now=NOW)
    assert tokens.expires_at == NOW + timedelta(hours=1)


def test_h76_tokens_are_kept_where_warnings_are_errors() -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("error")
        assert kept(expires_in=None).access_token.get_secret_value() == "a"
    assert len(shown) == 1


@pytest.mark.parametrize("said", [None, 7, ["Bearer"], ""])
def test_h76_a_type_that_is_not_stated_is_bearer(said: Any) -> None:
    assert kept(token_type=said).token_type == "Bearer"


@pytest.mark.parametrize(
    ("said", "scope"),
    [(["a", "b"], "a b"), (["a", 7, None], "a"), ("a b", "a b"), ({}, ""), (None, "")],
)
def test_h76_a_list_of_scopes_is_as_good_as_a_text(said: Any, scope: str) -> None:
    assert kept(scope=said).scope == scope


@pytest.mark.parametrize("said", [None, "", 7, ["r"]])
def test_h76_a_refresh_token_that_is_none_is_left_out(said: Any) -> None:
    assert kept(refresh_token=said).refresh_token is None


@given(
    st.dictionaries(
        st.sampled_from(["refresh_token", "expires_in", "token_type", "scope", "x"]),
        st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists),
    )
)
@pytest.mark.filterwarnings("ignore::mp_core.CredentialWarning")
def test_h76_nothing_but_the_access_token_is_required(odd: dict[str, Any]) -> None:
    tokens = OAuthTokens.from_lax_response({**odd, "access_token": "a"}, now=NOW)
    assert tokens.access_token.get_secret_value() == "a"


@pytest.mark.parametrize("said", [None, "", 7, ["a"]])
def test_h76_without_an_access_token_there_is_nothing_to_keep(said: Any) -> None:
    with pytest.raises((KeyError, ValueError)):
        kept(access_token=said)
