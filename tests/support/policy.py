"""A policy in memory, which says what it was asked, and whom it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field

from mp_core.errors import ConfigError
from mp_core.plugin import hookimpl
from mp_core.plugin.account import Account
from tests.support.fake_providers import Provider


@dataclass(eq=False)
class Policy(Provider):
    """The extension.

    Attributes:
        refused: The names of accounts that it refuses.
        asked: The name and the stage of every question.
        error: What it raises for them, if that is not a veto.
    """

    refused: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    error: Exception | None = None

    @hookimpl
    def mp_validate_account(self, account: Account, stage: str) -> None:
        self.asked.append((account.name, stage))
        if account.name in self.refused:
            raise self.error or ConfigError(f"{account.name} is not one of ours.")
