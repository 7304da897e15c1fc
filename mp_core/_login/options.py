"""What a person says when setting up an account; the rest is found out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mp_core._network.endpoints import Region


@dataclass(frozen=True, slots=True)
class SetupOptions:
    """What was said.

    Attributes:
        name: The account's name.
        new_name: The name of an account of its own instead, of the type and region of the one that
            `name` names.
        type: Its account type.
        region: Its region.
        project: Its default project.
        fields: The type's own fields, secrets in clear.
        opens_browser: Whether a browser may be opened here.
        take_over: Whether another person may take the account over.
    """

    name: str | None = None
    new_name: str | None = None
    type: str | None = None
    region: Region | None = None
    project: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    opens_browser: bool = True
    take_over: bool = False

    @property
    def account(self) -> str | None:
        """The name of the account that is set up, where it was said."""
        return self.new_name or self.name

    @property
    def command(self) -> str:
        """What a person types to set the account up once more."""
        own = ["--as", self.new_name] if self.new_name else []
        return " ".join(["mp login", *filter(None, [self.name]), *own])
