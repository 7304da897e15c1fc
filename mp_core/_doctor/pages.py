"""What killed logins left: the private files that browsers were started with."""

from __future__ import annotations

import os
from collections.abc import Iterator

from mp_core._doctor.finding import Finding, of_files
from mp_core._login.private_page import PrivatePages
from mp_core._runtime.context import Context


def page_findings(context: Context, fix: bool) -> Iterator[Finding]:
    """Look for pages that are too old for a login that goes on."""
    pages = PrivatePages(context.env)
    found = pages.stale()
    if fix and found:
        pages.sweep()
    for path in found:
        message = "A login that was killed left it."
        finding = of_files(path, "warning", message, "mp doctor --fix")
        yield finding.model_copy(update={"is_fixed": fix and not os.path.lexists(path)})
