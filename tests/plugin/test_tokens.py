"""Bearer tokens: when they expire, what an answer must hold, and the file that keeps them."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._tokens.lineage import continued
from mp_core.plugin.tokens import OAuthClientInfo, OAuthTokens, TokenResolver
from tests.support.fake_providers import CANARY, PassAccount, tokens
from tests.support.shown_texts import shown

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
ANSWER = {
    "access_token": CANARY,
    "refresh_token": f"{CANARY}-again",
    "expires_in": 3600,
    "token_type": "Bearer",
    "scope": "events insights",
}
ME = PassAccount(name="me", region="eu")
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda east: timezone(timedelta(minutes=east)))
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=ZONES)
TOKENS = st.builds(
    OAuthTokens,
    access_token=st.text(min_size=1).map(SecretStr),
    refresh_token=st.none() | st.text(min_size=1).map(SecretStr),
    expires_at=TIMES,
    scope=st.text(),
    client_id=st.none() | st.text(),
    login_id=st.none() | st.text(),
)


class TestExpiry:
    @given(TIMES, st.sampled_from([-3600, 0, 29, 30, 31, 3600]))
    def test_a_token_expires_half_a_minute_early(self, there: datetime, left: int) -> None:
        now = there.astimezone(UTC)
        ends = (now + timedelta(seconds=left)).astimezone(there.tzinfo)
        assert tokens(expires_at=ends).is_expired(now=now) is (left <= 30)

    def test_without_a_time_it_is_now(self) -> None:
        assert tokens(expires_at=datetime.now(UTC) + timedelta(seconds=29)).is_expired()
        assert not tokens(expires_at=datetime.now(UTC) + timedelta(seconds=90)).is_expired()

    @pytest.mark.parametrize("wrong", [datetime(2030, 1, 2), "2030-01-02T03:04:05", "soon", None])
    def test_a_time_without_zone_is_refused(self, wrong: Any) -> None:
        with pytest.raises(ValidationError, match="expires_at"):
            tokens(expires_at=wrong)


class TestAnswer:
    def test_an_answer_becomes_tokens(self) -> None:
        found = OAuthTokens.from_token_response(ANSWER, now=NOW)
        assert found.access_token.get_secret_value() == CANARY
        assert found.refresh_token == SecretStr(f"{CANARY}-again")
        assert found.expires_at == NOW + timedelta(hours=1)
        assert (found.scope, found.token_type) == ("events insights", "Bearer")
        assert (found.client_id, found.login_id) == (None, None)

    def test_the_lifetime_counts_from_now(self) -> None:
        before = datetime.now(UTC)
        found = OAuthTokens.from_token_response(ANSWER)
        assert before <= found.expires_at - timedelta(hours=1) <= datetime.now(UTC)

    def test_unknown_keys_are_kept_out(self) -> None:
        answer = {**ANSWER, "id_token": CANARY, "client_id": "x", "login_id": "x"}
        assert OAuthTokens.from_token_response(answer, now=NOW) == (
            OAuthTokens.from_token_response(ANSWER, now=NOW)
        )

    @pytest.mark.parametrize("key", ["refresh_token", "scope"])
    @pytest.mark.parametrize("left_out", [True, False])
    def test_refresh_token_and_scope_may_be_left_out_or_null(
        self, key: str, left_out: bool
    ) -> None:
        answer: dict[str, Any] = {**ANSWER, key: None}
        if left_out:
            del answer[key]
        assert not getattr(OAuthTokens.from_token_response(answer, now=NOW), key)

    @pytest.mark.parametrize("key", ["access_token", "expires_in", "token_type"])
    def test_what_is_required_and_missing_is_a_key_error_that_names_it(self, key: str) -> None:
        answer = {name: value for name, value in ANSWER.items() if name != key}
        with pytest.raises(KeyError, match=key) as caught:
            OAuthTokens.from_token_response(answer)
        assert CANARY not in shown(caught.value)

    @given(st.integers(0, 10**9))
    def test_a_lifetime_is_a_number_of_seconds_however_it_is_written(self, lifetime: int) -> None:
        for value in (lifetime, str(lifetime), float(lifetime)):
            answer = {**ANSWER, "expires_in": value}
            found = OAuthTokens.from_token_response(answer, now=NOW)
            assert found.expires_at - NOW == timedelta(seconds=lifetime)

    @pytest.mark.parametrize(
        "value",
        [
            -1,
            1.5,
            10**10,
            float("nan"),
            float("inf"),
            True,
            None,
            [],
            "",
            "1.5",
            "-1",
            "1e3",
            CANARY,
        ],
    )
    def test_another_lifetime_is_a_value_error_that_does_not_repeat_it(self, value: Any) -> None:
        with pytest.raises(ValueError, match="expires_in") as caught:
            OAuthTokens.from_token_response({**ANSWER, "expires_in": value})
        assert CANARY not in shown(caught.value)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"access_token": None},
            {"access_token": ""},
            {"token_type": 3},
            {"scope": ["a"]},
            {"refresh_token": 1},
        ],
    )
    def test_h40_a_value_of_the_wrong_kind_is_a_value_error_without_the_answer(
        self, wrong: Mapping[str, Any]
    ) -> None:
        with pytest.raises(ValueError, match=next(iter(wrong))) as caught:
            OAuthTokens.from_token_response({**ANSWER, **wrong})
        assert CANARY not in shown(caught.value)


class TestContinuation:
    def test_what_a_refresh_leaves_out_still_holds(self) -> None:
        old = tokens(scope="events", client_id="c", login_id="l")
        fresh = OAuthTokens(access_token=SecretStr("fake-new"), expires_at=NOW)
        after = continued(old, fresh)
        assert after == fresh.model_copy(
            update={
                "refresh_token": old.refresh_token,
                "scope": "events",
                "client_id": "c",
                "login_id": "l",
            }
        )

    def test_what_a_refresh_brings_takes_its_place(self) -> None:
        old = tokens(scope="events", client_id="c", login_id="l")
        fresh = tokens(refresh_token="fake-2", scope="all", client_id="d", login_id="m")
        assert continued(old, fresh) == fresh


class TestSecrets:
    def test_h39_no_text_of_tokens_holds_one(self) -> None:
        assert CANARY not in shown(tokens()) + shown([tokens()])

    @pytest.mark.parametrize("name", OAuthTokens.model_fields)
    def test_h39_no_error_about_tokens_holds_one(self, name: str) -> None:
        fields = {**dict.fromkeys(OAuthTokens.model_fields, CANARY), name: {"a": CANARY}}
        with pytest.raises(ValidationError) as caught:
            OAuthTokens.model_validate(fields)
        assert CANARY not in shown(caught.value)

    @given(TOKENS)
    def test_what_is_revealed_is_the_whole_as_json(self, found: OAuthTokens) -> None:
        record = json.loads(json.dumps(found.reveal()))
        assert OAuthTokens.model_validate(record) == found
        assert None not in record.values()

    @given(TOKENS)
    def test_tokens_travel_by_value(self, found: OAuthTokens) -> None:
        assert pickle.loads(pickle.dumps(found)) == found

    def test_tokens_are_frozen_and_closed(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            tokens().scope = "x"  # type: ignore[misc]
        with pytest.raises(ValidationError, match="id_token"):
            tokens(id_token="x")


def test_a_client_registration_belongs_to_a_region() -> None:
    fields: dict[str, Any] = {
        "client_id": "c",
        "region": "eu",
        "redirect_uri": "http://localhost:19284/callback",
        "scope": "events",
        "created_at": NOW,
    }
    assert OAuthClientInfo(**fields).created_at == NOW
    for wrong in ({"region": "mars"}, {"created_at": NOW.replace(tzinfo=None)}):
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            OAuthClientInfo(**{**fields, **wrong})


def test_the_default_resolver_keeps_the_protocol() -> None:
    assert isinstance(OnDiskTokenResolver(), TokenResolver)
