"""Reading a bridge: what loads, what is refused, and how that is said."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mp_core as mp
from mp_core import _env as variables
from mp_core._runtime.context import Context
from mp_core.auth_types import OnDiskTokenResolver, load_bridge
from mp_core.errors import ProviderNotInstalledError
from tests.support.bridge_files import BADGE, PASS, TOKENS, content_of, refused, written
from tests.support.fake_providers import CANARY, HOST, BadgeAccount, PassAccount


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "auth.json"


@pytest.fixture
def context(home: Path, path: Path) -> Context:
    """Surroundings that name a bridge."""
    return Context(env={"HOME": str(home), variables.AUTH_FILE: str(path)}, plugins=HOST)


class TestContent:
    def test_a_bridge_with_everything_is_read(self, context: Context, path: Path) -> None:
        written(path, PASS)
        content = content_of(context)
        assert type(content.account) is PassAccount
        assert (content.account.name, content.account.region) == ("me", "eu")
        assert content.tokens is not None
        assert content.tokens.access_token.get_secret_value() == TOKENS["access_token"]
        assert content.tokens.client_id == "client-of-this-account"
        assert (content.project, content.workspace) == ("77", 3448414)
        assert content.headers == {"x-team": "growth"}

    def test_a_bridge_with_the_least_is_read(self, context: Context, path: Path) -> None:
        written(path, BADGE)
        content = content_of(context)
        assert type(content.account) is BadgeAccount
        assert content.account.secret.get_secret_value() == CANARY
        assert (content.tokens, content.project, content.workspace) == (None, None, None)
        assert content.headers == {}

    def test_keys_that_a_later_writer_adds_to_the_tokens_are_ignored(
        self, context: Context, path: Path
    ) -> None:
        written(path, PASS | {"tokens": TOKENS | {"issued_by": "a later release"}})
        assert content_of(context).tokens is not None

    def test_one_version_of_a_file_is_read_once(self, context: Context, path: Path) -> None:
        written(path)
        before = content_of(context)
        assert content_of(context) is before
        path.unlink()
        written(path, PASS)
        assert content_of(context).account.name == "me"

    def test_h39_no_secret_shows_in_what_was_read(self, context: Context, path: Path) -> None:
        for content in (BADGE, PASS):
            written(path, content)
            bridge = content_of(context)
            for text in (repr(bridge), str(bridge), bridge.model_dump_json(), str(vars(bridge))):
                assert CANARY not in text


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in PASS.items() if name != key}


MALFORMED: dict[str, tuple[Any, str]] = {
    "another version": (PASS | {"version": 1}, "it is not of version 2"),
    "a version as text": (PASS | {"version": "2"}, "it is not of version 2"),
    "no version": (without("version"), "it is not of version 2"),
    "no account": (without("account"), "account: Field required"),
    "no mapping as account": (PASS | {"account": "me"}, "An account should be a mapping"),
    "no type": (PASS | {"account": {"name": "me"}}, "An account needs a type"),
    "a bad name": (PASS | {"account": PASS["account"] | {"name": "../me"}}, "name: "),
    "an unknown field": (BADGE | {"account": BADGE["account"] | {"x": CANARY}}, "x: Extra inputs"),
    "tokens missing": (without("tokens"), "an account of type pass needs tokens"),
    "tokens for a static type": (BADGE | {"tokens": TOKENS}, "type badge has no tokens"),
    "tokens as text": (PASS | {"tokens": CANARY}, "tokens: "),
    "no access token": (PASS | {"tokens": {"expires_at": TOKENS["expires_at"]}}, "access_token"),
    "an expiry without zone": (
        PASS | {"tokens": TOKENS | {"expires_at": "2038-01-19T03:14:07"}},
        "tokens.expires_at: ",
    ),
    "an extra key": (PASS | {"comment": CANARY}, "comment: Extra inputs are not permitted"),
    "a bad project": (PASS | {"project": "7a"}, "project: "),
    "a project as number": (PASS | {"project": 77}, "project: "),
    "a bad workspace": (PASS | {"workspace": 0}, "workspace: "),
    "a workspace as text": (PASS | {"workspace": "7"}, "workspace: "),
    "control characters": (PASS | {"headers": {"X-A": f"{CANARY}\r\nX-B: 1"}}, "X-A holds"),
    "a header that authenticates": (
        PASS | {"headers": {"authorization": CANARY}},
        "authorization may not be set",
    ),
    "headers as a list": (PASS | {"headers": [CANARY]}, "Headers should be a mapping"),
    "a list": ([PASS], "it is not a JSON object"),
}


def tells(error: BaseException | None) -> bool:
    """Return whether an error, or one that it came from, holds the secret."""
    while error is not None:
        if CANARY in f"{error!r} {vars(error)} {getattr(error, 'doc', '')}":
            return True
        error = error.__context__
    return False


class TestRefusal:
    @pytest.mark.parametrize(("content", "reason"), MALFORMED.values(), ids=MALFORMED.keys())
    def test_h25_h27_what_is_malformed_is_one_error_that_names_the_file_and_no_secret(
        self, context: Context, path: Path, content: Any, reason: str
    ) -> None:
        written(path, content)
        error = refused(context)
        assert f"The bridge {path} cannot be used: " in error.message
        assert reason in error.message
        assert error.code == "INVALID_BRIDGE"
        assert error.details["path"] == str(path)
        assert "xport it again" in str(error.hint)
        assert not tells(error)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{",
            b"null",
            b'{"version": 2, "account": NaN',
            f'{{"secret": "{CANARY}"'.encode(),
            b"[" * 100_000,
            b'{"account":' * 50_000,
            b'{"version": 1' + b"0" * 10_000 + b"}",
        ],
        ids=["empty", "open", "null", "NaN", "cut off", "deep list", "deep object", "huge number"],
    )
    def test_what_is_no_json_object_is_one_error(
        self, context: Context, path: Path, data: bytes
    ) -> None:
        path.write_bytes(data)
        path.chmod(0o600)
        error = refused(context)
        assert "it is not a JSON object" in error.message
        assert not tells(error)

    @pytest.mark.parametrize(
        ("make", "reason"),
        [
            (lambda path: path.mkdir(), "Is a directory"),
            (lambda path: os.mkfifo(path, 0o600), "it is not a regular file"),
            (lambda path: written(path, " " * 2**21), "it is too large"),
            (lambda path: path.write_bytes(b'{"\xff"}'), "is not UTF-8"),
        ],
        ids=["directory", "pipe", "2 MB", "no UTF-8"],
    )
    def test_what_is_no_readable_file_is_one_error(
        self, context: Context, path: Path, make: Callable[[Path], object], reason: str
    ) -> None:
        make(path)
        if path.is_file():
            path.chmod(0o600)
        error = refused(context)
        assert reason in error.message
        assert str(path) in error.message

    def test_the_error_for_a_missing_provider_says_what_to_install(
        self, context: Context, path: Path
    ) -> None:
        written(path, BADGE | {"account": BADGE["account"] | {"type": "acme_sso"}})
        error = refused(context)
        assert isinstance(error, ProviderNotInstalledError)
        assert f"The bridge {path} cannot be used: No provider for account type" in error.message
        assert "Install the distribution that provides 'acme_sso'" in str(error.hint)
        assert error.details == {"type": "acme_sso", "path": str(path)}

    def test_h53_a_bridge_loads_no_plugin_that_is_not_allowed(
        self, context: Context, path: Path
    ) -> None:
        written(path)
        error = refused(Context(env={**context.env, variables.PLUGINS: ""}))
        assert isinstance(error, ProviderNotInstalledError)
        assert "allowed by MP_PLUGINS" in error.message


@pytest.mark.providers
class TestLoadBridge:
    """The face of it, in the environment of the process and with the installed providers."""

    @pytest.fixture
    def by_hand(self, path: Path) -> Path:
        account = {"type": "oauth_browser", "name": "me", "region": "us"}
        tokens = {key: TOKENS[key] for key in ("access_token", "refresh_token", "expires_at")}
        full = tokens | {"scope": "", "token_type": "Bearer", "client_id": "c"}
        return written(path, {"version": 2, "account": account, "tokens": full, "project": "9"})

    def test_a_bridge_written_by_hand_from_the_contract_loads(self, by_hand: Path) -> None:
        bridge = load_bridge(by_hand)
        assert bridge is not None
        assert isinstance(bridge.account, mp.OAuthBrowserAccount)
        assert bridge.project == "9"

    def test_a_path_that_does_not_exist_is_none(self, tmp_path: Path) -> None:
        assert load_bridge(tmp_path / "none.json") is None
        assert load_bridge(str(tmp_path / "none.json")) is None

    def test_without_a_path_it_is_searched_for(
        self, by_hand: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert load_bridge() is None
        monkeypatch.setenv("MP_AUTH_FILE", str(by_hand))
        bridge = load_bridge()
        assert bridge is not None
        assert bridge.account.name == "me"

    def test_h25_without_a_path_a_variable_that_points_nowhere_is_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MP_AUTH_FILE", str(tmp_path / "none.json"))
        with pytest.raises(mp.ConfigError, match="MP_AUTH_FILE points nowhere"):
            load_bridge()

    def test_one_of_an_older_writer_serves_until_its_token_expires_and_then_says_why(
        self, by_hand: Path
    ) -> None:
        def token() -> str:
            bridge = load_bridge(by_hand)
            assert bridge is not None
            resolver = OnDiskTokenResolver(account=bridge.account)
            return bridge.account.auth_header(token_resolver=resolver)

        content = json.loads(by_hand.read_text())
        del content["tokens"]["client_id"]
        written(by_hand, content)
        assert token() == f"Bearer {TOKENS['access_token']}"
        by_hand.unlink()  # Some file systems tell no two versions of one moment apart.
        content["tokens"]["expires_at"] = "2020-01-19T03:14:07+00:00"
        written(by_hand, content)
        with pytest.raises(mp.OAuthError, match="its client registration is not known") as caught:
            token()
        assert caught.value.code == "OAUTH_REFRESH_ERROR"
        assert "export-bridge" in str(caught.value.hint)

    def test_a_file_that_does_not_validate_is_an_error(self, path: Path) -> None:
        written(path, {"version": 2})
        with pytest.raises(mp.ConfigError, match="account: Field required"):
            load_bridge(path)
