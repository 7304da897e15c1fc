"""How long it takes to change the configuration, against what one reading of it takes."""

from __future__ import annotations

import tomllib
from itertools import count
from pathlib import Path

import pytest

import mp_core as mp
from tests.support.home_files import configure
from tests.support.installed_accounts import ROBOT

from .report import Report
from .timing import paired

ACCOUNTS, TURNS = 5000, 9


@pytest.mark.providers
def test_a_change_of_three_axes(report: Report, home: Path) -> None:
    names = [f"a{number}" for number in range(ACCOUNTS)]
    path = configure(home, active={"account": "a0"}, accounts=dict.fromkeys(names, ROBOT))
    number = count(1)

    def change() -> None:
        axes = next(number)
        mp.session.use(account=f"a{axes}", project=axes, workspace=axes)

    pair = paired(change, lambda: tomllib.loads(path.read_text()), turns=TURNS)
    report.relative(f"session.use() of three axes, {ACCOUNTS} accounts", pair, most=2)
