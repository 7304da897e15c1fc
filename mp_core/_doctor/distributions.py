"""Whether what is installed beside the core can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mp_core._doctor.finding import Finding
from mp_core._runtime.context import Context
from mp_core._runtime.inventory import Plugins

_UNKNOWN: Final = "Remove it by hand, or install it again: only you know where it came from."


def distribution_findings(context: Context) -> Iterator[Finding]:
    """Tell which distributions are broken; what they announce may be missing."""
    for broken in Plugins(context).broken():
        yield Finding(
            check="plugins",
            subject=broken.path or broken.name,
            level="warning",
            message=f"{broken.name}: {broken.reason}",
            fix=broken.fix or _UNKNOWN,
        )
