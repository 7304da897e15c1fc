"""What Mixpanel, or something in its place, answers: read, cached, shown, and read again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
from hypothesis import strategies as st

from mp_core._api.me import Me
from mp_core.accounts import Accounts
from mp_core.errors import MpError
from mp_core.workspace import Workspace
from tests.fuzz.homes import context_in, stocked
from tests.fuzz.json_texts import KINDS, STATUSES, bodies
from tests.fuzz.mixpanel import DOORS, Answer, mixpanel, response
from tests.fuzz.program import FORMATS, check_run, mp, working_in
from tests.fuzz.target import Check, ours, target

DAYS = ("--from", "2024-01-01", "--to", "2024-01-02")
COMMANDS = [
    *[("account", "list"), ("account", "test"), ("account", "show"), ("project", "list")],
    *[("project", "show"), ("workspace", "list"), ("workspace", "show"), ("session",)],
    *[("api", "GET", "/me"), ("api", "GET", "/other"), ("inspect", "events"), ("doctor",)],
    ("query", "segmentation", "Purchase", *DAYS),
]

INPUTS = st.tuples(
    st.sampled_from(sorted(DOORS)).flatmap(
        lambda door: st.tuples(st.just(door), STATUSES, KINDS, bodies(DOORS[door]))
    ),
    st.sampled_from(COMMANDS),
    st.sampled_from(FORMATS),
)


def answered(directory: Path) -> Iterator[Check]:
    with mixpanel() as server, working_in(directory):
        env = {"HOME": str(directory / "home"), "MP_API_BASE_URL": server.url}

        def check(drawn: tuple[Answer, tuple[str, ...], str]) -> None:
            answer, words, form = drawn
            home = stocked(directory / "home")
            _check_library(home, answer)
            server.answer = answer
            command = [*words, "--format", form]
            check_run(mp(command, env), form)
            check_run(mp(command, env), form)

        yield check


def _check_library(home: Path, answer: Answer) -> None:
    context = context_in(home, lambda request: response(answer, request))
    result = Accounts(context).test("ci")
    assert result.ok == (result.error is None)
    with Workspace.within(context) as ws:
        me = ours(ws.me)
        for call in (ws.projects, ws.workspaces, ws.resolve_workspace, ws.events):
            ours(call)
        ours(lambda: ws.segmentation("Purchase", from_date="2024-01-01", to_date="2024-01-02"))
        ours(lambda: ws.request("GET", "/other"))
    if isinstance(me, Me):
        _check_cached(home, me)


def _check_cached(home: Path, me: Me) -> None:
    """Check that whatever was accepted is the same when it is read again."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nothing is to be asked")

    with Workspace.within(context_in(home, refuse)) as ws:
        again = ours(ws.me)
    assert not isinstance(again, MpError), f"what was accepted cannot be read: {again.message}"
    assert again.user == me.user
    assert again.projects.keys() == me.projects.keys()


ANSWERS = target("answers", INPUTS)(answered)
