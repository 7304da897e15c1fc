"""Writing a bridge: what goes along, what is refused, and what arrives."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mp_core as mp
from mp_core._bridge.export import export_bridge
from mp_core._runtime.context import Context
from mp_core._values.selection import Selection
from mp_core.accounts import Accounts
from mp_core.auth_types import load_bridge
from mp_core.errors import ConfigError, OAuthError, ProviderFailedError
from mp_core.plugin.account import Account, reveal
from tests.support import fake_providers
from tests.support.bridge_files import VISA, Visa, arrived, far_side, machine, now
from tests.support.fake_providers import CANARY, Badge, PassAccount, badge
from tests.support.rotating_provider import Server, tokens_of


@pytest.fixture
def visa() -> Visa:
    return Visa()


@pytest.fixture
def context(home: Path, visa: Visa) -> Context:
    return machine(home, visa)


@pytest.fixture
def accounts(context: Context) -> Accounts:
    return Accounts(context)


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "out" / "auth.json"


class TestExport:
    def test_the_account_in_force_goes_along_whole(
        self, context: Context, accounts: Accounts, to: Path
    ) -> None:
        assert accounts.export_bridge(to=to) == to
        content = arrived(context, to)
        assert reveal(content.account) == reveal(context.config().account("team"))
        assert (content.account.name, content.tokens) == ("team", None)
        assert content.headers == {"X-Team": "growth"}
        assert json.loads(to.read_text())["version"] == 2

    def test_a_relative_path_is_returned_absolute_and_a_tilde_is_the_home(
        self, accounts: Accounts, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert accounts.export_bridge(to="auth.json") == tmp_path / "auth.json"
        assert accounts.export_bridge(to="~/auth.json") == home / "auth.json"

    def test_project_and_workspace_go_along_when_they_are_given(
        self, context: Context, accounts: Accounts, to: Path
    ) -> None:
        accounts.export_bridge(to=to, account="visa", project=77, workspace=5)
        content = arrived(context, to)
        assert (content.account.name, content.project, content.workspace) == ("visa", "77", 5)
        assert content.account.default_project == "9"

    def test_a_stale_token_is_refreshed_before_it_goes(
        self, context: Context, accounts: Accounts, to: Path
    ) -> None:
        me = context.config().account("me")
        context.vault.store(me, tokens_of("a0", "r0", expires=now()))
        accounts.export_bridge(to=to, account="me")
        tokens = arrived(context, to).tokens
        assert tokens is not None
        assert tokens.access_token.get_secret_value() == "a1"
        assert context.vault.peek(me) == tokens

    @pytest.mark.parametrize("keeps", [True, False])
    def test_h28_the_refresh_token_goes_or_stays_and_the_file_says_which(
        self, context: Context, accounts: Accounts, to: Path, keeps: bool
    ) -> None:
        accounts.export_bridge(to=to, account="me", refresh_token=keeps)
        tokens = arrived(context, to).tokens
        assert tokens is not None
        assert (tokens.refresh_token is not None) is keeps
        assert ("r0" in to.read_text()) is keeps

    def test_an_account_that_came_over_a_bridge_goes_on_with_its_headers(
        self, context: Context, accounts: Accounts, to: Path
    ) -> None:
        accounts.export_bridge(to=to, account="me")
        again = Accounts(far_side(context, to)).export_bridge(to=to.with_name("again.json"))
        assert json.loads(again.read_text()) == json.loads(to.read_text())

    def test_fields_that_json_has_no_form_for_arrive_as_they_were(
        self, context: Context, accounts: Accounts, to: Path
    ) -> None:
        accounts.export_bridge(to=to, account="visa")
        assert reveal(arrived(context, to).account) == reveal(VISA)

    def test_a_provider_that_forgets_to_unveil_a_secret_loses_nothing(
        self, context: Context, accounts: Accounts, visa: Visa, to: Path
    ) -> None:
        visa.exported = dict(VISA), None
        accounts.export_bridge(to=to, account="visa")
        assert reveal(arrived(context, to).account) == reveal(VISA)

    def test_the_file_is_the_owners_and_lies_there_alone(
        self, accounts: Accounts, to: Path
    ) -> None:
        accounts.export_bridge(to=to)
        to.chmod(0o644)
        accounts.export_bridge(to=to)
        assert stat.S_IMODE(to.stat().st_mode) == 0o600
        assert stat.S_IMODE(to.parent.stat().st_mode) == 0o700
        assert os.listdir(to.parent) == [to.name]

    def test_h23_an_export_changes_no_file_of_this_side(
        self, accounts: Accounts, home: Path, to: Path
    ) -> None:
        before = contents(home)
        accounts.export_bridge(to=to, account="me")
        assert contents(home) == before


def contents(root: Path) -> dict[Path, bytes]:
    """What the files below a directory hold; locks are empty."""
    files = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return {path: data for path, data in files.items() if data}


class TestRefusal:
    def test_an_account_that_is_not_logged_in_is_not_carried(
        self, context: Context, accounts: Accounts, to: Path
    ) -> None:
        plugins = fake_providers.host_of(
            badge=Badge(), visa=Visa(), **{"pass": fake_providers.Pass()}
        )
        bare = Context(env=context.env, plugins=plugins)
        bare.vault.discard(bare.config().account("me"))
        with pytest.raises(OAuthError, match="not logged in"):
            Accounts(bare).export_bridge(to=to, account="me")
        assert not to.exists()

    def test_a_plugin_may_refuse_to_let_an_account_go(
        self, accounts: Accounts, visa: Visa, to: Path
    ) -> None:
        visa.refused = True
        with pytest.raises(ConfigError, match="stay in this country"):
            accounts.export_bridge(to=to, account="visa")
        assert not to.exists()

    @pytest.mark.parametrize("exported", [17, ({"type": "visa"},), ("visa", None), ({}, "tokens")])
    def test_h48_a_provider_that_exports_rubbish_is_named(
        self, accounts: Accounts, visa: Visa, to: Path, exported: Any
    ) -> None:
        visa.exported = exported
        with pytest.raises(ProviderFailedError, match="mp-visa"):
            accounts.export_bridge(to=to, account="visa")

    @pytest.mark.parametrize(
        ("record", "reason"),
        [
            ({**reveal(VISA), "seal": None}, "account.seal: "),
            ({**reveal(VISA), "stamps": object()}, "no form in JSON"),
            ({**reveal(VISA), "type": "unheard"}, "'unheard'"),
        ],
    )
    def test_what_the_other_side_could_not_read_is_not_written(
        self,
        accounts: Accounts,
        visa: Visa,
        to: Path,
        record: Mapping[str, Any],
        reason: str,
    ) -> None:
        visa.exported = record, None
        with pytest.raises(ConfigError, match="Account 'visa' cannot be exported") as caught:
            accounts.export_bridge(to=to, account="visa")
        assert reason in caught.value.message
        assert CANARY not in str(caught.value)
        assert not to.exists()

    @pytest.mark.parametrize("place", ["", "file/auth.json"])
    def test_a_place_that_cannot_be_written_is_an_error_that_asks_for_another(
        self, accounts: Accounts, tmp_path: Path, place: str
    ) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(ConfigError, match="could not be written") as caught:
            accounts.export_bridge(to=tmp_path / place)
        assert "--to PATH" in str(caught.value.hint)
        assert os.listdir(tmp_path) == ["file"]


texts = st.text(min_size=1, max_size=30)
secrets = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)
ids = st.from_regex(r"[0-9]{1,12}", fullmatch=True)
names = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)
regions = st.sampled_from(["us", "eu", "in"])
badges = st.builds(badge, names, region=regions, username=texts, secret=secrets)
passes = st.builds(PassAccount, name=names, region=regions, default_project=st.none() | ids)
tokens = st.builds(
    tokens_of,
    texts,
    st.none() | texts,
    expires=st.datetimes(datetime(2100, 1, 1), timezones=st.just(UTC)),
    client_id=st.none() | texts,
    login_id=st.none() | texts,
)


@given(
    account=badges | passes,
    kept=tokens,
    project=st.none() | ids,
    workspace=st.none() | st.integers(1, 2**53),
)
def test_what_is_exported_is_what_arrives(
    account: Account, kept: mp.auth_types.OAuthTokens, project: str | None, workspace: int | None
) -> None:
    plugins = fake_providers.host_of(badge=Badge(), **{"pass": Server()})
    with tempfile.TemporaryDirectory() as directory:
        context = Context(env={"HOME": directory}, plugins=plugins)
        logs_in = isinstance(account, PassAccount)
        if logs_in:
            context.vault.store(account, kept)
        path = Path(directory) / "auth.json"
        asked = Selection(project=project, workspace=workspace)
        export_bridge(context, account, path, asked, with_refresh_token=True)
        content = arrived(context, path)
    assert (content.account.name, reveal(content.account)) == (account.name, reveal(account))
    assert content.tokens == (kept if logs_in else None)
    assert (content.project, content.workspace) == (project, workspace)


@pytest.mark.providers
def test_h26_a_token_in_a_variable_is_resolved_or_refused(
    home: Path, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mp.accounts.add(
        "ci", type="oauth_token", region="us", default_project="9", token_env="CI_TOKEN"
    )
    with pytest.raises(mp.OAuthError, match="CI_TOKEN is unset or empty"):
        mp.accounts.export_bridge(to=to)
    monkeypatch.setenv("CI_TOKEN", CANARY)
    mp.accounts.export_bridge(to=to)
    assert "CI_TOKEN" not in to.read_text()
    bridge = load_bridge(to)
    assert bridge is not None
    assert isinstance(bridge.account, mp.OAuthTokenAccount)
    assert bridge.account.token is not None
    assert bridge.account.token.get_secret_value() == CANARY
