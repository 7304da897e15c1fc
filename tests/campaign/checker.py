"""Looking after a home when a round is over: does each login still refresh, is everything there?"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import httpx

import mp_core as mp
from mp_core.errors import MpError
from tests.campaign.journal import Step
from tests.campaign.kernel import end_with_parent
from tests.campaign.verbs import SERVER, VERBS, add

PATIENCE_S = 150


class Place(NamedTuple):
    """Where a process works for the campaign itself, unharmed.

    Attributes:
        home: The home directory.
        url: The server.
        manner: How the server answers.
        certificates: A file of few certificates, which loads fast.
    """

    home: Path
    url: str
    manner: str
    certificates: Path


def looked_up(names: list[str]) -> dict[str, Any]:
    """Return which accounts and targets there are, and what becomes of a refresh of each name."""
    with httpx.Client(base_url=os.environ[SERVER], timeout=30) as server:
        logins = {name: _refreshed(name, server) for name in names}
    return {"accounts": _names(mp.accounts), "targets": _names(mp.targets), "logins": logins}


def _names(namespace: Any) -> list[str]:
    try:
        return [each.name for each in namespace.list()]
    except MpError as error:
        return [f"{error.code}: {error.message}"]


def _refreshed(name: str, server: httpx.Client) -> tuple[str, str]:
    """Return `ok` and the login, or the code of the failure and its message.

    A token that need not be refreshed yet may be of a login that has ended.
    """
    try:
        bearer = mp.accounts.token(name)
        if server.get("/check", headers={"Authorization": f"Bearer {bearer}"}).is_error:
            VERBS["call"](Step("call", name))
            bearer = mp.accounts.token(name)
    except MpError as error:
        return error.code, error.message
    return "ok", (bearer or "").split(".")[1]


def replaced(names: list[str]) -> dict[str, str]:
    """Make each of these accounts anew, with a login of its own; return the logins."""
    for name in names:
        with suppress(MpError):
            mp.accounts.remove(name, force=True)
    return {name: str(add(Step("add", name))) for name in names}


def done_in(place: Place, work: Callable[[list[str]], Any], names: list[str]) -> Any:
    """Do work in a process of its own, in a home, and return what it returns.

    Raises:
        RuntimeError: It has failed, or has taken too long.
    """
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(place, work, names, theirs))
    process.start()
    theirs.close()
    try:
        if ours.poll(PATIENCE_S):
            return ours.recv()
    except EOFError:
        pass
    finally:
        process.join(1)
        process.kill()
        process.join(30)
        ours.close()
    raise RuntimeError(f"{work.__name__} in {place.home} did not end well")


def _do(
    place: Place, work: Callable[[list[str]], Any], names: list[str], answer: Connection
) -> None:
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()
    os.environ.update(
        HOME=str(place.home),
        MP_API_BASE_URL=f"{place.url}/{place.manner}",
        SSL_CERT_FILE=str(place.certificates),
        **{SERVER: place.url},
    )
    answer.send(work(names))
