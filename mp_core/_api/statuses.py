"""What the statuses of Mixpanel mean that have a meaning of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple

from mp_core._network.endpoints import REGIONS
from mp_core._values.commands import login_command, update_command, way_back
from mp_core.errors import AuthenticationError, QueryError, RateLimitError

if TYPE_CHECKING:
    from mp_core._values.session import Session
    from mp_core.plugin.account import Account

_CLUSTER: Final = re.compile(r"project.*\bcluster|\bcluster.*project", re.IGNORECASE)


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


def unauthorized(sender: Sender, said: str) -> AuthenticationError:
    """Return the error for a credential that is refused."""
    account = sender.session.account
    return AuthenticationError(
        f"Mixpanel refused the credential of account {account.name!r} (type {account.type},"
        f" region {account.region}, from {sender.origin}){_end(said)}",
        hint=_way_out(sender, account),
        details={"account": account.name, "type": account.type, "region": account.region},
    )


def _end(said: str) -> str:
    """Return the end of a sentence, which is what the server says where it says something."""
    return f": {said}." if said else "."


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


def is_wrong_region(status: int, said: str) -> bool:
    """Return whether a refusal says that the project is not in the cluster that was asked."""
    is_refusal = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return is_refusal and bool(_CLUSTER.search(said))


def wrong_region(sender: Sender, status: int, said: str) -> QueryError:
    """Return the error for a project that is not in the account's region."""
    account, project = sender.session.account, sender.session.project_id
    others = [region for region in REGIONS if region != account.region]
    return QueryError(
        f"Project {project} is not in region {account.region}, which is where account"
        f" {account.name!r} is; it may be in {' or in '.join(others)}{_end(said)}",
        status_code=status,
        hint=f"{_readable(sender)} · an account stays in its region: for a project in another one,"
        f" log in there: mp login --region {others[0]}",
        code="WRONG_REGION",
        details=_facts(sender),
    )


def _readable(sender: Sender) -> str:
    """Return how to see what an account may read."""
    account = sender.session.account
    is_named = sender.is_known and account.token_place is None
    choice = f" --account {account.name}" if is_named else ""
    return f"See what it may read: mp project list{choice}"


def _facts(sender: Sender) -> dict[str, str]:
    account = sender.session.account
    project = sender.session.project_id
    return {"account": account.name, "region": account.region, "project": project}


def _forbidden(sender: Sender, said: str) -> QueryError:
    account, project = sender.session.account, sender.session.project_id
    return QueryError(
        f"Account {account.name!r} (region {account.region}) has no access to project {project}"
        f"{_end(said)}",
        status_code=HTTPStatus.FORBIDDEN,
        hint=f"{_readable(sender)} · the project may live in another region.",
        details=_facts(sender),
    )


def _payment_required(sender: Sender, said: str) -> QueryError:
    return QueryError(
        f"The Mixpanel plan of project {sender.session.project_id} does not include this call"
        f"{_end(said)}",
        status_code=HTTPStatus.PAYMENT_REQUIRED,
        hint="Ask an owner of the organization for a plan that does (402 is about the plan, not"
        " about the credential).",
        code="PLAN",
        details=_facts(sender),
    )


def _too_large(status: int) -> Callable[[Sender, str], QueryError]:
    def error(sender: Sender, said: str) -> QueryError:
        return QueryError(
            f"The request is too large for Mixpanel ({status}){_end(said)}",
            status_code=status,
            hint="Ask for less at once: fewer days, or a smaller body.",
        )

    return error


def rate_limited(seconds: float | None, said: str) -> RateLimitError:
    """Return the error for a server that asks for a pause."""
    wait = f" of {seconds:.0f} s" if seconds is not None else ""
    return RateLimitError(
        f"Mixpanel asks for a pause{wait}{_end(said)}",
        retry_after=seconds,
        hint=f"Try again in {seconds:.0f} s." if seconds else "Try again later.",
    )


BY_STATUS: Final[Mapping[int, Callable[[Sender, str], QueryError]]] = {
    HTTPStatus.PAYMENT_REQUIRED: _payment_required,
    HTTPStatus.FORBIDDEN: _forbidden,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _too_large(413),
    HTTPStatus.REQUEST_URI_TOO_LONG: _too_large(414),
}
"""The refusals that mean the same whatever was asked for."""
