"""Warnings that are errors: they stop what can be stopped, and cost no login and no change."""

from __future__ import annotations

import contextvars
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from mp_core._warning import go_on, going_on, tell, warn
from mp_core.errors import CredentialWarning

ROOT = Path(__file__).parents[1]
SURROUNDINGS = """
import os
from pathlib import Path
from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.plugin.hooks import hookimpl
from mp_core.sandbox import Sandbox
from tests.support import fake_providers
from tests.support.fake_providers import Badge
from tests.support.home_files import configure
from tests.support.sandbox_accounts import NINE, WEB, Desk, badge_of

home = Path(os.environ["HOME"])
config, account = home / ".mp/config.toml", home / ".mp/accounts/me"

def shown_to_others(*_):
    config.chmod(0o644)

class Clumsy(Desk):
    '''Something takes the place of the owner's record while the tokens are stored.'''

    @hookimpl
    def mp_persist_tokens(self):
        (account / "owner.json").mkdir(parents=True)

with Sandbox() as sandbox:
    desk = DESK(sandbox, sandbox.identities[1])
    env = {"HOME": str(home), "MP_API_BASE_URL": sandbox.url}
    host = fake_providers.host_of(badge=Badge(), **{"pass": desk})
    context = Context(env=env, plugins=host)
    terminal = Terminal(print, None, lambda url: False)
    accounts = Accounts(context, terminal=terminal)
"""
REFRESH = """
import resource
from datetime import timedelta
from pathlib import Path
from tests.support.rotating_provider import NOW, PASS, STALE, Server, process

now, (soft, hard) = [NOW], resource.getrlimit(resource.RLIMIT_FSIZE)
vault = process(Path("."), server := Server(), clock=lambda: now[0])
vault.store(PASS, STALE)
server.during = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
assert vault.access_token(PASS) == "a1"
assert vault.access_token(PASS) == "a1"
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
now[0] += timedelta(minutes=1)
assert vault.access_token(PASS) == "a1"
assert server.requests == ["r0"]
stored = process(Path("."), Server()).peek(PASS)
assert stored is not None and stored.refresh_token.get_secret_value() == "r1"
"""
LOGIN = """
    configure(home, active={"account": "me"}, accounts={"me": {"type": "pass", "region": "us"}})
    desk.during = shown_to_others
    accounts.login("me")
    assert desk.revoked == []
    assert accounts.show("me").status == "ok"
    assert context.config().account("me").default_project == NINE
"""
SETUP = """
    from mp_core._login.options import SetupOptions
    from mp_core._login.setup import set_up
    configure(home, accounts={})
    desk.during = shown_to_others
    set_up(context, SetupOptions(name="me", type="pass", project=NINE), terminal)
    assert desk.revoked == []
    assert accounts.show("me").status == "ok"
"""
LOGOUT = """
    configure(home, active={"account": "me"}, accounts={"me": {"type": "pass", "region": "us"}})
    accounts.login("me")
    (account / "tokens.json").chmod(0o644)
    desk.on_revoke = shown_to_others
    assert accounts.logout("me").revoked
    assert not (account / "tokens.json").exists()
"""
MOVE = """
    configure(home, active={"account": "me"}, accounts={"me": {"type": "pass", "region": "us"}})
    accounts.login("me")
    (account / "tokens.json").chmod(0o644)
    accounts.rename("me", "you")
    assert accounts.show("you").status == "ok"
    (account.with_name("you") / "tokens.json").chmod(0o644)
    accounts.remove("you")
    assert not account.exists() or not any(account.glob("*.json"))
"""
UNTESTED = """
    configure(home, active={"account": "ci"}, accounts={"ci": badge_of(sandbox.identities[0], WEB)})
    env["MP_API_BASE_URL"] = "http://127.0.0.1:9"
    accounts.update("ci", secret="another")
    assert "another" in config.read_text()
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes and limits are POSIX's")


def strictly(home: Path, program: str, desk: str = "Desk") -> str:
    """Run a program for which warnings are errors, and return what it said on stderr."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program.replace("DESK", desk)],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_h94_a_refresh_that_cannot_be_saved_is_kept_where_warnings_are_errors(home: Path) -> None:
    assert "could not be saved" in strictly(home, REFRESH)


@pytest.mark.parametrize("program", [LOGIN, SETUP], ids=["login", "setup"])
@pytest.mark.parametrize("desk", ["Desk", "Clumsy"])
def test_h94_a_login_that_was_approved_is_kept_where_warnings_are_errors(
    home: Path, program: str, desk: str
) -> None:
    said = strictly(home, f"{SURROUNDINGS}{program}", desk)
    assert "may be read by other users" in said
    assert ("could not be recorded" in said) == (desk == "Clumsy")


def test_h94_a_change_that_cannot_be_tested_is_made_where_warnings_are_errors(home: Path) -> None:
    assert "is untested" in strictly(home, SURROUNDINGS + UNTESTED)


@pytest.mark.parametrize("program", [LOGOUT, MOVE], ids=["logout", "rename and remove"])
def test_h94_what_is_to_go_or_to_move_does_so_in_full_where_warnings_are_errors(
    home: Path, program: str
) -> None:
    assert "may be read by other users" in strictly(home, SURROUNDINGS + program)


@pytest.fixture
def strict() -> Iterator[None]:
    """Warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.usefixtures("strict")
def test_h94_what_has_not_begun_is_stopped_by_a_warning_that_is_an_error() -> None:
    with pytest.raises(CredentialWarning, match="odd"):
        warn("It is odd.")


def test_h94_what_has_begun_goes_on_and_the_warning_is_shown() -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("error")
        with going_on():
            warn("It is odd.")
            warn("It is odd, somewhere.", stacklevel=10_000)
        tell("It has happened.")
    odd, somewhere, happened = shown
    assert [str(one.message) for one in (odd, happened)] == ["It is odd.", "It has happened."]
    assert odd.filename == happened.filename == __file__
    assert somewhere.category is CredentialWarning


@pytest.mark.usefixtures("strict")
def test_h94_work_goes_on_in_its_own_context_alone() -> None:
    contextvars.copy_context().run(go_on)
    with pytest.raises(CredentialWarning):
        warn("It is odd.")


def test_where_warnings_are_no_errors_they_are_the_callers() -> None:
    for say in (warn, tell):
        with pytest.warns(CredentialWarning, match="odd") as caught:
            say("It is odd.")
        assert [one.filename for one in caught] == [__file__]


def test_h94_nothing_warns_in_another_way() -> None:
    """It would stop what cannot be undone."""
    sources = (ROOT / "mp_core").rglob("*.py")
    astray = [str(path) for path in sources if "warnings.warn(" in path.read_text("utf-8")]
    assert astray == [str(ROOT / "mp_core/_warning.py")]
