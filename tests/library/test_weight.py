"""What keeps start-up short and switches cheap: what is not loaded, not read and not sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core.workspace import Workspace
from tests.support.audit_events import watched
from tests.support.installed_accounts import loaded_by
from tests.support.rotating_provider import FRESH, PASS, Server, process
from tests.support.sandbox_accounts import APP, Opened

MODELS = {"pydantic", "pydantic_core"}
PLUGINS = {"pluggy", "importlib_metadata"}
NETWORK = {"httpx", "httpcore", "anyio", "ssl"}
DRAWING = {"wcwidth"}
FAILING = {"difflib", "traceback"}
CHANGING = {
    "filelock",
    "tomli_w",
    "mp_core._config.toml_edit",
    "mp_core._login.login",
    "mp_core._bridge.export",
}

COUNTED = """
import importlib_metadata
finder = importlib_metadata.MetadataPathFinder
scans, scan = [], finder().find_distributions
finder.find_distributions = lambda self, context: (scans.append(type(context)), scan(context))[1]
from mp_core.cli.run import run
assert run(sys.argv[1:]) == 0
ours = importlib_metadata.DistributionFinder.Context  # Others scan for themselves.
assert scans.count(ours) == 1, scans
"""


class TestStartUp:
    def test_the_package_loads_none_of_its_parts_and_nothing_that_is_slow_to_load(self) -> None:
        loaded = loaded_by(work="import mp_core")
        assert {name for name in loaded if name.startswith("mp_core")} == {
            "mp_core",
            "mp_core._ending",
            "mp_core._version",
        }
        assert not loaded & {"typing", "re", "dataclasses", "pathlib"}

    @pytest.mark.parametrize("option", ["--version", "--help"])
    def test_h52_what_needs_no_identity_loads_neither_models_nor_plugins(self, option: str) -> None:
        heavy = MODELS | PLUGINS | NETWORK | DRAWING | FAILING | CHANGING
        assert not loaded_by(option) & heavy

    @pytest.mark.providers
    @pytest.mark.usefixtures("two_accounts")
    @pytest.mark.parametrize(
        "words", ["session", "session --explain", "account list", "account token me"]
    )
    def test_what_sends_and_changes_nothing_loads_nothing_for_that(self, words: str) -> None:
        loaded = loaded_by(*words.split())
        assert not loaded & (NETWORK | DRAWING | FAILING | CHANGING)
        assert "mp_core._api.me" not in loaded, "the classes of an answer that nobody has asked for"

    @pytest.mark.providers
    @pytest.mark.usefixtures("two_accounts")
    @pytest.mark.parametrize("words", ["session", "account list", "plugins list"])
    def test_h52_a_command_scans_the_installed_distributions_once(self, words: str) -> None:
        loaded_by(*words.split(), work=COUNTED)


@pytest.mark.usefixtures("config")
class TestWarm:
    """Files are asked for their status, and read again only when that has changed."""

    def test_another_workspace_opens_no_file(self, opened: Opened) -> None:
        opened()
        with watched() as seen:
            opened()
        assert seen == []

    @pytest.mark.parametrize(
        "axes",
        [{"project": APP}, {"workspace": 3448414}, {"account": "ada"}, {"target": "ten"}],
        ids="".join,
    )
    def test_a_switch_there_and_back_opens_no_file(self, ws: Workspace, axes: Any) -> None:
        ws.use(**axes).use(account="ci")
        with watched() as seen:
            ws.use(**axes).use(account="ci")
        assert seen == []

    def test_a_fresh_token_is_found_without_opening_a_file(self, tmp_path: Path) -> None:
        process(tmp_path, Server()).store(PASS, FRESH)
        vault = process(tmp_path, Server())
        with watched() as first:
            vault.access_token(PASS)
        with watched() as second:
            vault.access_token(PASS)
        assert first != second == []
