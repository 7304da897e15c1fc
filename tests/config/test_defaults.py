"""Making a session or a target the default: all of it in one write, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core._config.edit import persist_session, persist_target
from mp_core._runtime.context import Context
from mp_core._values.session import Session, WorkspaceRef
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account, TokenPlace
from tests.support.fake_providers import BadgeAccount
from tests.support.home_files import tables_in
from tests.support.sandbox_accounts import NINE, TEN, WEB


def session_of(account: Account, workspace: int | None = None) -> Session:
    pin = WorkspaceRef(id=workspace, project_id=NINE) if workspace else None
    return Session(account=account, project=NINE, workspace=pin)


def persist(context: Context, session: Session) -> None:
    with context.transaction() as edit:
        persist_session(edit, session)


def test_account_workspace_and_project_are_written_together(context: Context, config: Path) -> None:
    before = tables_in(config)
    persist(context, session_of(context.config().account("ada"), 92))
    before["active"] = {"account": "ada", "workspace": 92}
    before["accounts"]["ada"]["default_project"] = NINE
    assert tables_in(config) == before


def test_h10_a_session_without_workspace_clears_the_pin(context: Context, config: Path) -> None:
    persist(context, session_of(context.config().account("ci")))
    assert tables_in(config)["active"] == {"account": "ci"}


def test_a_target_is_written_together_and_returned(context: Context, config: Path) -> None:
    with context.transaction() as edit:
        assert persist_target(edit, "ten").project == TEN
    assert tables_in(config)["active"] == {"account": "ci"}
    assert tables_in(config)["accounts"]["ci"]["default_project"] == TEN


@pytest.mark.parametrize(
    ("change", "slot"),
    [
        ({"name": "env"}, None),
        ({"secret": "fake-secret-other"}, None),
        ({"region": "eu"}, None),
        ({}, TokenPlace("bridges/1")),
    ],
    ids=str,
)
def test_an_account_that_is_not_the_configured_one_is_refused_before_anything_changes(
    context: Context, config: Path, change: dict[str, Any], slot: TokenPlace | None
) -> None:
    known = context.config().account("ada")
    foreign = BadgeAccount.model_validate({**dict(known), **change})
    foreign = foreign.kept_at(slot) if slot else foreign
    before = config.read_bytes()
    with pytest.raises(ConfigError, match="is not the one in the configuration") as caught:
        persist(context, session_of(foreign))
    assert caught.value.code == "NOT_CONFIGURED"
    assert "mp account add" in str(caught.value.hint)
    assert config.read_bytes() == before


def test_the_default_project_of_the_account_may_differ(context: Context, config: Path) -> None:
    known = context.config().account("ada")
    assert known.default_project not in (WEB, None)
    moved = BadgeAccount.model_validate({**dict(known), "default_project": WEB})
    persist(context, session_of(moved))
    assert tables_in(config)["active"] == {"account": "ada"}
