"""What `/me` says, and the cache of it that belongs to one credential."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from mp_core.account_model import Account
from mp_core.context import Context
from mp_core.errors import APIError, OAuthError
from mp_core.hookspecs import PROVIDERS, hookimpl
from mp_core.installation import Installed
from mp_core.me import LIFETIME, Me, MeCache
from mp_core.models import Project
from mp_core.registry import Registry
from mp_core.tokens import OAuthTokens, TokenResolver
from mp_core.values import MeUserInfo

CANARY = "canary-9c31"
NOW = datetime(2024, 5, 6, tzinfo=UTC)
ADA = Me(user_id=502, user_email="ada@people.example")


class BadgeAccount(Account):
    type: Literal["badge"] = "badge"
    secret: SecretStr

    def is_long_lived(self) -> bool:
        return True


class PassAccount(Account):
    type: Literal["pass"] = "pass"

    def is_long_lived(self) -> bool:
        return True


@dataclass(eq=False)
class Provider:
    model: type[Account]

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return self.model

    @hookimpl
    def mp_auth_header(self, account: Account, token_resolver: TokenResolver) -> str:
        if isinstance(account, BadgeAccount):
            if account.secret.get_secret_value() == "none":
                raise OAuthError("There is none.")
            return f"Badge {account.secret.get_secret_value()}"
        return f"Bearer {token_resolver.get_browser_token(account.name, account.region)}"

    @hookimpl
    def mp_refresh_tokens(self) -> OAuthTokens:
        raise AssertionError("A cache refreshes nothing.")

    def load(self) -> Provider:
        return self


def fake_registry() -> Registry:
    models: dict[str, type[Account]] = {"badge": BadgeAccount, "pass": PassAccount}
    found = {
        (PROVIDERS, name): (
            Installed(name, PROVIDERS, f"mp-{name}", "1.0", cast(Any, Provider(model))),
        )
        for name, model in models.items()
    }
    return Registry({}, scan=lambda: found)


REGISTRY = fake_registry()


@dataclass(frozen=True)
class Surroundings(Context):
    plugins: Registry = field(default_factory=lambda: REGISTRY)

    @property
    def registry(self) -> Registry:
        return self.plugins


def configure(home: Path, *accounts: Account, **env: str) -> Context:
    blocks = {}
    for account in accounts:
        block = account.model_dump(exclude_none=True, exclude={"name"})
        if isinstance(account, BadgeAccount):
            block["secret"] = account.secret.get_secret_value()
        blocks[account.name] = block
    path = home / ".mp" / "config.toml"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(tomli_w.dumps({"accounts": blocks}))
    path.chmod(0o600)
    return Surroundings(env={"HOME": str(home), **env})


def badge(secret: str = CANARY, **fields: Any) -> BadgeAccount:
    given_fields: dict[str, Any] = {"name": "team", "region": "us"} | fields
    return BadgeAccount(secret=SecretStr(secret), **given_fields)


def me_file(home: Path, name: str = "team") -> Path:
    return home / ".mp" / "accounts" / name / "me.json"


class TestMe:
    @pytest.mark.parametrize("wrap", [lambda body: {"status": "ok", "results": body}, dict])
    def test_an_answer_is_unwrapped_and_keeps_what_is_not_known(self, wrap: Any) -> None:
        body = {
            "user_id": 1,
            "new": {"thing": [1]},
            "projects": {"5": {"name": "Five", "surprise": True}},
        }
        me = Me.from_answer(wrap(body))
        assert me.user_id == 1
        assert (me.model_extra or {})["new"] == {"thing": [1]}
        assert me.projects["5"].model_extra == {"surprise": True}

    def test_lists_of_members_are_dropped(self) -> None:
        me = Me.from_answer({"member_list": [1] * 1000, "unified_member_list": [1] * 1000})
        assert "member" not in me.model_dump_json()

    @pytest.mark.parametrize(
        "answer",
        [None, 3, "text", [], {"results": []}, {"results": {"projects": [1]}}, {"projects": 4}],
    )
    def test_another_shape_is_a_typed_error_without_its_content(self, answer: Any) -> None:
        with pytest.raises(APIError, match="expected shape") as caught:
            Me.from_answer(answer)
        assert caught.value.__cause__ is None

    def test_everything_may_be_missing(self) -> None:
        me = Me.from_answer({})
        assert (me.user, me.project_list()) == (None, [])

    def test_the_user_is_known_by_id(self) -> None:
        assert ADA.user == MeUserInfo(id=502, email="ada@people.example")

    @given(st.lists(st.integers(0, 10**12).map(str), unique=True))
    def test_h36_projects_come_in_numeric_order(self, ids: list[str]) -> None:
        me = Me.from_answer({"projects": {id_: {"name": f"p{id_}"} for id_ in ids}})
        assert [p.id for p in me.project_list()] == sorted(ids, key=int)

    def test_a_project_without_a_numeric_id_is_left_out(self) -> None:
        me = Me.from_answer({"projects": {"x": {}, "٣": {}, "7": {"timezone": "UTC"}}})
        assert me.project_list() == [Project(id="7", timezone="UTC")]


class TestCache:
    def test_an_answer_is_kept_for_the_account_on_disk_and_owner_only(self, home: Path) -> None:
        context = configure(home, badge())
        MeCache(context, badge()).put(ADA)
        assert MeCache(context, badge()).get() == ADA
        assert me_file(home).stat().st_mode & 0o777 == 0o600
        assert me_file(home).parent.stat().st_mode & 0o777 == 0o700

    def test_h39_the_file_does_not_hold_the_secret(self, home: Path) -> None:
        context = configure(home, badge())
        MeCache(context, badge()).put(ADA)
        assert CANARY not in me_file(home).read_text()

    def test_two_answers_have_different_fingerprints(self, home: Path) -> None:
        context = configure(home, badge())
        found = set()
        for _ in range(2):
            MeCache(context, badge()).put(ADA)
            found.add(json.loads(me_file(home).read_text())["fingerprint"])
        assert len(found) == 2

    @pytest.mark.parametrize(
        ("age", "answer"),
        [(timedelta(0), ADA), (LIFETIME, ADA), (LIFETIME + timedelta(seconds=1), None)],
    )
    def test_an_answer_is_believed_for_a_day(
        self, home: Path, age: timedelta, answer: Me | None
    ) -> None:
        assert timedelta(hours=24) == LIFETIME
        context = configure(home, badge())
        MeCache(context, badge(), clock=lambda: NOW).put(ADA)
        assert MeCache(context, badge(), clock=lambda: NOW + age).get() == answer

    @pytest.mark.parametrize(
        "other", [badge("rotated"), badge(region="eu")], ids=["secret", "region"]
    )
    def test_h15_another_credential_or_region_has_no_answer(
        self, home: Path, other: Account
    ) -> None:
        MeCache(configure(home, badge()), badge()).put(ADA)
        assert MeCache(configure(home, other), other).get() is None

    def test_h15_another_address_has_no_answer(self, home: Path) -> None:
        MeCache(configure(home, badge()), badge()).put(ADA)
        elsewhere = configure(home, badge(), MP_API_BASE_URL="http://127.0.0.1:9")
        assert MeCache(elsewhere, badge()).get() is None

    def test_h15_a_secret_that_changes_under_a_living_cache_ends_it(self, home: Path) -> None:
        context = configure(home, badge())
        living = MeCache(context, badge())
        living.put(ADA)
        other = MeCache(configure(home, badge("rotated")), badge("rotated"))
        other.put(Me(user_id=1))
        assert other.get() == Me(user_id=1)
        assert living.get() is None

    def test_h20_names_that_differ_in_case_share_no_answer(self, home: Path) -> None:
        context = configure(home, badge(), badge(name="TEAM"))
        MeCache(context, badge()).put(ADA)
        me_file(home, "TEAM").parent.mkdir(mode=0o700)
        me_file(home, "TEAM").write_bytes(me_file(home).read_bytes())
        me_file(home, "TEAM").chmod(0o600)
        assert MeCache(context, badge(name="TEAM")).get() is None

    def test_h15_an_account_that_is_not_configured_leaves_nothing_on_disk(self, home: Path) -> None:
        context = configure(home)
        cache = MeCache(context, badge())
        cache.put(ADA)
        assert cache.get() == ADA
        assert MeCache(context, badge()).get() is None
        assert not (home / ".mp" / "accounts").exists()

    def test_h15_an_account_of_the_same_name_is_left_alone(self, home: Path) -> None:
        context = configure(home, badge("mine"))
        MeCache(context, badge("mine")).put(Me(user_id=1))
        before = me_file(home).read_bytes()
        foreign = MeCache(context, badge("theirs"))
        assert foreign.get() is None
        foreign.put(ADA)
        assert foreign.get() == ADA
        assert me_file(home).read_bytes() == before

    def test_another_default_project_is_the_same_credential(self, home: Path) -> None:
        context = configure(home, badge(default_project="1"))
        MeCache(context, badge(default_project="2")).put(ADA)
        assert MeCache(context, badge(default_project="1")).get() == ADA

    def test_a_file_that_somebody_removes_is_an_answer_that_is_gone(self, home: Path) -> None:
        context = configure(home, badge())
        cache = MeCache(context, badge())
        cache.put(ADA)
        me_file(home).unlink()
        assert cache.get() is None

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "{}",
            '{"salt":"s","fingerprint":"ü","fetched_at":"2024-05-06T00:00:00Z","me":{}}',
            '{"salt":"s","fingerprint":"f","fetched_at":"yesterday","me":{}}',
        ],
    )
    def test_a_file_that_cannot_be_used_is_no_answer_and_no_error(
        self, home: Path, text: str
    ) -> None:
        context = configure(home, badge())
        me_file(home).parent.mkdir(mode=0o700, parents=True)
        me_file(home).write_text(text)
        me_file(home).chmod(0o600)
        cache = MeCache(context, badge())
        assert cache.get() is None
        cache.put(ADA)
        assert MeCache(context, badge()).get() == ADA

    def test_a_cache_that_cannot_be_written_lasts_as_long_as_the_process(self, home: Path) -> None:
        context = configure(home, badge())
        (home / ".mp" / "accounts").write_text("in the way")
        cache = MeCache(context, badge())
        cache.put(ADA)
        assert cache.get() == ADA

    def test_without_a_credential_there_is_no_answer_and_none_is_kept(self, home: Path) -> None:
        context = configure(home, badge("none"))
        cache = MeCache(context, badge("none"))
        cache.put(ADA)
        assert cache.get() is None
        assert not me_file(home).exists()


def login(access: str, login_id: str | None) -> OAuthTokens:
    return OAuthTokens(
        access_token=SecretStr(access),
        refresh_token=SecretStr("again"),
        expires_at=NOW,
        login_id=login_id,
    )


class TestLogins:
    @pytest.fixture
    def context(self, home: Path) -> Context:
        return configure(home, PASS)

    def test_a_refresh_keeps_the_answer_and_is_not_caused_by_the_cache(
        self, context: Context
    ) -> None:
        context.vault.store(PASS, login("one", "L1"))
        MeCache(context, PASS).put(ADA)
        context.vault.store(PASS, login("two", "L1"))
        assert MeCache(context, PASS).get() == ADA

    def test_h15_logging_in_as_someone_else_ends_the_answer(self, context: Context) -> None:
        context.vault.store(PASS, login("one", "L1"))
        cache = MeCache(context, PASS)
        cache.put(ADA)
        context.vault.store(PASS, login("two", "L2"))
        assert cache.get() is None
        assert MeCache(context, PASS).get() is None

    def test_without_a_login_there_is_no_answer(self, context: Context) -> None:
        context.vault.store(PASS, login("one", "L1"))
        MeCache(context, PASS).put(ADA)
        context.vault.discard(PASS)
        assert MeCache(context, PASS).get() is None

    def test_tokens_whose_login_has_no_name_keep_no_answer(
        self, context: Context, home: Path
    ) -> None:
        context.vault.store(PASS, login("one", None))
        cache = MeCache(context, PASS)
        cache.put(ADA)
        assert cache.get() is None
        assert not me_file(home, "pass").exists()


PASS = PassAccount(name="pass", region="us")
