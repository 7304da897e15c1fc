"""Every variable that is read, with any text that an operating system can hold."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from hypothesis import strategies as st

from mp_core import _env
from mp_core._bridge.search import find_bridge
from mp_core.accounts import Accounts
from mp_core.workspace import Workspace
from tests.fuzz.homes import answers_me, context_in, stocked
from tests.fuzz.mixpanel import mixpanel
from tests.fuzz.program import FORMATS, check_run, mp, working_in
from tests.fuzz.target import CANARY, Check, ours, target
from tests.fuzz.texts import mostly, os_texts

SANE = {
    "MP_USERNAME": ["robot"],
    "MP_SECRET": [CANARY],
    "MP_OAUTH_TOKEN": [CANARY],
    "MP_PROJECT_ID": ["9", "10"],
    "MP_WORKSPACE_ID": ["3"],
    "MP_REGION": ["us", "eu"],
    "MP_IGNORE_ENV": ["0", "1"],
    "MP_CONFIG_PATH": ["~/.mp/config.toml"],
    "MP_STORAGE_DIR": ["~/.mp", "nowhere"],
    "MP_AUTH_FILE": ["nowhere.json"],
    "MP_PLUGINS": ["service_account,oauth_token", ""],
    "MP_ACCOUNT": ["held", "me"],
    "MP_TARGET": ["shop"],
}
ODD_ONLY = [*sorted({*_env.EFFECTS} - {*SANE} - {"MP_API_BASE_URL"}), "HOME", "NO_COLOR", "TERM"]
SECRET = ("MP_SECRET", "MP_OAUTH_TOKEN")
COMMANDS = [
    *[
        ("session",),
        ("session", "--explain"),
        ("account", "list"),
        ("account", "test"),
        ("doctor",),
    ],
    *[("project", "list"), ("help", "environment"), ("plugins", "list"), ("project", "use", "9")],
]


def _values(name: str) -> st.SearchStrategy[str]:
    odd = os_texts if name not in SECRET else os_texts.map(lambda text: text + CANARY + text)
    return mostly(st.sampled_from(SANE[name]), odd) if name in SANE else odd


ONE_IDENTITY = ("MP_USERNAME", "MP_SECRET", "MP_PROJECT_ID", "MP_REGION")
INPUTS = st.tuples(
    st.fixed_dictionaries({}, optional={name: _values(name) for name in [*SANE, *ODD_ONLY]})
    | st.fixed_dictionaries({name: _values(name) for name in ONE_IDENTITY}),
    st.sampled_from(COMMANDS),
    st.sampled_from(FORMATS),
)


def read(directory: Path) -> Iterator[Check]:
    home = directory / "home"

    def check(drawn: tuple[dict[str, str], tuple[str, ...], str]) -> None:
        variables, words, form = drawn
        stocked(home)
        sent: list[httpx.Request] = []

        def handle(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return answers_me(request)

        context = context_in(home, handle, **variables)
        for call in _readers(context):
            ours(call)
        for request in sent:
            _check_header(request.headers["Authorization"])
        env = {"HOME": str(home), "MP_API_BASE_URL": server.url, **variables}
        check_run(mp([*words, "--format", form], env), form)

    with mixpanel() as server, working_in(directory):
        yield check


def _readers(context: Any) -> list[Callable[[], object]]:
    def used() -> None:
        with Workspace.within(context) as ws:
            assert CANARY not in f"{ws!r} {ws.explain()!r}"
            ws.me()

    return [used, Accounts(context).list, Accounts(context).show, lambda: find_bridge(context)]


def _check_header(header: str) -> None:
    """Check that nothing in a credential could end the header, or be cut by a reader."""
    scheme, _, value = header.partition(" ")
    text = value
    if scheme == "Basic":
        try:
            text = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise AssertionError("no text is sent as a credential") from error
    assert not re.search(r"[\x00-\x1f\x7f]", text), "a control character is part of a credential"


VARIABLES = target("variables", INPUTS)(read)
