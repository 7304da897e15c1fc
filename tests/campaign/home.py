"""A home of the campaign: what must be there, as the processes have said, and what is there."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.campaign.journal import Journal

LEFT_SOMETHING = "LEFTOVERS"
"""The code of the error that says that something was removed, and what was left."""

_REFRESH_TOKEN = re.compile(rb'"(r\.\w+\.\d+)"')


@dataclass
class Account:
    """What is known of an account.

    Attributes:
        login: The login whose tokens it has.
        is_certain: Whether it must be there with this login; not while somebody changes it.
    """

    login: str | None
    is_certain: bool = True


@dataclass
class Home:
    """A home directory, and what the processes there were told to have achieved.

    Attributes:
        path: The directory.
        accounts: The accounts by name.
        targets: The targets by name, and whether they must be there.
        is_small: Whether its file system can be filled up.
    """

    path: Path
    accounts: dict[str, Account] = field(default_factory=dict)
    targets: dict[str, bool] = field(default_factory=dict)
    is_small: bool = False
    _renamed: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def learn(self, journal: Journal) -> None:
        """Take in what one process has said; no two change the same thing in one round."""
        for event in journal.events:
            verb, account, name = event["step"]
            if verb in ("target", "untarget"):
                self._learn_target(verb, name, event["word"])
            elif verb in ("add", "remove", "renew", "relogin", "rename"):
                self._learn_account(verb, account, name, event)

    def _learn_target(self, verb: str, name: str, word: str) -> None:
        if word != "end":
            self.targets[name] = False
        elif verb == "target":
            self.targets[name] = True
        else:
            self.targets.pop(name, None)

    def _learn_account(self, verb: str, name: str, new: str, event: dict[str, Any]) -> None:
        match event["word"], verb:
            case "end", "rename":
                del self._renamed[name, new]
                self.accounts[new] = Account(self.accounts.pop(name).login)
            case "end", "remove":
                del self.accounts[name]
            case "end", _:
                self.accounts[name] = Account(event["login"])
            case "failed", ("rename" | "remove") if event["code"] != LEFT_SOMETHING:
                self.accounts[name].is_certain = True
                if self._renamed.pop((name, new), None) is not None:
                    del self.accounts[new]
            case _:
                self._doubt(verb, name, new)

    def _doubt(self, verb: str, name: str, new: str) -> None:
        """Somebody has begun to change an account, and may be killed before it says more."""
        account = self.accounts.setdefault(name, Account(None))
        account.is_certain = False
        if verb == "rename":
            self._renamed[name, new] = account.login
            self.accounts[new] = Account(None, is_certain=False)

    def take_renamed(self) -> dict[tuple[str, str], str | None]:
        """Return the logins of which nobody said that they have a new name, by both their names."""
        renamed, self._renamed = self._renamed, {}
        return renamed

    def corrupt(self) -> list[str]:
        """Return which of the files are broken, as anybody sees who reads them."""
        return [str(path) for path in self._files() if not _parses(path)]

    def _files(self) -> Iterator[Path]:
        for path in self.path.rglob("*"):
            if path.suffix in (".json", ".toml") and not path.name.startswith("."):
                yield path

    def complete_tokens(self) -> frozenset[str]:
        """Return the refresh tokens that stand in whole files, temporary ones too."""
        found: set[str] = set()
        for path in self.path.rglob("*tokens*"):
            try:
                text = path.read_bytes().strip(b"\0 \n")
            except OSError:  # It was renamed, or is a directory.
                continue
            if text.endswith(b"}"):
                found.update(token.decode() for token in _REFRESH_TOKEN.findall(text))
        return frozenset(found)

    def listing(self) -> list[str]:
        """Return the files with their sizes, as evidence."""
        files = sorted(path for path in self.path.rglob("*") if path.is_file())
        return [f"{path.stat().st_size:6} {path.relative_to(self.path)}" for path in files]


def _parses(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            json.loads(text)
        else:
            tomllib.loads(text)
    except FileNotFoundError:
        return True
    except ValueError:
        return False
    return True
