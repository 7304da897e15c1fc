"""What a resolution takes in: identities of the environment, a configuration, a bridge."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mp_core._bridge.file import BridgeFile
from mp_core._bridge.search import FoundBridge
from mp_core._config.document import ConfigDocument
from mp_core._resolution.record import Resolution
from mp_core._resolution.resolver import Inputs, resolve
from mp_core._runtime.context import Context
from mp_core._values.headers import NO_HEADERS, Headers
from mp_core._values.selection import selected
from mp_core.errors import ConfigError, CredentialWarning
from mp_core.plugin.account import TokenPlace
from tests.support.fake_providers import CANARY, HOST, badge
from tests.support.home_files import configure

CONFIG = Path("config.toml")


SHARED = {"MP_PROJECT_ID": "9", "MP_REGION": "eu"}
BADGE = {"MP_USERNAME": "robot", "MP_SECRET": CANARY, **SHARED}
TICKET = {"MP_OAUTH_TOKEN": CANARY, **SHARED}
IDENTITY_SETS = (BADGE, TICKET)


def block(default_project: str | None = None, **fields: Any) -> dict[str, Any]:
    project = {} if default_project is None else {"default_project": default_project}
    return {"type": "badge", "region": "us", "username": "u", "secret": CANARY} | project | fields


TWO: dict[str, Any] = {
    "active": {"account": "team", "workspace": 11},
    "accounts": {"team": block("1"), "other": block("2")},
    "targets": {"ecom": {"account": "other", "project": "3", "workspace": 33}},
}


def configured(tables: Mapping[str, Any]) -> ConfigDocument:
    return ConfigDocument(CONFIG, dict(tables), HOST)


Bridge = FoundBridge | ConfigError | None


def bridge(
    name: str = "far",
    default_project: str | None = None,
    headers: Mapping[str, str] = NO_HEADERS,
    **axes: Any,
) -> FoundBridge:
    """A bridge as it is found, its account bound to a slot of its own."""
    account = badge(name, default_project=default_project).kept_at(TokenPlace("bridges/1"))
    content = BridgeFile.model_construct(
        version=2, account=account, headers=Headers(headers), **axes
    )
    return FoundBridge(Path("auth.json"), content)


def inputs(
    tables: Mapping[str, Any] = TWO,
    env: Mapping[str, str] | None = None,
    found: Bridge = None,
    **asked: Any,
) -> Inputs:
    env = env or {}
    identities = HOST.accounts_from_env(env)
    return Inputs(selected(**asked), configured(tables), env, identities, found)


def resolved(
    tables: Mapping[str, Any] = TWO,
    env: Mapping[str, str] | None = None,
    found: Bridge = None,
    **asked: Any,
) -> Resolution:
    return resolve(inputs(tables, env, found, **asked))


def triple(found: Resolution) -> tuple[str, str, int | None]:
    session = found.session
    return session.account.name, session.project_id, session.workspace_id


@contextmanager
def heard() -> Iterator[list[str]]:
    """Collect the warnings of the block as text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        texts: list[str] = []
        yield texts
    assert {warning.category for warning in caught} <= {CredentialWarning}
    texts.extend(str(warning.message) for warning in caught)


def surroundings(home: Path, tables: Mapping[str, Any], env: Mapping[str, str]) -> Context:
    """Surroundings with this configuration in this home."""
    configure(home, **tables)
    return Context(env={"HOME": str(home), **env}, plugins=HOST)
