"""What a new process does with an extension: told on its input, answered on its output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from mp_core._runtime.context import Context
from mp_core.plugin.audit import EVENT_KINDS
from mp_core.plugin.hooks import EXTENSIONS
from mp_core.plugin.tokens import OAuthTokens
from mp_core.testing.extensions.events import event, record
from mp_core.testing.extensions.placement import Placement
from mp_core.testing.extensions.samples import SampleAccount


def work() -> None:
    """Load the extension, say so, and do the job when told to go on."""
    told = json.loads(sys.stdin.readline())
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What the extension prints is no answer.
    placement = Placement.made_of(told["recipe"])
    context = placement.process()
    plugin = context.host.loader.plugin(EXTENSIONS, placement.name)
    print(file=answers, flush=True)
    sys.stdin.readline()
    result = _JOBS[told["job"]](context, plugin, **told["arguments"])
    print(json.dumps(result), file=answers, flush=True)


def find(context: Context, _: object, account: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the tokens that are stored for an account."""
    tokens = context.vault.peek(SampleAccount.model_validate(account))
    return None if tokens is None else tokens.reveal()


def drop(context: Context, _: object, account: Mapping[str, str]) -> bool:
    """Delete the tokens of an account, and return whether there were any."""
    return context.vault.discard(SampleAccount.model_validate(account))


def keep(
    context: Context, _: object, account: Mapping[str, str], versions: list[Mapping[str, Any]]
) -> list[int]:
    """Store tokens one after the other; return the numbers of those that did not come back."""
    mine, lost = SampleAccount.model_validate(account), []
    for number, version in enumerate(versions):
        tokens = OAuthTokens.model_validate(version)
        context.vault.store(mine, tokens)
        if context.vault.slot(mine).load() != tokens:
            lost.append(number)
    return lost


def log(_: Context, plugin: object, rounds: int) -> None:
    """Tell of events of every kind."""
    for kind in EVENT_KINDS * rounds:
        record(plugin, event(kind))


_JOBS: Final[Mapping[str, Callable[..., Any]]] = {
    "drop": drop,
    "find": find,
    "keep": keep,
    "log": log,
}
