"""Checks of the bridge: what is exported is what the other side reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mp_core import _env as variables
from mp_core._bridge.export import export_bridge
from mp_core._bridge.search import find_bridge
from mp_core._runtime.context import Context
from mp_core._values.selection import NOTHING
from mp_core.errors import ConfigError, MpError
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.testing.proof import is_same_proof, proof_of
from mp_core.testing.subject import Subject


class BridgeChecks(Subject):
    """A bridge carries the account whole: the other side sends the same header."""

    @pytest.fixture
    def bridge(self, account: Account, ready: Context, host: Host, tmp_path: Path) -> Path:
        """A bridge with the account, for a type that lets itself be carried."""
        try:
            host.validate(account, "bridge")
        except ConfigError as error:
            pytest.skip(f"the type does not let itself be carried: {error}")
        try:
            return _exported(ready, account, tmp_path / "bridge.json")
        except MpError as error:
            pytest.fail(f"The fixture `account` cannot be exported: {error} {error.hint or ''}")

    def test_an_account_that_may_not_be_carried_is_not(
        self, account: Account, ready: Context, host: Host, tmp_path: Path
    ) -> None:
        try:
            host.validate(account, "bridge")
        except ConfigError:
            with pytest.raises(ConfigError):
                _exported(ready, account, tmp_path / "bridge.json")
            assert not (tmp_path / "bridge.json").exists()

    def test_the_other_side_sends_the_same_header(
        self, account: Account, ready: Context, bridge: Path, tmp_path: Path
    ) -> None:
        other = self._other_side(bridge, tmp_path)
        carried = _carried(other)
        mine, again = proof_of(ready, account), proof_of(ready, account)
        assert is_same_proof(mine, again, proof_of(other, carried)), (
            "An account that was carried sends another header: mp_export_bridge must return every"
            " field and token that the header is made of, and nothing that only this machine has."
        )

    def test_the_other_side_exports_what_it_was_given(self, bridge: Path, tmp_path: Path) -> None:
        other = self._other_side(bridge, tmp_path)
        again = _exported(other, _carried(other), tmp_path / "again.json")
        assert _content(again) == _content(bridge), (
            "What mp_export_bridge returns is not what a bridge with it reads back to."
        )

    def test_a_bridge_needs_nothing_but_itself(self, bridge: Path, tmp_path: Path) -> None:
        """The far side has no variable, no configuration and no tokens of this one."""
        other = self._other_side(bridge, tmp_path)
        assert proof_of(other, _carried(other))

    def _other_side(self, bridge: Path, tmp_path: Path) -> Context:
        env = {"HOME": str(tmp_path / "elsewhere"), variables.AUTH_FILE: str(bridge)}
        return Context(env=env, transport=self.process().transport)


def _exported(context: Context, account: Account, to: Path) -> Path:
    return export_bridge(context, account, to, NOTHING, with_refresh_token=True)


def _carried(context: Context) -> Account:
    found = find_bridge(context)
    assert found is not None
    return found.content.account


def _content(bridge: Path) -> Any:
    return json.loads(bridge.read_text())
