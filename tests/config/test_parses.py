"""How often the configuration is parsed: its text is read once before a change and once after."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.session import DefaultSession
from mp_core.targets import Targets
from tests.support.sandbox_accounts import Opened

WHOLE = "[accounts.lost]"
"""What each text of the whole file holds, and no text of a single block."""

CHANGES: dict[str, Callable[[Context], object]] = {
    "accounts.add": lambda context: Accounts(context).add("new", type="pass", region="us"),
    "accounts.remove": lambda context: Accounts(context).remove("bare"),
    "accounts.update": lambda context: Accounts(context).update("ada", default_project="9"),
    "accounts.use": lambda context: Accounts(context).use("ada"),
    "session.use": lambda context: DefaultSession(context).use(
        account="ada", project="9", workspace=5
    ),
    "session.use of a target": lambda context: DefaultSession(context).use(target="shop"),
    "targets.add": lambda context: Targets(context).add("new", account="ada", project="9"),
    "targets.remove": lambda context: Targets(context).remove("shop"),
    "targets.use": lambda context: Targets(context).use("shop"),
}


def parses(work: Callable[[], object]) -> int:
    """Return how often the work has the whole file parsed."""
    found = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal found
        if event == "call" and frame.f_code is tomllib.loads.__code__:
            found += WHOLE in frame.f_locals[frame.f_code.co_varnames[0]]

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_parses_the_file_once_before_and_once_after(
    change: str, context: Context, config: Path
) -> None:
    before = config.read_bytes()
    assert parses(lambda: CHANGES[change](context)) == 2
    assert config.read_bytes() != before
    assert parses(context.config) == 0


def test_a_session_that_is_made_the_default_is_written_with_one_more_parse(
    opened: Opened, config: Path
) -> None:
    ws = opened()
    assert parses(lambda: ws.use(account="ada", project="9", workspace=5, persist=True)) == 1
    assert b'account = "ada"' in config.read_bytes()


@pytest.mark.usefixtures("config")
def test_a_change_of_what_is_known_parses_the_result_alone(context: Context) -> None:
    use = Accounts(context).use
    assert parses(lambda: use("ada")) == 2
    assert parses(lambda: use("ci")) == 1
    assert parses(lambda: use("ci")) == 0, "nothing has changed"


@pytest.mark.usefixtures("config")
def test_a_text_that_somebody_else_wrote_is_parsed_and_the_same_text_again_is_not(
    context: Context, config: Path
) -> None:
    assert parses(context.config) == 1
    text = config.read_text()
    config.write_text(f"{text}\n# A comment.\n")
    assert parses(context.config) == 1
    config.touch()
    assert parses(context.config) == 0
