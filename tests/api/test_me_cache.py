"""The cache of `/me`: an answer belongs to one credential, and shows to no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mp_core._api.me import Me
from mp_core._api.me_cache import LIFETIME, MeCache
from mp_core._runtime.context import Context
from mp_core.plugin.account import Account, reveal
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import OAuthTokens
from tests.support import fake_providers, home_files
from tests.support.fake_providers import CANARY, HOST, BadgeAccount, PassAccount, ticket

NOW = datetime(2024, 5, 6, tzinfo=UTC)
ADA = Me(user_id=502, user_email="ada@people.example")
PASS = PassAccount(name="pass", region="us")


def configure(home: Path, *accounts: Account, **env: str) -> Context:
    home_files.configure(home, accounts={account.name: reveal(account) for account in accounts})
    return Context(env={"HOME": str(home), **env}, plugins=HOST)


def badge(secret: str = CANARY, **fields: Any) -> BadgeAccount:
    return fake_providers.badge(secret=secret, **fields)


def me_file(home: Path, name: str = "team") -> Path:
    return home / ".mp" / "accounts" / name / "me.json"


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
        [
            *((timedelta(0), ADA), (LIFETIME, ADA), (LIFETIME + timedelta(seconds=1), None)),
            *((timedelta(seconds=-5), ADA), (timedelta(days=-365), None)),
        ],
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

    def test_whose_it_is_is_known_however_long_ago_that_was_said(self, home: Path) -> None:
        context = configure(home, badge())
        assert MeCache(context, badge()).last() is None
        MeCache(context, badge(), clock=lambda: NOW).put(ADA)
        late = MeCache(context, badge(), clock=lambda: NOW + timedelta(days=999))
        assert (late.get(), late.last()) == (None, ADA)
        assert MeCache(configure(home, badge("rotated")), badge("rotated")).last() is None

    def test_h15_an_answer_is_kept_only_if_the_credential_is_the_same_before_and_after(
        self, home: Path
    ) -> None:
        secret = ["one"]

        class Turning(fake_providers.Badge):
            @hookimpl
            def mp_auth_header(self, account: BadgeAccount) -> str:
                return f"Badge {secret[-1]}"

        def turned() -> Me:
            secret.append("two")
            return ADA

        env = configure(home, badge()).env
        cache = MeCache(Context(env=env, plugins=fake_providers.host_of(badge=Turning())), badge())
        assert cache.fetch(turned) == ADA
        assert cache.get() is None
        secret.append("one")
        assert cache.get() is None
        assert cache.fetch(lambda: ADA) == ADA
        assert cache.get() == ADA

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
        lost = ticket(None, token_env="NOT_SET")
        cache = MeCache(configure(home, lost), lost)
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

    def test_h15_an_answer_is_bound_to_the_login_it_was_got_with(self, context: Context) -> None:
        context.vault.store(PASS, login("theirs", "L2"))
        MeCache(context, PASS, tokens=login("mine", "L1")).put(ADA)
        assert MeCache(context, PASS).get() is None
        context.vault.store(PASS, login("mine", "L1"))
        assert MeCache(context, PASS).get() == ADA

    def test_without_a_login_there_is_no_answer(self, context: Context) -> None:
        context.vault.store(PASS, login("one", "L1"))
        MeCache(context, PASS).put(ADA)
        context.vault.discard(PASS)
        assert MeCache(context, PASS).get() is None

    def test_h78_tokens_whose_login_has_no_name_keep_their_answer(
        self, context: Context, home: Path
    ) -> None:
        context.vault.store(PASS, login("one", None))
        MeCache(context, PASS).put(ADA)
        assert me_file(home, "pass").exists()
        assert MeCache(context, PASS).get() == ADA
        other = login("one", None).model_copy(update={"refresh_token": SecretStr("other")})
        context.vault.store(PASS, other)
        assert MeCache(context, PASS).get() is None

    def test_h65_an_answer_of_another_configuration_file_is_neither_shown_nor_replaced(
        self, context: Context, home: Path
    ) -> None:
        context.vault.store(PASS, login("one", "L1"))
        MeCache(context, PASS).put(ADA)
        record = json.loads(me_file(home, "pass").read_text())
        assert record["config"] == "config.toml"
        me_file(home, "pass").write_text(json.dumps({**record, "config": "b.toml"}))
        before = me_file(home, "pass").read_bytes()
        cache = MeCache(context, PASS)
        assert cache.get() is None
        cache.put(ADA)
        assert MeCache(context, PASS).get() is None
        assert me_file(home, "pass").read_bytes() == before
