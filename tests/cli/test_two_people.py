"""A credential that is given for somebody else's account: refused, and what the hint says works."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from mp_core.sandbox import Sandbox
from tests.support.home_files import tables_in, tree
from tests.support.shell import Outcome, Shell

pytestmark = pytest.mark.providers

CI, ADA, GRACE = (f"{who}.example" for who in ("ci@robots", "ada@people", "grace@people"))


@dataclass(frozen=True)
class Way:
    """A way to give a credential, each `{…}` being a part of it.

    Attributes:
        words: The command.
        stdin: What comes on stdin.
        env: What the environment holds.
    """

    words: str
    stdin: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)

    def go(self, shell: Shell, values: Mapping[str, str], words: str | None = None) -> Outcome:
        """Run the command, or another one that gives the credential as this one does."""
        spoken = shlex.split((words or self.words).format(**values))
        env = {name: value.format(**values) for name, value in self.env.items()}
        stdin = None if self.stdin is None else self.stdin.format(**values)
        return shell.mp("-f", "json", *spoken, stdin=stdin, **env)


ROBOTS = [
    Way("login ci --username {username} --secret-stdin", stdin="{secret}"),
    Way("login ci --username {username} --project 9", env={"MP_SECRET": "{secret}"}),
    Way("login ci", env={"MP_USERNAME": "{username}", "MP_SECRET": "{secret}"}),
    Way("--account ci login", env={"MP_USERNAME": "{username}", "MP_SECRET": "{secret}"}),
    Way("login --as ci", env={"MP_USERNAME": "{username}", "MP_SECRET": "{secret}"}),
    Way("account update ci --username {username} --secret-stdin", stdin="{secret}"),
]
TOKENS = [
    Way("login agent --token-stdin", stdin="{token}"),
    Way("login agent", env={"MP_OAUTH_TOKEN": "{token}"}),
    Way("account update agent --token-stdin", stdin="{token}"),
    Way("account update agent --token-env HERS", env={"HERS": "{token}"}),
]
WAYS = [*[("ci", way) for way in ROBOTS], *[("agent", way) for way in TOKENS]]


@pytest.fixture
def values(shell: Shell, sandbox: Sandbox) -> Mapping[str, str]:
    """What grace has, after `ci` and `agent` have proven to be a robot's and ada's."""
    for account in ("ci", "agent"):
        shell.ok("account", "test", account)
    grace = sandbox.identities[2]
    return {"username": grace.username, "secret": grace.secret, "token": grace.token}


@pytest.mark.parametrize(("account", "way"), WAYS, ids=lambda case: getattr(case, "words", case))
class TestRefused:
    """H61, H70: whoever gives a credential acts as themselves, or not at all."""

    def test_h61_it_changes_no_byte(
        self, shell: Shell, values: Mapping[str, str], account: str, way: Way
    ) -> None:
        before = tree(shell.home)
        done = way.go(shell, values)
        assert (done.code, done.failure["code"]) == (2, "OWNER_MISMATCH")
        assert {ADA, CI} & set(re.findall(r"[\w.]+@[\w.]+\w", done.failure["message"]))
        assert GRACE in done.failure["message"]
        assert values["secret"] not in done.err + done.out
        assert values["token"] not in done.err + done.out
        assert tree(shell.home) == before

    def test_both_ways_of_its_hint_work_as_they_are_typed(
        self, shell: Shell, values: Mapping[str, str], account: str, way: Way
    ) -> None:
        own, over = hinted(way.go(shell, values))
        assert typed(shell, values, way, own.replace("NAME", "hers")).code == 0
        shown = {name: email_of(shell, name) for name in ("ci", "agent", "hers")}
        assert shown == {"ci": CI, "agent": ADA, "hers": GRACE}
        assert typed(shell, values, way, over).code == 0
        assert email_of(shell, account) == GRACE
        assert tables_in(shell.config)["targets"].keys() == {"ecom", "bare"}


@pytest.mark.parametrize("words", ["login", "login me", "login agent", "login --as hers"])
def test_h70_half_a_credential_is_refused_and_no_browser_opens(
    shell: Shell, sandbox: Sandbox, words: str
) -> None:
    before, asked = tree(shell.home), len(sandbox.requests)
    done = shell.mp("-f", "json", *words.split(), MP_SECRET="fake-secret-of-ada")
    assert (done.code, done.failure["code"]) == (1, "INCOMPLETE_CREDENTIAL")
    assert "MP_SECRET" in done.failure["message"]
    assert "MP_USERNAME" in done.failure["message"]
    assert "fake-secret" not in done.err
    assert (tree(shell.home), len(sandbox.requests)) == (before, asked)
    assert done.failure["hint"].endswith(f"mp --no-env {words}")


def test_h70_what_the_environment_holds_beside_the_credential_is_said_not_to_be_used(
    shell: Shell, sandbox: Sandbox
) -> None:
    ada = sandbox.identities[1]
    for words, env in (
        (("login", "ci"), {"MP_USERNAME": ada.username}),
        (("login", "agent"), {"MP_USERNAME": ada.username, "MP_OAUTH_TOKEN": ada.token}),
    ):
        assert "in MP_USERNAME is not used" in " ".join(shell.ok(*words, **env).err.split())
    both = {"MP_USERNAME": ada.username, "MP_SECRET": ada.secret, "MP_OAUTH_TOKEN": ada.token}
    said = " ".join(shell.ok("login", "agent", **both).err.split())
    assert "in MP_USERNAME and MP_SECRET is not used" in said


def hinted(done: Outcome) -> list[str]:
    """The commands in a hint, without `mp`."""
    return re.findall(r": mp ([^·\n]+?)(?: ·|\n|$)", done.failure["hint"])


def typed(shell: Shell, values: Mapping[str, str], way: Way, command: str) -> Outcome:
    """Type a command, and what it says if it says that a project is to be named."""
    if found := re.search(r"--(\w+)-stdin", command):
        way = replace(way, stdin=f"{{{found[1]}}}")
    done = way.go(shell, values, command)
    if done.code == 1 and done.failure["code"] == "NO_PROJECT":
        [command] = hinted(done)
        done = way.go(shell, values, command.replace(" ID", " 9"))
    assert done.code == 0, (command, done)
    return done


def email_of(shell: Shell, account: str) -> str:
    return str(shell.ok("account", "show", account, "-f", "json").json["user_email"])
