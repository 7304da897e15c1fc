"""`python -m mp_core.sandbox.oauth.visitor URL`: a browser whose user approves, for the demo."""

from __future__ import annotations

import sys

from mp_core.sandbox.browser import Browser
from mp_core.sandbox.world import IDENTITIES


def main(url: str) -> None:
    """Open a consent page of a sandbox, approve as its second identity, and wait for the end."""
    browser = Browser()
    browser.visit(url, decision="approve", user_id=str(IDENTITIES[1].user_id))
    browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
