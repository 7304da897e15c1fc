"""Which file is the bridge, and which one is not trusted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mp_core import _env as variables
from mp_core._bridge.search import find_bridge
from mp_core._runtime.context import Context
from mp_core.errors import CredentialWarning
from tests.support.bridge_files import PASS, content_of, refused, written
from tests.support.child_processes import SOMEONE, in_child, needs_root
from tests.support.fake_providers import HOST

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "auth.json"


@pytest.fixture
def context(home: Path, path: Path) -> Context:
    """Surroundings that name a bridge."""
    return Context(env={"HOME": str(home), variables.AUTH_FILE: str(path)}, plugins=HOST)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "work"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory / "mixpanel_auth.json"


@pytest.fixture
def at_home(home: Path) -> Path:
    return home / ".claude" / "mixpanel" / "auth.json"


@pytest.fixture
def searching(home: Path) -> Context:
    return Context(env={"HOME": str(home), variables.AUTH_FILE: ""}, plugins=HOST)


def test_the_order_is_the_variable_the_home_and_the_current_directory(
    context: Context, searching: Context, path: Path, at_home: Path, here: Path
) -> None:
    assert find_bridge(searching) is None
    for place in (here, at_home):
        written(place)
        found = find_bridge(searching)
        assert found is not None
        assert (found.path, found.is_found_here) == (place, place == here)
    written(path, PASS)
    assert content_of(context).account.name == "me"


def test_h25_a_variable_that_points_nowhere_is_an_error_whatever_else_there_is(
    context: Context, path: Path, at_home: Path
) -> None:
    written(at_home)
    error = refused(context)
    assert f"MP_AUTH_FILE points nowhere: there is no {path}" in error.message
    assert "unset MP_AUTH_FILE" in str(error.hint)


def test_a_tilde_in_the_variable_is_the_home(home: Path) -> None:
    written(home / "b.json")
    env = {"HOME": str(home), variables.AUTH_FILE: "~/b.json"}
    assert content_of(Context(env=env, plugins=HOST)).account.name == "team"


def test_h57_without_a_home_only_the_current_directory_is_searched(
    here: Path, at_home: Path
) -> None:
    written(at_home)
    homeless = Context(env={"HOME": str(at_home / "none")}, plugins=HOST)
    assert find_bridge(homeless) is None
    written(here)
    assert content_of(homeless).account.name == "team"


@needs_root
def test_h57_a_home_that_may_not_be_entered_holds_no_bridge(at_home: Path) -> None:
    written(at_home)
    at_home.parent.chmod(0o700)

    def search() -> None:
        os.setuid(SOMEONE)
        env = {"HOME": str(at_home.parents[2])}
        assert find_bridge(Context(env=env, plugins=HOST)) is None

    assert in_child(search) == 0


def test_a_current_directory_that_is_gone_holds_no_bridge(searching: Context, here: Path) -> None:
    here.parent.rmdir()
    assert find_bridge(searching) is None


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o444])
def test_h24_a_bridge_that_was_searched_for_must_be_closed_to_others(
    searching: Context, here: Path, mode: int
) -> None:
    written(here, mode=mode)
    error = refused(searching)
    assert error.code == "UNTRUSTED_BRIDGE"
    assert str(here) in error.message
    assert f"chmod 600 {here}" in str(error.hint)
    assert f"export MP_AUTH_FILE={here}" in str(error.hint)


@pytest.mark.parametrize("place", ["home", "here"])
def test_h24_a_link_is_not_what_was_searched_for(
    searching: Context, at_home: Path, here: Path, path: Path, place: str
) -> None:
    link = at_home if place == "home" else here
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(written(path))
    assert refused(searching).code == "UNTRUSTED_BRIDGE"


@needs_root
def test_h24_a_bridge_of_another_user_is_not_what_was_searched_for(
    searching: Context, here: Path
) -> None:
    os.chown(written(here), SOMEONE, -1)
    assert refused(searching).code == "UNTRUSTED_BRIDGE"


def test_what_an_orchestrator_mounts_is_used_with_a_warning_when_it_is_named(
    context: Context, path: Path, tmp_path: Path
) -> None:
    path.symlink_to(written(tmp_path / "..data.json", PASS, mode=0o444))
    with pytest.warns(CredentialWarning, match="trusted because it was named") as caught:
        assert content_of(context).account.name == "me"
    assert len(caught) == 1
    assert content_of(context).account.name == "me"
