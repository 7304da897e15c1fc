"""What a person sees in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from http import HTTPStatus

from mp_core.sandbox.http.messages import HttpError, Response
from mp_core.sandbox.world import SandboxIdentity

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.0625rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 10vh auto; }}
label {{ display: block; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


class PageError(HttpError):
    """A refusal that a person is to read: no client can be told."""

    def __init__(self, reason: str) -> None:
        status = HTTPStatus.BAD_REQUEST
        super().__init__(status, reason)
        self.response = _page("This request cannot be approved", f"<p>{escape(reason)}</p>", status)


def consent(
    client_name: str, people: Sequence[SandboxIdentity], chosen: SandboxIdentity, ticket: str
) -> Response:
    """Return the page that asks a person to approve.

    Args:
        client_name: Who asks for access.
        people: Who may log in.
        chosen: Whom the page suggests.
        ticket: Comes back with the decision.
    """
    name = escape(client_name or "A program without a name")
    body = f"""<p>{name} asks to act as you in this sandbox, where everybody is invented.</p>
<form method="post" action="/oauth/authorize/">
<input type="hidden" name="ticket" value="{escape(ticket)}">
<fieldset><legend>Log in as</legend>
{"".join(_choice(person, is_chosen=person == chosen) for person in people)}</fieldset>
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny">Deny</button>
</form>"""
    return _page("Approve access?", body)


def _choice(person: SandboxIdentity, *, is_chosen: bool) -> str:
    checked = " checked" if is_chosen else ""
    return (
        f'<label><input type="radio" name="user_id" value="{person.user_id}"{checked}>'
        f" {escape(person.name)} ({escape(person.email)})</label>\n"
    )


def _page(title: str, body: str, status: int = HTTPStatus.OK) -> Response:
    """Return a page; `body` is HTML."""
    html = _PAGE.format(title=title, body=body)
    return Response(status, html.encode(), "text/html; charset=utf-8")
