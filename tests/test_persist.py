"""Making a session the default: all of it in one write, or nothing."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import pytest
import tomli_w
from pydantic import SecretStr

from mp_core.account_model import Account
from mp_core.context import Context
from mp_core.errors import ConfigError
from mp_core.hookspecs import PROVIDERS, hookimpl
from mp_core.installation import Installed
from mp_core.models import Session, WorkspaceRef
from mp_core.persist import persist_session
from mp_core.registry import Registry

HEAD = "# Ours\n[settings] # kept\nunknown = 1\n\n"
TABLES: dict[str, Any] = {
    "active": {"account": "one", "workspace": 5},
    "accounts": {
        "one": {"type": "badge", "region": "us", "default_project": "1", "secret": "s1"},
        "two": {"type": "badge", "region": "eu", "secret": "s2"},
    },
}


class BadgeAccount(Account):
    type: Literal["badge"] = "badge"
    secret: SecretStr

    def is_long_lived(self) -> bool:
        return True


class Badge:
    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return BadgeAccount

    @hookimpl
    def mp_auth_header(self) -> str:
        return "Badge x"

    def load(self) -> Badge:
        return self


def badge_registry() -> Registry:
    badge = Installed("badge", PROVIDERS, "mp-badge", "1.0", cast(Any, Badge()))
    return Registry({}, scan=lambda: {(PROVIDERS, "badge"): (badge,)})


@dataclass(frozen=True)
class Surroundings(Context):
    plugins: Registry = field(default_factory=badge_registry)

    @property
    def registry(self) -> Registry:
        return self.plugins


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(HEAD + tomli_w.dumps(TABLES))
    path.chmod(0o600)
    return path


@pytest.fixture
def context(config: Path) -> Context:
    return Surroundings(env={"MP_CONFIG_PATH": str(config), "HOME": str(config.parent)})


def session(account: str, secret: str, workspace: int | None = None, **fields: Any) -> Session:
    pin = WorkspaceRef(id=workspace, project_id="7") if workspace else None
    who = BadgeAccount(name=account, secret=SecretStr(secret), **{"region": "eu", **fields})
    return Session(account=who, project="7", workspace=pin)


def test_account_workspace_and_project_are_written_together(context: Context, config: Path) -> None:
    persist_session(context, session("two", "s2", 8))
    written = tomllib.loads(config.read_text())
    assert written["active"] == {"account": "two", "workspace": 8}
    assert written["accounts"]["two"]["default_project"] == "7"
    assert written["accounts"]["one"] == TABLES["accounts"]["one"]
    assert config.read_text().startswith(HEAD)


def test_h10_a_session_without_workspace_clears_the_pin(context: Context, config: Path) -> None:
    persist_session(context, session("one", "s1", region="us", default_project="1"))
    written = tomllib.loads(config.read_text())
    assert written["active"] == {"account": "one"}
    assert written["accounts"]["one"]["default_project"] == "7"


@pytest.mark.parametrize(
    "foreign",
    [
        session("env", "s2"),
        session("two", "another"),
        session("two", "s2", region="us"),
    ],
    ids=["not configured", "another secret", "another region"],
)
def test_an_account_that_is_not_the_configured_one_is_refused_before_anything_changes(
    context: Context, config: Path, foreign: Session
) -> None:
    before = config.read_bytes()
    with pytest.raises(ConfigError, match="is not the one in the configuration") as caught:
        persist_session(context, foreign)
    assert caught.value.code == "NOT_CONFIGURED"
    assert "mp account add" in str(caught.value.hint)
    assert config.read_bytes() == before
