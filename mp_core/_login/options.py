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
        type: Its account type.
        region: Its region.
        project: Its default project.
        fields: The type's own fields, secrets in clear.
        opens_browser: Whether a browser may be opened here.
    """

    name: str | None = None
    type: str | None = None
    region: Region | None = None
    project: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    opens_browser: bool = True
