"""What a fuzz target is: inputs at random, and a check that none of them may fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hypothesis.strategies import SearchStrategy

from mp_core.errors import MpError, ProviderFailedError

CANARY = "canary7d2e"
"""Part of every secret here; no error may repeat it."""

Check = Callable[[Any], None]
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Target:
    """One door through which text of others comes in.

    Attributes:
        name: What it is called on the command line.
        inputs: What comes in; plain literals alone, so that each can be typed again.
        open: Gets an empty directory, makes the surroundings of the checks, and yields what checks
            one input: it raises for a fault, whatever it raises.
    """

    name: str
    inputs: SearchStrategy[Any]
    open: Callable[[Path], AbstractContextManager[Check]]


def target(name: str, inputs: SearchStrategy[Any]) -> Callable[..., Target]:
    """Make a target of the generator of its check."""

    def made(surroundings: Callable[[Path], Iterator[Check]]) -> Target:
        return Target(name, inputs, contextmanager(surroundings))

    return made


def ours(call: Callable[[], _Result]) -> _Result | MpError:
    """Return what a call returns, or the error of ours that it raises; others come out."""
    try:
        return call()
    except MpError as error:
        check_told(error)
        return error


def check_told(error: MpError) -> None:
    """Check that an error says something, repeats no secret, and hides no defect of ours.

    All plugins here are our own; what they may refuse is a token that no header can carry.
    """
    told = f"{error.message} {error.hint} {error.code} {error.details!r}"
    assert error.message.strip()
    assert error.code
    is_blamed = isinstance(error, ProviderFailedError)
    assert not is_blamed or "mp_auth_header" in told, told
    assert CANARY not in told, f"a secret is repeated: {told}"
