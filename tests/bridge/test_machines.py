"""One login on several machines: what each step costs, and that no newer token is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mp_core import _env as variables
from mp_core._bridge.export import export_bridge
from mp_core._bridge.search import find_bridge
from mp_core._resolution.resolver import inputs_in, resolve
from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core._values.selection import Selection
from mp_core._values.session import Session
from mp_core.accounts import Accounts
from mp_core.errors import CredentialWarning, OAuthError
from mp_core.plugin.tokens import REFRESH_REVOKED, TOKEN_ERROR, OAuthTokens
from tests.support.bridge_files import now
from tests.support.home_files import configure
from tests.support.rotating_provider import PASS, Server, host_of, tokens_of


def a_login(number: int) -> OAuthTokens:
    """The tokens of a new login; each login of the server starts with the refresh token r0."""
    expires = now() + timedelta(minutes=50 + number)
    return tokens_of(f"login-{number}", "r0", expires=expires, login_id=f"login-{number}")


class Machine:
    """A machine with a home of its own, where `me` may be configured or come over a bridge."""

    def __init__(self, home: Path, server: Server, **env: str) -> None:
        self.context = Context(env={"HOME": str(home), **env}, plugins=host_of(server))
        self.home = home

    def session(self) -> Session:
        """Resolve as every call does."""
        return resolve(inputs_in(self.context, Selection(project="9"))).session

    def token(self, rejected: str | None = None) -> str:
        """Return the bearer that a request carries, or the one after it was refused."""
        account = self.session().account
        resolver = OnDiskTokenResolver(context=self.context, account=account, rejected=rejected)
        return self.context.host.auth_header(account, resolver).removeprefix("Bearer ")

    def gone(self, rejected: str) -> OAuthError:
        """Return the error of a call whose bearer was refused."""
        with pytest.raises(OAuthError) as caught:
            self.token(rejected)
        return caught.value

    def restarted(self) -> Machine:
        """Return the machine as another process there sees it: it remembers nothing."""
        return Machine(self.home, Server(), **{**self.context.env, "HOME": str(self.home)})

    def stored(self) -> list[str]:
        """Return the access tokens in the files of this machine."""
        files = sorted(self.home.rglob("tokens.json"))
        return [file.read_text().split('"access_token": "')[1].split('"')[0] for file in files]


@pytest.fixture
def server() -> Server:
    return Server(clock=now)


@pytest.fixture
def host(tmp_path: Path, server: Server) -> Machine:
    """The machine where the account is configured and logged in."""
    host = Machine(tmp_path / "host", server)
    accounts = {"me": {"type": "pass", "region": "us"}}
    configure(host.home, active={"account": "me"}, accounts=accounts)
    log_in(host, server, 1)
    return host


def log_in(host: Machine, server: Server, number: int) -> None:
    server.serial = 0
    host.context.vault.store(host.context.config().account("me"), a_login(number))


Export = Callable[..., Path]


@pytest.fixture
def export(host: Machine, tmp_path: Path) -> Export:
    def export(*, refresh_token: bool = True) -> Path:
        to = tmp_path / "bridge.json"
        return Accounts(host.context).export_bridge(to=to, refresh_token=refresh_token)

    return export


@pytest.fixture
def fars(tmp_path: Path, server: Server, export: Export) -> tuple[Machine, Machine]:
    """Two machines that have nothing but the same bridge."""
    bridge = str(export())
    one, two = (Machine(tmp_path / name, server, MP_AUTH_FILE=bridge) for name in ("one", "two"))
    return one, two


def test_until_the_token_expires_all_sides_share_it(
    host: Machine, fars: tuple[Machine, Machine], server: Server
) -> None:
    assert {machine.token() for machine in (host, *fars)} == {"login-1"}
    assert server.requests == []
    assert fars[0].stored() == []


def test_h21_the_side_that_refreshes_goes_on_with_what_it_got_in_every_process(
    fars: tuple[Machine, Machine], server: Server
) -> None:
    one, _ = fars
    assert one.token("login-1") == "a1"
    assert one.token() == one.restarted().token() == "a1"
    assert server.requests == ["r0"]


def test_h21_where_tokens_rotate_the_second_refresh_ends_the_login_and_overwrites_nothing(
    host: Machine, fars: tuple[Machine, Machine], server: Server
) -> None:
    one, two = fars
    assert one.token("login-1") == "a1"
    error = two.gone("login-1")
    assert error.code == REFRESH_REVOKED
    assert "export-bridge" in str(error.hint)
    assert host.gone("login-1").code == REFRESH_REVOKED
    assert (one.stored(), two.stored(), host.stored()) == (["a1"], [], ["login-1"])
    assert one.gone("a1").code == REFRESH_REVOKED
    assert one.stored() == ["a1"]


def test_a_new_login_that_is_exported_again_mends_every_side(
    host: Machine, fars: tuple[Machine, Machine], server: Server, export: Export
) -> None:
    one, two = fars
    one.token("login-1")
    two.gone("login-1")
    log_in(host, server, 2)
    export()
    assert {machine.token() for machine in (host, *fars)} == {"login-2"}
    assert {machine.restarted().token() for machine in (host, *fars)} == {"login-2"}


def test_where_tokens_do_not_rotate_every_side_refreshes_for_itself(
    host: Machine, fars: tuple[Machine, Machine], server: Server
) -> None:
    server.keeps_refresh_token = True
    got = [machine.token("login-1") for machine in (host, *fars)]
    assert got == ["a1", "a2", "a3"]
    assert [machine.token() for machine in (host, *fars)] == got
    assert [machine.stored() for machine in (host, *fars)] == [["a1"], ["a2"], ["a3"]]


def test_h28_without_the_refresh_token_a_far_side_works_until_the_token_expires_and_ends_nothing(
    host: Machine, fars: tuple[Machine, Machine], server: Server, export: Export
) -> None:
    export(refresh_token=False)
    one, _ = fars
    assert one.token() == "login-1"
    error = one.gone("login-1")
    assert error.code == TOKEN_ERROR
    assert "export-bridge" in str(error.hint)
    assert host.token("login-1") == "a1"
    export(refresh_token=False)
    assert one.token() == one.restarted().token() == "a1"
    assert server.requests == ["r0"]


def test_h21_what_the_host_exports_later_takes_the_place_of_what_lives_shorter(
    host: Machine, fars: tuple[Machine, Machine], server: Server, export: Export
) -> None:
    server.keeps_refresh_token = True
    one, _ = fars
    assert one.token("login-1") == "a1"
    server.clock = lambda: now() + timedelta(hours=1)
    assert host.token("login-1") == "a2"
    export()
    assert one.token() == one.restarted().token() == "a2"


def test_h23_a_local_account_of_the_same_name_keeps_its_tokens(
    host: Machine, fars: tuple[Machine, Machine], server: Server
) -> None:
    one, _ = fars
    bridge = one.context.env[variables.AUTH_FILE]
    at_home = Machine(host.home, server, MP_AUTH_FILE=bridge)
    assert at_home.token("login-1") == "a1"
    assert host.stored() == ["login-1", "a1"]
    assert host.token() == "login-1"


def test_h22_a_bridge_whose_token_has_expired_on_the_way_is_refreshed(
    host: Machine, fars: tuple[Machine, Machine], server: Server, tmp_path: Path
) -> None:
    bridge = tmp_path / "bridge.json"
    bridge.write_text(re.sub(r'("expires_at": ")\d{4}', r"\g<1>2020", bridge.read_text()))
    one, _ = fars
    assert one.token() == "a1"
    assert server.requests == ["r0"]


def test_h57_a_side_without_a_home_refreshes_in_memory_and_says_so(
    fars: tuple[Machine, Machine], server: Server
) -> None:
    one, _ = fars
    bare = replace(one.context, env={**one.context.env, "HOME": "/dev/null/none"})
    found = find_bridge(bare)
    assert found is not None
    with pytest.warns(CredentialWarning, match="could not be saved"):
        assert bare.vault.access_token(found.content.account, rejected="login-1") == "a1"
    assert bare.vault.access_token(found.content.account) == "a1"
    assert server.requests == ["r0"]


def test_h19_bridges_of_two_people_share_nothing_but_the_name(
    tmp_path: Path, server: Server
) -> None:
    server.keeps_refresh_token = True
    bridge = tmp_path / "bridge.json"
    far = Machine(tmp_path / "far", server, MP_AUTH_FILE=str(bridge))
    got = []
    for person in ("ada", "grace"):
        context = Machine(tmp_path / person, server).context
        expires = now() + timedelta(minutes=30)
        tokens = tokens_of(person, "r0", expires=expires, client_id=None, login_id=None)
        context.vault.store(PASS, tokens)
        export_bridge(context, PASS, bridge, Selection(), with_refresh_token=True)
        got.append(far.token(rejected=person))
    assert got == ["a1", "a2"]
