"""What the namespaces answer: records that cannot contradict themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mp_core._accounts.results import (
    AccountSummary,
    AccountTestResult,
    LogoutResult,
    OAuthLoginResult,
    Status,
)
from mp_core._values.user import MeUserInfo

SUMMARY: dict[str, Any] = {
    "name": "team",
    "type": "acme_sso",
    "region": None,
    "status": "provider_missing",
    "is_active": False,
    "referenced_by_targets": ["ecom"],
}
NOW = datetime(2030, 1, 2, tzinfo=UTC)


@given(ok=st.booleans(), error=st.none() | st.text())
def test_a_test_is_ok_exactly_when_it_has_no_error(ok: bool, error: str | None) -> None:
    if ok is (error is None):
        assert AccountTestResult(account_name="team", ok=ok, error=error).ok is ok
        return
    with pytest.raises(ValidationError, match="ok must be True exactly when error is None"):
        AccountTestResult(account_name="team", ok=ok, error=error)


def test_a_test_that_failed_knows_nobody() -> None:
    result = AccountTestResult(account_name="team", ok=False, error="It failed.")
    assert (result.user, result.accessible_project_count) == (None, None)


def test_a_summary_tells_what_is_promised() -> None:
    assert AccountSummary(**SUMMARY).model_dump() == SUMMARY | dict.fromkeys(
        ("user_email", "project_id", "project_name", "reason", "expires_at")
    )
    assert set(get_args(Status)) == {
        "ok",
        "needs_login",
        "needs_token",
        "untested",
        "provider_missing",
        "invalid",
    }


@pytest.mark.parametrize("wrong", [{"status": "fine"}, {"region": "mars"}, {"is_active": None}])
def test_a_summary_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        AccountSummary(**{**SUMMARY, **wrong})


def test_a_user_may_have_no_address() -> None:
    assert MeUserInfo(id=7).email is None
    assert MeUserInfo(id="u-7", email="ann@people.example").id == "u-7"


def test_a_login_tells_who_and_until_when() -> None:
    result = OAuthLoginResult(
        account_name="me",
        user=MeUserInfo(id=7),
        expires_at=NOW,
        tokens_path=Path("/x/tokens.json"),
        client_path=None,
    )
    assert OAuthLoginResult.model_validate_json(result.model_dump_json()) == result


def test_a_login_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="expires_at"):
        OAuthLoginResult(account_name="me", expires_at=NOW.replace(tzinfo=None))


def test_a_logout_tells_what_became_of_the_tokens() -> None:
    result = LogoutResult(account_name="me", revoked=False, deleted=True)
    assert (result.revoked, result.deleted) == (False, True)
