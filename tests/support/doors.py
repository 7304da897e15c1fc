"""The ways in which a program gets the header of a session, and a server that sees one."""

from __future__ import annotations

from typing import ClassVar

import mp_core as mp
from mp_core.auth_types import OnDiskTokenResolver
from tests.support.loopback_server import SilentHandler


class Doorkeeper(SilentHandler):
    """Lets everybody in, and remembers the header that each came with."""

    seen: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.seen.append(self.headers["Authorization"])
        self.reply(200, {})


def headers(session: mp.Session) -> set[str]:
    """Get the header of a session at every door; the last one is a server's.

    Module-level, so that another process can be told to do it.
    """
    with mp.Workspace(session=session) as ws:
        ws.request("GET", "/door")
    return {
        session.auth_header(token_resolver=OnDiskTokenResolver()),
        session.account.auth_header(token_resolver=OnDiskTokenResolver()),
        mp.SessionAuth(session).header(),
    }
