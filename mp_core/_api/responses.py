"""What an answer of Mixpanel means: its JSON, or the error that it stands for."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from mp_core._network import retries
from mp_core._values.commands import login_command, update_command, way_back
from mp_core.errors import (
    APIError,
    AuthenticationError,
    MpError,
    QueryError,
    RateLimitError,
    ServerError,
)

if TYPE_CHECKING:
    import httpx

    from mp_core._values.session import Session
    from mp_core.plugin.account import Account


def decoded(response: httpx.Response) -> Any:
    """Return the JSON of an answer, None for an empty one.

    Raises:
        APIError: It is not JSON.
    """
    if not response.content:
        return None
    try:
        return response.json()
    except (ValueError, RecursionError):
        pass
    raise APIError(
        f"Mixpanel answered {response.status_code} with something else than JSON.",
        status_code=response.status_code,
        hint="Check MP_API_BASE_URL, and whether a proxy answers instead.",
    )


def unexpected(what: str) -> APIError:
    """Return the error for JSON that does not have the shape of this answer."""
    return APIError(
        f"The answer to the {what} call does not have the expected shape.",
        hint="Try again; check MP_API_BASE_URL when it is set.",
    )


class Sender(NamedTuple):
    """As whom a request was sent.

    Attributes:
        session: The session.
        origin: Where the credential comes from.
        is_known: Whether the configuration has an account of this name, which commands can name.
        has_login: Whether the account's type logs in.
    """

    session: Session
    origin: str
    is_known: bool
    has_login: bool


def error_of(response: httpx.Response, sender: Sender, *, now: datetime) -> MpError:
    """Return the error that an answer without success stands for.

    Args:
        response: The answer.
        sender: As whom the request was sent.
        now: The time, which a date in `Retry-After` is compared to.
    """
    status, said = response.status_code, _words(response, sender.session.account)
    if status == HTTPStatus.UNAUTHORIZED:
        return _unauthorized(sender, said)
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden(sender, said)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _rate_limited(retries.retry_after(response, now=now))
    message = f"Mixpanel answered {status}{said}"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerError(message, status_code=status, hint="Try again later.")
    if status >= HTTPStatus.BAD_REQUEST:
        return QueryError(message, status_code=status, hint="Check path and parameters.")
    return APIError(
        f"{message} A redirect is not followed, since it would carry the credential along.",
        status_code=status,
        hint="Check the account's region and MP_API_BASE_URL.",
    )


def _words(response: httpx.Response, account: Account) -> str:
    """Return what the server says about an error, as the end of a sentence and without secrets."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return "."
    text = body.get("error") or body.get("message") if isinstance(body, dict) else None
    if not isinstance(text, str):
        return "."
    sent = response.request.headers.get("authorization", "").rpartition(" ")[2]
    own = [value.get_secret_value() for _, value in account if isinstance(value, SecretStr)]
    for secret in sorted(filter(None, [sent, *own]), key=len, reverse=True):
        text = text.replace(secret, "***")
    return f": {' '.join(text.split())[:300].rstrip('.')}."


def _unauthorized(sender: Sender, said: str) -> AuthenticationError:
    account = sender.session.account
    return AuthenticationError(
        f"Mixpanel refused the credential of account {account.name!r} (type {account.type},"
        f" region {account.region}, from {sender.origin}){said}",
        hint=_way_out(sender, account),
        details={"account": account.name, "type": account.type, "region": account.region},
    )


def _way_out(sender: Sender, account: Account) -> str:
    """Return what to do about a credential, which depends on where it comes from."""
    if sender.origin.startswith("environment"):
        return "Correct these variables, or leave them out: mp --no-env …"
    if account.token_place is not None:
        return way_back(account)
    if not sender.is_known:
        return "Check the credential and the region."
    if sender.has_login:
        change = f"log in again: {login_command(account)}"
    else:
        change = f"replace it: {update_command(account)}"
    return f"Test it: mp account test {account.name} · or {change}"


def _forbidden(sender: Sender, said: str) -> QueryError:
    account, project = sender.session.account, sender.session.project_id
    is_named = sender.is_known and account.token_place is None
    choice = f" --account {account.name}" if is_named else ""
    return QueryError(
        f"Account {account.name!r} (region {account.region}) has no access to project {project}"
        f"{said}",
        status_code=HTTPStatus.FORBIDDEN,
        hint=f"See what it may read: mp project list{choice} · the project may live in another"
        " region.",
        details={"account": account.name, "region": account.region, "project": project},
    )


def _rate_limited(seconds: float | None) -> RateLimitError:
    wait = f" for {seconds:.0f} s" if seconds is not None else ""
    return RateLimitError(
        f"Mixpanel asks for a pause{wait}.", retry_after=seconds, hint="Try again later."
    )
