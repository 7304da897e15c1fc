"""Files that the library keeps or is handed, with any bytes in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from mp_core._bridge.search import load_bridge
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import MpError
from mp_core.workspace import Workspace
from tests.fuzz.homes import CLIENT, ME, TABLES, TOKENS, context_in, put, stocked, stored
from tests.fuzz.json_texts import bodies
from tests.fuzz.mixpanel import mixpanel
from tests.fuzz.program import FORMATS, check_run, mp, working_in
from tests.fuzz.target import Check, ours, target

_BOUND = {"config": "config.toml", "account": "me", "type": "oauth_browser", "region": "us"}
_ROBOT = TABLES["accounts"]["ci"]  # type: ignore[index]
FILES: dict[str, Any] = {
    "tokens.json": {**TOKENS, **_BOUND, "login_id": "1"},
    "client.json": {**CLIENT, **_BOUND},
    "me.json": {
        **_BOUND,
        "salt": "00",
        "fingerprint": "00",
        "fetched_at": "2024-05-06T00:00:00+00:00",
        "me": ME,
    },
    "owner.json": {
        **_BOUND,
        "user": {"id": 7, "email": "ann@acme.example"},
        "projects": {"9": "Web"},
        "salt": "00",
        "fields": "00",
        "login_id": None,
    },
    "auth.json": {
        "version": 2,
        "account": {**_ROBOT, "name": "far"},
        "project": "9",
        "workspace": 3,
        "headers": {"X-Team": "a"},
    },
    "auth.json ": {
        "version": 2,
        "account": {"type": "oauth_browser", "name": "far", "region": "us"},
        "tokens": TOKENS,
        "project": "9",
    },
}
COMMANDS = [
    *[("account", "list"), ("account", "show", "me"), ("session", "--account", "me"), ("session",)],
    *[("project", "list", "-a", "me"), ("target", "use", "shop")],
    *[
        ("doctor",),
        ("account", "test", "me"),
        ("account", "test", "--all"),
        ("session", "--bridge"),
    ],
    ("project", "use", "12", "-a", "me"),
]

INPUTS = st.tuples(
    st.sampled_from(sorted(FILES)).flatmap(
        lambda name: st.tuples(st.just(name.strip()), bodies(FILES[name]))
    ),
    st.sampled_from(COMMANDS),
    st.sampled_from(FORMATS),
)


def held(directory: Path) -> Iterator[Check]:
    home = directory / "home"

    def check(drawn: tuple[tuple[str, bytes], tuple[str, ...], str]) -> None:
        (name, data), words, form = drawn
        stocked(home)
        path = _placed(home, name, data)
        context = context_in(home)
        for call in _readers(context, path):
            ours(call)
        if name != "me.json":
            assert path.read_bytes() == data, "a file that cannot be read is not left alone"
        kept = stored(home, "tokens.json").read_bytes()
        check_run(mp([*words, "--format", form], {"HOME": str(home), **around}), form)
        if name not in ("owner.json", "me.json"):
            assert path.read_bytes() == data
        assert stored(home, "tokens.json").read_bytes() == kept

    with mixpanel() as server, working_in(directory):
        around = {"MP_API_BASE_URL": server.url}
        yield check


def _placed(home: Path, name: str, data: bytes) -> Path:
    if name != "auth.json":
        return put(home, name, data)
    path = home / ".claude" / "mixpanel" / name
    path.parent.mkdir(mode=0o700, parents=True)
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def _readers(context: Context, path: Path) -> list[Callable[[], object]]:
    accounts = Accounts(context)

    def opened() -> None:
        with Workspace.within(context) as ws:
            ws.explain()

    def switched() -> object:
        with Workspace.within(context) as ws:
            return ws.use(account="me")

    def loaded() -> MpError | object:
        return load_bridge(path)

    listed: list[Callable[[], object]] = [accounts.list, accounts.show]
    return [
        *listed,
        lambda: accounts.show("me"),
        lambda: accounts.token("me"),
        opened,
        switched,
        loaded,
    ]


STORED_FILES = target("stored-files", INPUTS)(held)
