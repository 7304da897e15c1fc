"""What an answer of Mixpanel means: its JSON, or the error that it stands for."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from mp_core._api.decoding import json_in
from mp_core._api.statuses import (
    BY_STATUS,
    Sender,
    is_wrong_region,
    rate_limited,
    unauthorized,
    wrong_region,
)
from mp_core._network import retries
from mp_core._network.intermediaries import intermediary, is_page, landing
from mp_core.errors import APIError, MpError, QueryError, ServerError

if TYPE_CHECKING:
    import httpx

    from mp_core._network.causes import Cause
    from mp_core.plugin.account import Account

FOREIGN: Final = "FOREIGN_ANSWER"
"""The code of an error for an answer that is not Mixpanel's."""

_REDIRECT: Final = "A redirect is not followed, since it would carry the credential along."


def decoded(response: httpx.Response) -> Any:
    """Return the JSON of an answer, None for an empty one.

    Raises:
        APIError: It is not JSON, not Mixpanel's, or too deep to be read.
    """
    if not response.content:
        return None
    try:
        return json_in(response.content)
    except RecursionError:
        is_deep = True
    except ValueError:
        is_deep = False
    # Raised here, since what it was raised from holds the answer.
    raise _too_deep(response) if is_deep else _no_json(response)


def _no_json(response: httpx.Response) -> APIError:
    stranger = intermediary(response)
    return APIError(
        f"Mixpanel answered {response.status_code} with something else than JSON"
        f"{f': {stranger.text}' if stranger else ''}.",
        status_code=response.status_code,
        hint=stranger.hint if stranger else "Check MP_API_BASE_URL and the proxy settings.",
        code=FOREIGN if stranger else None,
        details=_details(response, stranger) if stranger else None,
    )


def _too_deep(response: httpx.Response) -> APIError:
    return APIError(
        "The answer is nested too deeply to be read.",
        status_code=response.status_code,
        hint="Check MP_API_BASE_URL, and whether a proxy answers instead.",
        code="TOO_DEEP",
    )


def unexpected(what: str) -> APIError:
    """Return the error for JSON that does not have the shape of this answer."""
    return APIError(
        f"The answer to the {what} call does not have the expected shape.",
        hint="Try again; check MP_API_BASE_URL when it is set.",
    )


def error_of(response: httpx.Response, sender: Sender, *, now: datetime) -> MpError:
    """Return the error that an answer without success stands for.

    Args:
        response: The answer.
        sender: As whom the request was sent.
        now: The time, which a date in `Retry-After` is compared to.
    """
    stranger = intermediary(response)
    if stranger is not None:
        return _foreign(response, stranger)
    status, said = response.status_code, words(response, sender.session.account)
    if status == HTTPStatus.UNAUTHORIZED:
        return unauthorized(sender, said)
    if is_wrong_region(status, said):
        return wrong_region(sender, status, said)
    if status in BY_STATUS:
        return BY_STATUS[status](sender, said)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return rate_limited(retries.retry_after(response, now=now), said)
    return _other(response, f"{f': {said}' if said else ''}.")


def _other(response: httpx.Response, said: str) -> MpError:
    status = response.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        page = " with a page, which may be a proxy's" if is_page(response) else ""
        message = f"Mixpanel answered {status}{page}{said}"
        return ServerError(message, status_code=status, hint="Try again later.")
    message = f"Mixpanel answered {status}{said}"
    if status >= HTTPStatus.BAD_REQUEST:
        return QueryError(message, status_code=status, hint="Check path and parameters.")
    return APIError(
        f"{message} {_REDIRECT}",
        status_code=status,
        hint="Check the account's region and MP_API_BASE_URL.",
    )


def _foreign(response: httpx.Response, stranger: Cause) -> APIError:
    """Return the error for an answer of somebody else, whose status says nothing of Mixpanel."""
    is_redirect = response.is_redirect
    aim = f", which leads to {landing(response)}. {_REDIRECT}" if is_redirect else "."
    return APIError(
        f"Something answers in the place of Mixpanel: {stranger.text}{aim}",
        status_code=response.status_code if is_redirect else None,
        hint=stranger.hint,
        code=FOREIGN,
        details=_details(response, stranger),
    )


def _details(response: httpx.Response, stranger: Cause) -> dict[str, Any]:
    host = response.request.url.host
    return {"cause": stranger.name, "status": response.status_code, "host": host}


def words(response: httpx.Response, account: Account) -> str:
    """Return what the server says about an error, in one line and without secrets; "" for nothing.

    Args:
        response: The answer.
        account: Whose secrets are left out.
    """
    try:
        body = json_in(response.content)
    except (ValueError, RecursionError):
        return ""
    text = _text(body) if isinstance(body, dict) else None
    if text is None:
        return ""
    sent = response.request.headers.get("authorization", "").rpartition(" ")[2]
    own = [value.get_secret_value() for _, value in account if isinstance(value, SecretStr)]
    for secret in sorted(filter(None, [sent, *own]), key=len, reverse=True):
        text = text.replace(secret, "***")
    return " ".join(text.split())[:300].rstrip(".")


def _text(body: dict[str, Any]) -> str | None:
    texts = (body.get(key) for key in ("error", "message", "error_description", "detail"))
    return next((text for text in texts if isinstance(text, str) and text), None)
