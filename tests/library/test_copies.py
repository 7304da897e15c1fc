"""Copies and pickles of what holds a session: the session travels, and nothing around it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import mp_core as mp
from mp_core._api.auth import SessionAuth
from mp_core._values.session import Session
from mp_core.accounts import Accounts
from mp_core.auth_types import OnDiskTokenResolver
from mp_core.errors import ConfigError
from mp_core.workspace import Workspace
from tests.support.fake_providers import badge
from tests.support.home_files import configure
from tests.support.installed_accounts import ROBOT
from tests.support.pickled_names import modules_of_core
from tests.support.sandbox_accounts import WEB, Opened

SECRET = "fake-secret-of-a-cloud"


def cloudpickled(value: object) -> bytes:
    """Pickle as Dask and Ray do, where that can be had."""
    dumped: bytes = pytest.importorskip("cloudpickle").dumps(value)
    return dumped


DUMPS = pytest.mark.parametrize("dumps", [pickle.dumps, cloudpickled])
AGAIN = pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        lambda value: pickle.loads(pickle.dumps(value)),
        lambda value: pickle.loads(cloudpickled(value)),
    ],
    ids=["copy", "deepcopy", "pickle", "cloudpickle"],
)


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret of something else in the environment."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


@DUMPS
@pytest.mark.usefixtures("variable")
def test_h67_a_pickle_holds_nothing_of_the_environment(
    ws: Workspace, dumps: Callable[[Any], bytes]
) -> None:
    ws.me(refresh=True)  # It has a connection, and locks.
    auth = SessionAuth(ws.session)
    for value in (ws, ws.events, auth, auth.header, OnDiskTokenResolver(), Accounts().list):
        assert SECRET.encode() not in dumps(value)


@DUMPS
def test_h67_a_pickle_names_public_modules_alone(
    ws: Workspace, dumps: Callable[[Any], bytes]
) -> None:
    for value in (ws, SessionAuth(ws.session)):
        assert modules_of_core(dumps(value)) == {"mp_core"}


@AGAIN
def test_h67_a_copy_of_a_workspace_is_one_of_its_session(
    ws: Workspace, again: Callable[[Any], Any]
) -> None:
    ws.me(refresh=True)
    ws.use(project=WEB, workspace=5)
    other = again(ws)
    assert isinstance(other, Workspace)
    assert other.session == ws.session
    assert [axis.source for axis in other.explain().axes] == ["session"] * 3
    assert other.http is not ws.http
    other.use(workspace=7).close()
    assert ws.session.workspace_id == 5
    assert ws.me(refresh=True).user


@AGAIN
@pytest.mark.providers
def test_h67_a_copy_of_an_auth_is_one_of_its_session(
    home: Path, again: Callable[[Any], Any]
) -> None:
    configure(home, active={"account": "team"}, accounts={"team": ROBOT})
    auth = SessionAuth(mp.Workspace().session)
    assert again(auth).header() == auth.header()
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    with httpx.Client(auth=again(auth), transport=transport) as client:
        request = client.get("https://mixpanel.com/api/app/me").request
    assert request.headers["Authorization"] == auth.header()


@AGAIN
def test_h67_surroundings_that_were_given_do_not_travel(
    ws: Workspace, again: Callable[[Any], Any]
) -> None:
    """No provider of a badge is installed in this process: only in the surroundings given."""
    for made in (again(ws).events, again(SessionAuth(ws.session, context=ws._context)).header):
        with pytest.raises(mp.ProviderNotInstalledError, match="'badge'"):
            made()


def test_h67_a_session_that_code_has_made_takes_along_the_plugins_of_its_process(
    home: Path, opened: Opened
) -> None:
    session = Session(account=badge(), project=WEB)
    configure(home, settings={"extensions": ["audit"]})
    thawed = pickle.loads(pickle.dumps(session))
    assert thawed == session
    assert session.account.plugin_set is None
    assert thawed.account.plugin_set.extensions == ("audit",)
    assert copy.deepcopy(session).account.plugin_set is None
    configure(home, settings={"extensions": "audit"})
    with pytest.raises(ConfigError, match="extensions is not a list"):
        pickle.dumps(session)
