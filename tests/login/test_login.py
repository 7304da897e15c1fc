"""`accounts.login`: what it leaves behind, whom it tells, and which project it takes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mp_core._login.login import LOGIN_TIMEOUT_S
from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core._values.user import MeUserInfo
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError
from mp_core.plugin.login import LoginFlow
from mp_core.sandbox import Sandbox
from mp_core.workspace import Workspace
from tests.support import fake_providers
from tests.support.home_files import configure, tables_in, tree
from tests.support.sandbox_accounts import FOX, NINE, TEN, WEB, Desk, badge_of

PASS: dict[str, Any] = {"type": "pass", "region": "us"}


@dataclass
class Person:
    """Somebody at a terminal, or beside it when there are no answers."""

    answers: list[str] | None = None
    said: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)

    @property
    def terminal(self) -> Terminal:
        ask = None if self.answers is None else self._ask
        return Terminal(say=self.said.append, ask=ask, browse=self._browse)

    def _ask(self, question: str) -> str:
        self.questions.append(question)
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    def _browse(self, url: str) -> bool:
        self.visited.append(url)
        return False


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def accounts(context: Context, home: Path, person: Person) -> Accounts:
    configure(home, active={"account": "me"}, accounts={"me": PASS})
    return Accounts(context, terminal=person.terminal)


def default_project(home: Path) -> str | None:
    found: str | None = tables_in(home / ".mp/config.toml")["accounts"]["me"].get("default_project")
    return found


def test_it_leaves_tokens_registration_answer_and_project(
    accounts: Accounts, home: Path, sandbox: Sandbox, context: Context
) -> None:
    result = accounts.login("me")
    directory = home / ".mp/accounts/me"
    assert result.account_name == "me"
    assert result.user == MeUserInfo(id=502, email="ada@people.example")
    assert result.tokens_path == directory / "tokens.json"
    assert result.client_path == directory / "client.json"
    assert {p.stat().st_mode & 0o777 for p in directory.glob("*.json")} == {0o600}
    assert accounts.show("me").status == "ok"
    assert default_project(home) == NINE
    with Workspace.within(context) as ws:
        assert ws.me().user_id == 502
        ws.events(limit=1)
    assert [r.path for r in sandbox.requests].count("/api/app/me") == 1
    assert sandbox.requests[-1].identity_name == "ada"


def test_the_tokens_expire_when_the_result_says(accounts: Accounts, home: Path) -> None:
    result = accounts.login("me")
    record = json.loads((home / ".mp/accounts/me/tokens.json").read_text())
    assert result.expires_at.isoformat() == record["expires_at"].replace("Z", "+00:00")
    assert result.expires_at.tzinfo is not None


def test_h18_the_tokens_are_bound_to_account_type_region_and_client(
    accounts: Accounts, home: Path
) -> None:
    accounts.login("me")
    record = json.loads((home / ".mp/accounts/me/tokens.json").read_text())
    bound = {key: record[key] for key in ("account", "type", "region", "client_id")}
    assert bound == {"account": "me", "type": "pass", "region": "us", "client_id": "fake-client"}


def test_a_type_without_login_says_where_its_credential_is(
    context: Context, home: Path, sandbox: Sandbox, person: Person
) -> None:
    configure(home, accounts={"team": badge_of(sandbox.identities[0], WEB)})
    before = tree(home)
    with pytest.raises(ConfigError, match="has no login") as caught:
        Accounts(context, terminal=person.terminal).login("team")
    assert caught.value.code == "NO_LOGIN"
    assert "mp account update team --secret-stdin" in str(caught.value.hint)
    assert tree(home) == before


@pytest.mark.parametrize("opens", [True, False])
def test_h31_the_provider_gets_a_browser_only_if_the_person_wants_one(
    accounts: Accounts, desk: Desk, person: Person, opens: bool
) -> None:
    def browse(flow: LoginFlow) -> None:
        assert (flow.browse is not None) is opens
        assert not (flow.browse and flow.browse("https://login.example/"))

    desk.during = browse
    accounts.login("me", open_browser=opens)
    assert person.visited == (["https://login.example/"] if opens else [])
    assert person.said[0].startswith("To log in, open: http://127.0.0.1")


@pytest.mark.parametrize("answers", [None, ["y", ""]])
def test_h44_the_provider_can_ask_only_where_somebody_answers(
    accounts: Accounts, context: Context, desk: Desk, answers: list[str] | None
) -> None:
    def ask(flow: LoginFlow) -> None:
        assert (flow.ask("Sure?") if flow.ask else None) == ("y" if answers else None)
        assert LOGIN_TIMEOUT_S - 30 < flow.remaining_s() <= LOGIN_TIMEOUT_S

    desk.during = ask
    Accounts(context, terminal=Person(answers).terminal).login("me")


def test_a_registration_that_is_there_is_offered_to_the_provider(
    accounts: Accounts, desk: Desk
) -> None:
    seen = []
    desk.during = lambda flow: seen.append(flow.registrations.load())
    for _ in range(2):
        accounts.login("me")
    assert seen[0] == seen[1] is not None


class TestDefaultProject:
    """H36: chosen by numeric order, or by the person."""

    @pytest.mark.parametrize(
        ("answers", "project"),
        [([FOX], FOX), ([""], NINE), ([], NINE), (["nonsense", TEN], TEN)],
        ids=str,
    )
    def test_h36_a_person_at_a_terminal_chooses_among_several(
        self, accounts: Accounts, context: Context, home: Path, answers: list[str], project: str
    ) -> None:
        person = Person(list(answers))
        Accounts(context, terminal=person.terminal).login("me")
        assert default_project(home) == project
        assert person.questions
        assert any("🦊 Fox Den" in line for line in person.said)

    def test_h36_without_one_the_first_by_number_is_taken_and_said(
        self, accounts: Accounts, home: Path, person: Person
    ) -> None:
        accounts.login("me")
        assert default_project(home) == NINE
        assert any(f"default project is {NINE}" in line for line in person.said)

    def test_one_that_is_set_already_stays_without_a_question(
        self, accounts: Accounts, context: Context, home: Path
    ) -> None:
        accounts.update("me", default_project=WEB)
        person = Person([FOX])
        Accounts(context, terminal=person.terminal).login("me")
        assert (default_project(home), person.questions) == (WEB, [])

    @pytest.mark.parametrize("count", [0, 1])
    def test_the_only_one_is_taken_and_none_is_none(
        self, home: Path, count: int, env: dict[str, str]
    ) -> None:
        with Sandbox() as usual:
            ci = usual.identities[0]
        lone = replace(ci, projects=ci.projects[:count])
        with Sandbox(identities=[lone]) as sandbox:
            env["MP_API_BASE_URL"] = sandbox.url
            configure(home, accounts={"me": PASS})
            plugins = fake_providers.host_of(**{"pass": Desk(sandbox, lone)})
            context, person = Context(env=env, plugins=plugins), Person([FOX])
            Accounts(context, terminal=person.terminal).login("me")
        assert default_project(home) == (WEB if count else None)
        assert person.questions == []

    def test_one_that_cannot_be_written_is_said_and_the_login_holds(
        self, accounts: Accounts, home: Path, person: Person
    ) -> None:
        (home / ".mp/config.toml.lock").mkdir()
        assert accounts.login("me").user
        assert accounts.show("me").status == "ok"
        assert any(f"Project {NINE} could not be made the default" in line for line in person.said)
