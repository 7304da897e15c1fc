"""Homes that are missing, closed or nobody's: what the environment holds is still of use."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import mp_core._config.toml_edit  # noqa: F401 (What a child needs that cannot read it any more.)
from mp_core._resolution.resolver import inputs_in, resolve
from mp_core._runtime.context import Context
from mp_core._values.selection import Selection
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError, CredentialWarning
from tests.support.child_processes import SOMEONE, in_child, needs_root
from tests.support.fake_providers import HOST

pytestmark = pytest.mark.filterwarnings(
    # The children here touch neither threads nor locks of the parent.
    "ignore:.*multi-threaded.*fork.*:DeprecationWarning"
)

IDENTITY = {
    "MP_USERNAME": "robot",
    "MP_SECRET": "fake-secret",
    "MP_PROJECT_ID": "7",
    "MP_REGION": "eu",
}


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that another user may enter, unlike those of pytest."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


def home_that_is(kind: str, place: Path) -> dict[str, str]:
    home = place / "home"
    if kind == "unset":
        return {}
    if kind == "a file":
        home.touch()
    elif kind != "nowhere":
        home.mkdir()
        home.chmod({"closed": 0o700, "read-only": 0o555}[kind])
    return {"HOME": str(home)}


def resolve_there(env: dict[str, str]) -> None:
    """Resolve as a user without an entry in the password database."""
    os.chdir("/")
    os.setuid(SOMEONE)
    context = Context(env={**IDENTITY, **env}, plugins=HOST)
    found = resolve(inputs_in(context, Selection()))
    assert (found.session.account.name, found.session.project_id) == ("env", "7")
    assert (context.root is None) is (not env)


@needs_root
@pytest.mark.parametrize("kind", ["unset", "nowhere", "read-only", "a file"])
def test_h57_an_identity_in_the_environment_needs_no_home(kind: str, place: Path) -> None:
    env = home_that_is(kind, place)
    before = sorted(place.rglob("*"))
    assert in_child(lambda: resolve_there(env)) == 0
    assert sorted(place.rglob("*")) == before


@needs_root
def test_h57_the_home_of_another_user_is_reported_and_left_out(place: Path) -> None:
    env = home_that_is("closed", place)

    def work() -> None:
        with pytest.warns(CredentialWarning, match="is out of reach") as caught:
            resolve_there(env)
        assert str(Path(env["HOME"]) / ".mp" / "config.toml") in str(caught[0].message)
        assert len(caught) == 1

    assert in_child(work) == 0


@needs_root
@pytest.mark.parametrize("kind", ["unset", "nowhere", "read-only", "a file", "closed"])
def test_h57_what_must_be_kept_says_where_it_cannot_be(kind: str, place: Path) -> None:
    context = Context(env=home_that_is(kind, place), plugins=HOST)

    def work() -> None:
        os.setuid(SOMEONE)
        warnings.simplefilter("ignore", CredentialWarning)
        with pytest.raises(ConfigError, match=r"no home directory|could not be written") as caught:
            Accounts(context).add(
                "team", type="badge", region="us", default_project="7", username="u", secret="s"
            )
        assert "MP_STORAGE_DIR" in (caught.value.hint or "")

    assert in_child(work) == 0


@needs_root
def test_h57_without_a_home_a_storage_directory_will_do(place: Path) -> None:
    place.chmod(0o1777)
    context = Context(env={"MP_STORAGE_DIR": str(place / "mp")}, plugins=HOST)

    def work() -> None:
        os.setuid(SOMEONE)
        Accounts(context).add(
            "team", type="badge", region="us", default_project="7", username="u", secret="s"
        )
        assert context.config().account_names() == ["team"]

    assert in_child(work) == 0
