"""Accounts of installed types, and what a process of `mp` loads to use them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core.plugin.tokens import OAuthTokens
from tests.support.home_files import configure

ROBOT = {
    "type": "service_account",
    "region": "us",
    "default_project": "3018488",
    "username": "ci.fake.robot",
    "secret": "fake-secret-of-ci",
}
PERSON = {"type": "oauth_browser", "region": "us", "default_project": "10"}

_PROGRAM = """
import sys
at_start = set(sys.modules)
{work}
print(*(set(sys.modules) - at_start), file=sys.stderr)
"""
_COMMAND = "from mp_core.cli.run import run; assert run(sys.argv[1:]) == 0"


@pytest.fixture
def two_accounts(home: Path) -> None:
    """A configuration with a robot's account, which is active, and a person's, who is logged in."""
    configure(home, active={"account": "team"}, accounts={"team": ROBOT, "me": PERSON})
    tokens = OAuthTokens(
        access_token=SecretStr("fake-access-token"),
        refresh_token=SecretStr("fake-refresh-token"),
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )
    Context().vault.store(mp.Workspace(account="me").account, tokens)


def loaded_by(*words: str, work: str = _COMMAND) -> set[str]:
    """Return the names of the modules that a command, or another piece of work, has loaded."""
    program = [sys.executable, "-c", _PROGRAM.format(work=work), *words]
    done = subprocess.run(program, capture_output=True, text=True, check=True, timeout=60)
    return set(done.stderr.split())
