"""Homes with accounts, and the table that ends the run.

A budget that is missed shows in the table and fails nothing: it may be the machine.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

import mp_core as mp
from mp_core.context import Context
from mp_core.tokens import OAuthTokens
from tests.identities import configure

from .report import Report

_REPORT = pytest.StashKey[Report]()

ROBOT = {
    "type": "service_account",
    "region": "us",
    "default_project": "3018488",
    "username": "ci.fake.robot",
    "secret": "fake-secret-of-ci",
}
PERSON = {"type": "oauth_browser", "region": "us", "default_project": "10"}


@pytest.fixture
def report(pytestconfig: pytest.Config) -> Report:
    """The table of this run."""
    return pytestconfig.stash.setdefault(_REPORT, Report())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table."""
    if (report := config.stash.get(_REPORT, None)) is not None:
        terminalreporter.section("budgets")
        for line in report.lines():
            terminalreporter.write_line(line)


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
