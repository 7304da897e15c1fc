"""The audit log hears of every attempt to send a request once, whichever way it takes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.sandbox import Fault, Sandbox
from mp_core.workspace import Workspace
from tests.support.audit_log import EVENTS, ME, AuditLog, accounts, log, logged, used
from tests.support.sandbox_accounts import WEB

__all__ = ["accounts", "log", "logged"]


class TestEveryDoor:
    """A request is told once, whichever way it takes."""

    @pytest.fixture
    def session(self, logged: Context) -> mp.Session:
        with Workspace.within(logged) as ws:
            return ws.session

    def test_a_client_of_somebody_elses(
        self, session: mp.Session, logged: Context, log: AuditLog, sandbox: Sandbox
    ) -> None:
        auth = mp.SessionAuth(session, context=logged)
        address = f"{sandbox.url}{ME}?token=fake-secret"
        with httpx.Client(auth=auth) as client:
            client.get(address)
        asyncio.run(self.sent_by_async_client(auth, address))
        assert log.lines == [used("ci", "GET", ME, 200)] * 2
        assert [event.details["host"] for event in log.events] == ["127.0.0.1"] * 2

    async def sent_by_async_client(self, auth: httpx.Auth, address: str) -> None:
        async with httpx.AsyncClient(auth=auth) as client:
            await client.get(address)

    def test_one_of_a_bridge(
        self, accounts: Accounts, logged: Context, log: AuditLog, env: dict[str, str], home: Path
    ) -> None:
        accounts.login("me")
        accounts.export_bridge(to=home / "bridge.json", account="me")
        log.clear()
        env["MP_AUTH_FILE"] = str(home / "bridge.json")
        with Workspace.within(logged) as ws:
            ws.events(limit=1)
        assert log.lines == [used("me", "GET", EVENTS, 200)]

    def test_one_of_the_environment(
        self, logged: Context, log: AuditLog, env: dict[str, str], sandbox: Sandbox
    ) -> None:
        robot = sandbox.identities[0]
        env |= {"MP_USERNAME": robot.username or "", "MP_SECRET": robot.secret or ""}
        env |= {"MP_PROJECT_ID": WEB, "MP_REGION": "us"}
        with Workspace.within(logged) as ws:
            ws.events(limit=1)
            name = ws.account.name
        assert log.lines == [used(name, "GET", EVENTS, 200)]

    def test_the_test_of_an_account(self, accounts: Accounts, log: AuditLog) -> None:
        assert accounts.test("ci").ok
        assert log.lines == [used("ci", "GET", ME, 200)]
        assert accounts.test("ci").ok
        assert log.events[-1].owner == "ci@robots.example"


class TestNoAnswer:
    def test_why_none_arrived_stands_beside_the_missing_status(
        self, logged: Context, log: AuditLog, sandbox: Sandbox
    ) -> None:
        with Workspace.within(logged) as ws:
            sandbox.inject(Fault("disconnect", times=1))
            ws.events(limit=1)
        assert log.lines == [
            used("ci", "GET", EVENTS, "None lost"),
            used("ci", "GET", EVENTS, 200),
        ]

    def test_in_an_async_client(self, logged: Context, log: AuditLog, sandbox: Sandbox) -> None:
        with Workspace.within(logged) as ws:
            auth = mp.SessionAuth(ws.session, context=logged)
        sandbox.inject(Fault("disconnect", times=1))

        async def send() -> None:
            async with httpx.AsyncClient(auth=auth) as client:
                with pytest.raises(httpx.TransportError):
                    await client.get(f"{sandbox.url}{ME}")

        asyncio.run(send())
        assert log.lines == [used("ci", "GET", ME, "None lost")]

    def test_a_redirect_that_a_client_follows_is_told_with_what_comes_after(
        self, logged: Context, log: AuditLog, sandbox: Sandbox
    ) -> None:
        with Workspace.within(logged) as ws:
            auth = mp.SessionAuth(ws.session, context=logged)
        sandbox.inject(Fault("redirect", times=1, location=f"{sandbox.url}{ME}"))
        with httpx.Client(auth=auth, follow_redirects=True) as client:
            client.get(f"{sandbox.url}/api/app/first")
        assert log.lines == [
            used("ci", "GET", "/api/app/first", 302),
            used("ci", "GET", ME, 200),
        ]
