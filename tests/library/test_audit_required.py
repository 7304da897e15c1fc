"""An audit log that is required and fails refuses calls; what has happened by then is kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import ProviderError
from mp_core.session import DefaultSession
from mp_core.workspace import Workspace
from tests.support.audit_log import ME, NOBODY, AuditLog, log, logged, requiring
from tests.support.sandbox_accounts import Desk

__all__ = ["log", "logged"]


class TestRequired:
    """One that is required and fails withholds the answer; what has happened is kept."""

    @pytest.fixture
    def required(self, logged: Context, desk: Desk, log: AuditLog) -> Context:
        return requiring(logged, desk, log)

    def test_h100_the_answer_of_a_request_is_withheld(
        self, required: Context, log: AuditLog
    ) -> None:
        with Workspace.within(required) as ws:
            log.failure = OSError("the disk is full")
            with pytest.raises(ProviderError, match="The answer is withheld"):
                ws.events(limit=1)
            auth = mp.SessionAuth(ws.session, context=required)
            with httpx.Client(auth=auth) as client, pytest.raises(ProviderError):
                client.get(f"{required.env['MP_API_BASE_URL']}{ME}")

    def test_h100_a_refresh_is_kept_and_its_token_is_not_handed_out(
        self, required: Context, desk: Desk, log: AuditLog
    ) -> None:
        desk.lifetime = timedelta(seconds=1)
        accounts = Accounts(required, terminal=NOBODY)
        accounts.login("me")
        desk.lifetime = timedelta(hours=1)
        log.failure = OSError("the disk is full")
        with pytest.raises(ProviderError, match="The new tokens are kept"):
            accounts.token("me")
        log.failure = None
        assert accounts.token("me") == desk.issued[-1]
        assert desk.refreshes == 1

    def test_h100_a_login_is_kept(self, required: Context, log: AuditLog) -> None:
        accounts = Accounts(required, terminal=NOBODY)

        log.fails_on = "logged_in"
        with pytest.raises(ProviderError, match="The login is kept"):
            accounts.login("me")
        assert accounts.show("me").status == "ok"

    def test_h100_what_was_exported_is_deleted(
        self, required: Context, log: AuditLog, tmp_path: Path
    ) -> None:
        log.failure = OSError("the disk is full")
        with pytest.raises(ProviderError, match="deleted again"):
            Accounts(required).export_bridge(to=tmp_path / "bridge.json", account="ci")
        assert list(tmp_path.glob("bridge*")) == []

    def test_h100_a_change_stays_and_that_is_said(self, required: Context, log: AuditLog) -> None:
        log.failure = OSError("the disk is full")
        with pytest.raises(ProviderError, match="The change was made, and stays"):
            Accounts(required).use("me")
        assert DefaultSession(required).show().account == "me"
