"""How long it takes to resolve an identity, and to change it, once everything is loaded."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

import mp_core as mp
from tests.support.home_files import configure
from tests.support.installed_accounts import ROBOT

from .report import Report

pytestmark = pytest.mark.providers


def _fastest(benchmark: Any, work: Callable[[], object]) -> float:
    """Return the shortest time in seconds: whatever else the machine does adds to the others."""
    benchmark(work)
    fastest: float = benchmark.stats.stats.min
    return fastest


@pytest.mark.parametrize("accounts", [2, 5000])
def test_a_workspace_by_the_number_of_accounts(
    report: Report, benchmark: Any, home: Path, accounts: int
) -> None:
    names = [f"a{number}" for number in range(accounts)]
    configure(home, active={"account": names[-1]}, accounts=dict.fromkeys(names, ROBOT))
    fastest = _fastest(benchmark, mp.Workspace)
    report.absolute(f"Workspace(), {accounts} accounts", fastest, most_s=100e-6)


@pytest.fixture
def ws(home: Path) -> mp.Workspace:
    """A workspace beside another account, and a target for each."""
    targets = {name: {"account": name, "project": "10"} for name in ("one", "other")}
    accounts = dict.fromkeys(targets, ROBOT)
    configure(home, active={"account": "one"}, accounts=accounts, targets=targets)
    return mp.Workspace()


@pytest.mark.parametrize(
    ("axis", "values", "most_s"),
    [
        ("project", ("3018488", "3018489"), 5e-6),
        ("account", ("other", "one"), 30e-6),
        ("target", ("other", "one"), 50e-6),
    ],
)
def test_a_switch(
    ws: mp.Workspace, report: Report, benchmark: Any, axis: str, values: list[str], most_s: float
) -> None:
    axes: list[dict[str, Any]] = [{axis: value} for value in values]
    there_and_back = cycle(axes)
    fastest = _fastest(benchmark, lambda: ws.use(**next(there_and_back)))
    report.absolute(f"use({axis}=)", fastest, most_s=most_s)
