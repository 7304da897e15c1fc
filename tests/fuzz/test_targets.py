"""Every fuzz target, with a few inputs; `make fuzz` tries others, for minutes."""

from __future__ import annotations

import traceback

import pytest

from tests.fuzz.catalog import TARGETS
from tests.fuzz.engine import once

pytestmark = [pytest.mark.providers, pytest.mark.sweep]
EXAMPLES = 200


@pytest.mark.usefixtures("logins")
@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_our_errors_comes_out_whatever_comes_in(name: str) -> None:
    outcome = once(TARGETS[name], examples=EXAMPLES)
    for finding in outcome.findings:
        trace = "".join(traceback.format_exception(finding.error))
        raise AssertionError(f"{finding.drawn!r}\n{trace}")
    assert outcome.tried >= EXAMPLES
