"""A machine of Northwind: the company's plugins are installed and on, and people work with `mp`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from mp_core.sandbox import Sandbox
from tests.support.clean_environments import CleanEnvironment
from tests.support.northwind_sso import NorthwindSso

STATE = ".local/state/northwind"
LOGINS = f"{STATE}/logins.sqlite"
LONG_AGO = "2020-01-01T00:00:00Z"


@dataclass
class Northwind:
    """The machine.

    Attributes:
        programs: Where `mp` is installed.
        home: The home of its person.
        sandbox: Stands for Mixpanel.
        sso: The company's authorization server.
        said: All that `mp` has printed so far.
    """

    programs: CleanEnvironment
    home: Path
    sandbox: Sandbox
    sso: NorthwindSso
    said: str = ""

    def mp(self, *words: str, **env: str) -> CompletedProcess[str]:
        """Run `mp` to its end."""
        env = {"HOME": str(self.home), "MP_API_BASE_URL": self.sandbox.url, **env}
        done = self.programs.run("mp", *words, **env)
        self.said += done.stdout + done.stderr
        return done

    def does(self, *words: str, **env: str) -> str:
        """Run `mp`, which succeeds, and return its data."""
        done = self.mp(*words, **env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log_in(self) -> None:
        """Let ada log in by the code that the single sign-on shows."""
        where = ("--type", "northwind", "--region", "eu", "--issuer", self.sso.url)
        self.does("login", "ada", *where, "--project", "9")

    def robot(self, region: str = "eu") -> dict[str, str]:
        """Return the variables of the robot."""
        who = self.sandbox.identities[0]
        identity = {"MP_USERNAME": who.username, "MP_SECRET": who.secret}
        return {**identity, "MP_PROJECT_ID": "10", "MP_REGION": region}

    def expire(self) -> None:
        """Let the stored access token be one of long ago."""
        with closing(sqlite3.connect(self.home / LOGINS, timeout=60)) as database, database:
            ((text,),) = database.execute("SELECT tokens FROM logins").fetchall()
            stale = json.dumps({**json.loads(text), "expires_at": LONG_AGO})
            database.execute("UPDATE logins SET tokens = ?", [stale])

    def record(self) -> list[dict[str, Any]]:
        """Return the audit log."""
        text = (self.home / STATE / "audit.jsonl").read_text()
        return [json.loads(line) for line in text.splitlines()]

    def holding(self, *secrets: str) -> list[str]:
        """Return the files of the home that hold one of these texts."""
        files = sorted(path for path in self.home.rglob("*") if path.is_file())
        held = [path for path in files if _holds(path.read_bytes(), secrets)]
        return [str(path.relative_to(self.home)) for path in held]


@dataclass(frozen=True)
class Day:
    """What a day has left.

    Attributes:
        record: The audit log.
        asked: What the authorization server was asked.
        stored: The files with anything of a login, while ada was logged in.
        left: The same, when she had logged out.
        logins: Whether she still has a login at the authorization server.
        said: All that `mp` has printed.
    """

    record: list[dict[str, Any]]
    asked: list[str]
    stored: list[str]
    left: list[str]
    logins: bool
    said: str


def line(event: dict[str, Any]) -> str:
    """An event as its kind, its account, and what it tells of it."""
    details = event["details"]
    told = [details[key] for key in ("what", "by", "stage", "path", "status") if key in details]
    return " ".join([event["kind"], event["account"], *map(str, told)])


def _holds(content: bytes, secrets: tuple[str, ...]) -> bool:
    return any(each.encode() in content for each in secrets)
