"""Accounts of the people whom the sandbox knows, and the surroundings and workspaces they use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from pydantic import SecretStr

from mp_core._runtime.context import Context
from mp_core._values.selection import selected
from mp_core._values.session import Session
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.login import LoginFlow
from mp_core.plugin.tokens import OAuthClientInfo, OAuthTokens
from mp_core.sandbox import Sandbox, SandboxIdentity
from mp_core.workspace import Workspace
from tests.support import fake_providers
from tests.support.fake_providers import Badge, Passes, Ticket
from tests.support.home_files import configure

WEB, APP, TEN, NINE, FOX, LONG = "3018488", "3018489", "10", "9", "77", "400"
"""The projects of the sandbox; ci has the first three, ada all but APP and LONG."""


@dataclass(eq=False)
class Desk(Passes):
    """The provider of passes, and the counter that issues them.

    Attributes:
        sandbox: The Mixpanel that honours them.
        person: Who approves the next login.
        during: What happens while the person approves; it may refuse, by raising.
        on_revoke: What happens while a pass is given back.
        lifetime: How long a pass is valid.
        revoked: The access tokens that were given back.
        issued: All access tokens.
        refreshes: How many passes were renewed.
        commands: What started each login.
    """

    sandbox: Sandbox
    person: SandboxIdentity
    during: Callable[[LoginFlow], None] = lambda flow: None
    on_revoke: Callable[[OAuthTokens], None] = lambda tokens: None
    lifetime: timedelta = timedelta(hours=1)
    can_revoke: bool = True
    revoked: list[str] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    refreshes: int = 0
    commands: list[str] = field(default_factory=list)

    @hookimpl
    def mp_login(self, account: Account, flow: LoginFlow) -> OAuthTokens:
        self.commands.append(flow.command)
        flow.registrations.save(client_of(account))
        flow.say(f"To log in, open: {flow.http.base_url}")
        self.during(flow)
        return self.issue()

    @hookimpl
    def mp_refresh_tokens(self) -> OAuthTokens:
        self.refreshes += 1
        return self.issue()

    @hookimpl
    def mp_revoke_tokens(self, tokens: OAuthTokens) -> bool:
        self.revoked.append(tokens.access_token.get_secret_value())
        self.on_revoke(tokens)
        return self.can_revoke

    def issue(self) -> OAuthTokens:
        token = self.sandbox.issue_token(self.person, self.lifetime.total_seconds())
        self.issued.append(token)
        return OAuthTokens(
            access_token=SecretStr(token),
            refresh_token=SecretStr(f"fake-refresh-of-{self.person.name}"),
            expires_at=datetime.now(UTC) + self.lifetime,
            client_id="fake-client",
        )


def client_of(account: Account) -> OAuthClientInfo:
    return OAuthClientInfo(
        client_id="fake-client",
        region=account.region,
        redirect_uri="http://localhost:19284/callback",
        scope="events",
        created_at=datetime(2024, 5, 6, tzinfo=UTC),
    )


@pytest.fixture
def env(home: Path, sandbox: Sandbox) -> dict[str, str]:
    """The environment, which a test may change."""
    return {"HOME": str(home), "MP_API_BASE_URL": sandbox.url}


@pytest.fixture
def desk(sandbox: Sandbox) -> Desk:
    """The counter, where ada stands first."""
    return Desk(sandbox, sandbox.identities[1])


@pytest.fixture
def context(env: dict[str, str], desk: Desk) -> Context:
    """Surroundings with three account types, none of which is installed."""
    plugins = fake_providers.host_of(badge=Badge(), ticket=Ticket(), **{"pass": desk})
    return Context(env=env, plugins=plugins)


def badge_of(who: SandboxIdentity, project: str | None = None) -> dict[str, str]:
    """The block of an account with somebody's name and secret."""
    block = {"type": "badge", "region": "us", "username": who.username, "secret": who.secret}
    return block if project is None else block | {"default_project": project}


def as_identity(env: dict[str, str], who: SandboxIdentity, project: str) -> None:
    """Put an identity into the environment."""
    env |= {"MP_USERNAME": who.username, "MP_SECRET": who.secret}
    env |= {"MP_PROJECT_ID": project, "MP_REGION": "us"}


@pytest.fixture
def config(home: Path, sandbox: Sandbox) -> Path:
    """Accounts of two identities, one that lacks its token, one without a project, and targets."""
    ci, ada, grace = sandbox.identities
    lost = {"type": "ticket", "region": "us", "default_project": WEB, "token_env": "NOT_SET"}
    return configure(
        home,
        active={"account": "ci", "workspace": 3448413},
        accounts={
            "ci": badge_of(ci, WEB),
            "ada": badge_of(ada, FOX),
            "bare": badge_of(grace),
            "lost": lost,
        },
        targets={
            "shop": {"account": "ada", "project": WEB, "workspace": 3448414},
            "ten": {"account": "ci", "project": TEN},
            "gone": {"account": "lost", "project": WEB},
        },
    )


class Opened(Protocol):
    """Opens workspaces, which are closed when the test ends."""

    def __call__(self, *, session: Session | None = None, **asked: Any) -> Workspace: ...


@pytest.fixture
def opened(context: Context) -> Iterator[Opened]:
    with ExitStack() as stack:

        def open_(*, session: Session | None = None, **asked: Any) -> Workspace:
            found = Workspace.within(context, selected(**asked), session=session)
            return stack.enter_context(found)

        yield open_


@pytest.fixture
def ws(config: Path, opened: Opened) -> Workspace:
    """A workspace with the account, project and workspace that the configuration makes default."""
    return opened()


def triple(ws: Workspace) -> tuple[str, str, int | None]:
    """The account, project and workspace in force, as the workspace itself tells them."""
    return ws.account.name, ws.project.id, ws.workspace.id if ws.workspace else None
