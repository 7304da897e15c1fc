"""What a person sees in the browser: plain pages that load and run nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from http import HTTPStatus

from mp_core.sandbox.http.routing import HttpError, Response
from mp_core.sandbox.world import SandboxIdentity

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1.0625rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 10vh auto;
  padding: 0 1.25rem; overflow-wrap: anywhere; }
fieldset { border: 1px solid; border-radius: .5rem; margin: 1.25rem 0; padding: .75rem 1rem; }
label { display: block; padding: .25rem 0; }
button { font: inherit; padding: .5rem 1.25rem; margin-right: .75rem; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


class PageError(HttpError):
    """A refusal that a person is to read: no client can be told."""

    def __init__(self, reason: str, *, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(status, reason)
        self.response = _page("This request cannot be approved", f"<p>{escape(reason)}</p>", status)


def consent(
    client_name: str, people: Sequence[SandboxIdentity], chosen: int, ticket: str, leads_to: str
) -> Response:
    """Return the page that asks a person to approve.

    Args:
        client_name: Who asks for access.
        people: Who may log in.
        chosen: The `user_id` of whom the page suggests.
        ticket: Comes back with the decision.
        leads_to: The origin that the decision is redirected to. Browsers apply the policy for
            forms to where the answer to a form redirects, too.
    """
    name = f"<bdi>{escape(client_name or 'A program without a name')}</bdi>"
    body = f"""<p>{name} asks to act as you in this sandbox, where everybody is invented.</p>
<form method="post" action="/oauth/authorize/">
<input type="hidden" name="ticket" value="{escape(ticket)}">
<fieldset><legend>Log in as</legend>
{"".join(_choice(person, is_chosen=person.user_id == chosen) for person in people)}</fieldset>
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny">Deny</button>
</form>"""
    return _page("Approve access?", body, HTTPStatus.OK, f"'self' {leads_to}")


def _choice(person: SandboxIdentity, *, is_chosen: bool) -> str:
    checked = " checked" if is_chosen else ""
    return (
        f'<label><input type="radio" name="user_id" value="{person.user_id}"{checked}>'
        f" {escape(person.name)} ({escape(person.email)})</label>\n"
    )


def _page(title: str, body: str, status: int, form_action: str = "'none'") -> Response:
    """Return a page; `body` is HTML, the title is text."""
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""
    return Response(status, html.encode(), "text/html; charset=utf-8", _headers(form_action))


def _headers(form_action: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}';"
        f" form-action {form_action}; base-uri 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        # With `no-referrer`, browsers would not say which origin a form comes from.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
