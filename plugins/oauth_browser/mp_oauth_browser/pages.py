"""What the person sees in the browser: self-contained pages that load and run nothing."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final

_STYLE: Final = """
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
  color: #1c1b22; background: #f4f3f7;
}
main {
  max-width: 34rem; padding: clamp(1.5rem, 7vw, 2.5rem); border-radius: 1rem;
  background: #fff; border: 1px solid #dcd9e4;
}
.mark {
  width: 3rem; height: 3rem; border-radius: 50%; display: grid; place-items: center;
  font-size: 1.5rem; font-weight: 700; color: #fff;
}
.done .mark { background: #1a7048; }
.failed .mark { background: #b3261e; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1.25rem 0 .5rem; overflow-wrap: anywhere; }
p { margin: .5rem 0 0; overflow-wrap: anywhere; text-wrap: pretty; }
.next { color: #56525f; }
code {
  font: .95em ui-monospace, monospace; background: #eceaf1; padding: .1em .35em;
  border-radius: .3em; -webkit-box-decoration-break: clone; box-decoration-break: clone;
}
@media (prefers-color-scheme: dark) {
  body { color: #eceaf1; background: #17161b; }
  main { background: #222128; border-color: #3a3843; }
  .done .mark { background: #27805a; }
  .failed .mark { background: #d0453c; }
  .next { color: #b5b1c0; }
  code { background: #33313b; }
}
"""
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Sent with every answer: nothing loads or runs, and nothing is kept or passed on."""


def success(account: str) -> str:
    """Return the page after a login."""
    return _page(
        "done",
        "✓",
        f"Account {account} is logged in",
        "You can close this tab and go back to the terminal.",
        "",
    )


def failure(account: str, command: str, reason: str) -> str:
    """Return the page after a login that failed, with the command that starts another one."""
    return _page(
        "failed",
        "!",
        f"Account {account} is not logged in",
        reason,
        f"You can close this tab. To try again, run <code>{escape(command)}</code>"
        " in the terminal.",
    )


def stray() -> str:
    """Return the page for a request that is no part of the login."""
    return _page("failed", "?", "Nothing to see here", "This address only receives a login.", "")


def _page(kind: str, mark: str, title: str, text: str, following: str) -> str:
    """Return a page; `following` is HTML, all else is text."""
    following = f'<p class="next">{following}</p>\n' if following else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="icon" href="data:,">\n'
        f"<style>{_STYLE}</style>\n</head>\n"
        f'<body>\n<main class="{kind}">\n<div class="mark" aria-hidden="true">{mark}</div>\n'
        f"<h1>{escape(title)}</h1>\n<p>{escape(text)}</p>\n{following}</main>\n</body>\n</html>\n"
    )
