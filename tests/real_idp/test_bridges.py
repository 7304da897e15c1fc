"""A login carried by a bridge: it goes on there, and nothing changes here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import mp_core as mp
from tests.real_idp.conftest import LogIn
from tests.support.issuer import Issuer
from tests.support.machine import Caller, Machine

pytestmark = pytest.mark.providers


@pytest.fixture
def far_side(
    machine: Machine,
    log_in: LogIn,
    issuer: Issuer,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Machine]:
    """Another machine, which has nothing but a bridge with a login.

    The parameter is the lifetime of the access token in it, in seconds.
    """
    issuer.issue_for(getattr(request, "param", 3600))
    log_in()
    bridge = mp.accounts.export_bridge(to=tmp_path / "auth.json")
    home = tmp_path / "far"
    home.mkdir()
    with Machine(home, {"MP_API_BASE_URL": issuer.url, "MP_AUTH_FILE": str(bridge)}) as there:
        yield there


def test_h22_a_machine_with_only_the_bridge_calls_refreshes_and_calls_again(
    far_side: Machine, issuer: Issuer
) -> None:
    caller = Caller(far_side)
    assert caller.call() == {"ok": 1}
    issuer.expire()
    assert caller.call(20) == {"ok": 20}
    assert issuer.refreshes() == {"ok": 1}


def test_h21_a_second_process_there_goes_on_with_the_refreshed_tokens(
    far_side: Machine, issuer: Issuer
) -> None:
    issuer.expire()
    assert Caller(far_side).call() == {"ok": 1}
    assert Caller(far_side).call() == {"ok": 1}
    issuer.expire()
    assert Caller(far_side).call() == {"ok": 1}
    assert issuer.refreshes() == {"ok": 2}


@pytest.mark.parametrize("far_side", [20], indirect=True)
def test_h22_an_access_token_that_expired_on_the_way_is_refreshed_there(
    far_side: Machine, issuer: Issuer
) -> None:
    here = issuer.refreshes()
    issuer.issue_for(3600)
    caller = Caller(far_side)
    assert caller.call() == {"ok": 1}
    assert caller.call() == {"ok": 1}
    assert issuer.refreshes() - here == {"ok": 1}


def test_h23_what_happens_there_changes_no_file_here(
    far_side: Machine, machine: Machine, issuer: Issuer
) -> None:
    before = machine.files()
    bridge = Path(far_side.variables["MP_AUTH_FILE"])
    exported = bridge.read_bytes()
    issuer.expire()
    assert Caller(far_side).call() == {"ok": 1}
    assert bridge.read_bytes() == exported
    assert machine.files() == before
