"""The table that ends the run.

A budget that is missed shows in the table and fails nothing: it may be the machine.
"""

from __future__ import annotations

import pytest

from .report import Report

_REPORT = pytest.StashKey[Report]()


@pytest.fixture
def report(pytestconfig: pytest.Config) -> Report:
    """The table of this run."""
    return pytestconfig.stash.setdefault(_REPORT, Report())


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table, below all else."""
    if (report := config.stash.get(_REPORT, None)) is not None:
        terminalreporter.section("budgets")
        for line in report.lines():
            terminalreporter.write_line(line)
