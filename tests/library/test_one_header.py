"""One header: whichever door a program takes, and wherever the account is from, it is the same."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

import mp_core as mp
from mp_core._runtime.context import Context
from tests.support import fake_providers
from tests.support.bridge_files import written
from tests.support.child_processes import apart
from tests.support.doors import Doorkeeper, headers
from tests.support.home_files import configure
from tests.support.installed_accounts import PERSON, ROBOT
from tests.support.loopback_server import answering

pytestmark = pytest.mark.providers

FAR = "2999-01-01T00:00:00Z"
ENV = {"MP_OAUTH_TOKEN": "env-token", "MP_PROJECT_ID": "1", "MP_REGION": "us"}
BASIC = "Basic Y2kuZmFrZS5yb2JvdDpmYWtlLXNlY3JldC1vZi1jaQ=="


@pytest.fixture(autouse=True)
def _door(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    Doorkeeper.seen.clear()
    with answering(Doorkeeper) as address:
        monkeypatch.setenv("MP_API_BASE_URL", address)
        yield


@pytest.fixture
def bridge(home: Path) -> Path:
    """A bridge of a `me` in us, beside a local login of that name and region."""
    configure(home, active={"account": "me"}, accounts={"me": PERSON, "ci": ROBOT})
    local = fake_providers.tokens(access_token="local-token", expires_at=FAR)
    context = Context()
    context.vault.store(context.config().account("me"), local)
    content = {
        "version": 2,
        "account": {**PERSON, "name": "me"},
        "tokens": {"access_token": "bridge-token", "expires_at": FAR},
    }
    return written(home / "bridge.json", content)


def of_bridge(monkeypatch: pytest.MonkeyPatch, bridge: Path) -> mp.Session:
    with monkeypatch.context() as there:
        there.setenv("MP_AUTH_FILE", str(bridge))
        return mp.Workspace().session


def of_environment(monkeypatch: pytest.MonkeyPatch, bridge: Path) -> mp.Session:
    with monkeypatch.context() as there:
        for name, value in ENV.items():
            there.setenv(name, value)
        return mp.Workspace().session


def of_configuration(monkeypatch: pytest.MonkeyPatch, bridge: Path) -> mp.Session:
    return mp.Workspace(account="me").session


def of_code(monkeypatch: pytest.MonkeyPatch, bridge: Path) -> mp.Session:
    return mp.Session(account=mp.OAuthBrowserAccount(name="me", region="us"), project="1")


def robot_of_code(monkeypatch: pytest.MonkeyPatch, bridge: Path) -> mp.Session:
    secret = SecretStr(ROBOT["secret"])
    robot = mp.ServiceAccount(name="me", region="us", username=ROBOT["username"], secret=secret)
    return mp.Session(account=robot, project="1")


Origin = Callable[[pytest.MonkeyPatch, Path], mp.Session]
ORIGINS = pytest.mark.parametrize(
    ("origin", "header"),
    [
        (of_bridge, "Bearer bridge-token"),
        (of_environment, "Bearer env-token"),
        (of_configuration, "Bearer local-token"),
        (of_code, "Bearer local-token"),
        (robot_of_code, BASIC),
    ],
)


@ORIGINS
def test_h62_every_door_gives_the_same_credential(
    monkeypatch: pytest.MonkeyPatch, bridge: Path, origin: Origin, header: str
) -> None:
    session = origin(monkeypatch, bridge)
    thawed = pickle.loads(pickle.dumps(session))
    assert headers(session) == headers(thawed) == {header}
    assert Doorkeeper.seen == [header] * 2


@ORIGINS
def test_h62_and_so_it_does_in_another_process(
    monkeypatch: pytest.MonkeyPatch, bridge: Path, origin: Origin, header: str
) -> None:
    assert apart(headers, origin(monkeypatch, bridge)) == {header}
    assert Doorkeeper.seen == [header]


def test_h62_a_session_of_a_bridge_never_gives_a_local_login(
    monkeypatch: pytest.MonkeyPatch, bridge: Path
) -> None:
    expired = bridge.read_text().replace("2999", "2020")
    bridge.write_text(expired)
    session = pickle.loads(pickle.dumps(of_bridge(monkeypatch, bridge)))
    resolver = mp.auth_types.OnDiskTokenResolver()
    for get in (
        lambda: session.auth_header(token_resolver=resolver),
        lambda: resolver.get_token(session.account),
        mp.SessionAuth(session).header,
        mp.Workspace(session=session).me,
    ):
        with pytest.raises(mp.OAuthError, match="has expired"):
            get()
    assert Doorkeeper.seen == []


def test_h62_a_resolver_for_the_local_account_does_not_serve_the_one_of_a_bridge(
    monkeypatch: pytest.MonkeyPatch, bridge: Path
) -> None:
    local = mp.Workspace(account="me").account
    resolver = mp.auth_types.OnDiskTokenResolver(account=local)
    session = of_bridge(monkeypatch, bridge)
    with pytest.raises(mp.OAuthError, match="not the one this resolver serves"):
        session.auth_header(token_resolver=resolver)
    assert local.auth_header(token_resolver=resolver) == "Bearer local-token"


def owned(home: Path, user: int) -> None:
    """Let the login of `me` be a person's, by the last proof."""
    record = {"account": "me", "type": "oauth_browser", "region": "us", "config": "config.toml"}
    known = {"user": {"id": user}, "projects": {}, "salt": "", "fields": "", "login_id": None}
    path = home / ".mp" / "accounts" / "me" / "owner.json"
    path.write_text(json.dumps(record | known))
    path.chmod(0o600)


def test_h62_a_session_of_a_login_is_not_served_by_somebody_elses_of_that_name(
    bridge: Path, home: Path
) -> None:
    owned(home, 11)
    session = mp.Workspace(account="me").session
    sent, told = pickle.dumps(session), pickle.dumps(pickle.loads(pickle.dumps(session)))
    assert headers(pickle.loads(sent)) == {"Bearer local-token"}
    owned(home, 12)
    assert headers(session) == {"Bearer local-token"}
    for thawed in map(pickle.loads, (sent, told)):
        assert thawed == session
        with pytest.raises(mp.OAuthError, match=r"belongs to user 11 .* to user 12") as caught:
            mp.SessionAuth(thawed).header()
        assert caught.value.code == "OWNER_MISMATCH"
    (home / ".mp" / "accounts" / "me" / "owner.json").unlink()
    assert headers(pickle.loads(sent)) == {"Bearer local-token"}
