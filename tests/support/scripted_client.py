"""A client whose requests a function answers, and the answers to give it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from mp_core._api.client import Call, MixpanelClient
from mp_core._runtime.context import Context
from mp_core._values.session import Session
from tests.support.fake_providers import HOST, badge

CANARY = "canary  7d/2e"
PROOF = base64.b64encode(f"robot:{CANARY}".encode()).decode()
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
ME = Call("GET", "/me", {})
POST = Call("POST", "/projects/{project_id}/annotations", {}, json={"text": "x"})

Handler = Callable[[httpx.Request], httpx.Response]


@dataclass
class ScriptedClient:
    """A client whose server is a function, with what it sent, said, and how long it slept."""

    handler: Handler
    env: dict[str, str] = field(default_factory=dict)
    kind: str = "lib"
    seen: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        def handle(request: httpx.Request) -> httpx.Response:
            self.seen.append(request)
            return self.handler(request)

        transport = httpx.MockTransport(handle)
        context = Context(
            env={"HOME": "/nonexistent", **self.env},
            transport=transport,
            user_agent_kind=self.kind,
            plugins=HOST,
            tell=self.told.append,
        )
        self.inner = MixpanelClient(context, sleep=self.slept.append, clock=lambda: NOW)

    def send(self, call: Call = ME, session: Session | None = None) -> Any:
        with_project = session or session_of()
        try:
            return self.inner.send(call, with_project, origin="active: config.toml [active]")
        finally:
            self.inner.close()


def session_of(secret: str = CANARY, region: str = "us", **fields: Any) -> Session:
    account = badge(username="robot", secret=secret, region=region)
    return Session(account=account, **({"project": "42"} | fields))


def replies(*answers: httpx.Response | Exception) -> Handler:
    left: Iterator[httpx.Response | Exception] = iter(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handle


def fails(status: int, text: str = "No.", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"status": "error", "error": text}, headers=named)


OK = httpx.Response(200, json={"status": "ok"})
