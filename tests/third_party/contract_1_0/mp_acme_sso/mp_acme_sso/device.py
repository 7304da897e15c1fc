"""Device authorization: a code here, an approval on any device (RFC 8628)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mp_acme_sso.server import RefusedError, Server, UnavailableError
from mp_core.plugin import LoginFlow, OAuthTokens

if TYPE_CHECKING:
    from mp_acme_sso import AcmeSsoAccount

GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE: Final = "openid offline_access"

_INTERVAL_S: Final = 5.0
"""Pause between two polls where the server names none, and what `slow_down` adds (§3.5)."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What the server answers to a device (RFC 8628 §3.2).

    Attributes:
        device_code: What the device shows to the token endpoint; a secret.
        user_code: What the person enters.
        address: Where.
        address_with_code: Where the person need not enter it, if there is such a place.
        expires_in_s: How long both are good for.
        interval_s: Pause between two polls.
    """

    device_code: str
    user_code: str
    address: str
    address_with_code: str | None
    expires_in_s: float
    interval_s: float

    def __repr__(self) -> str:
        """Return the code without what is a secret."""
        return f"DeviceCode(user_code={self.user_code!r}, address={self.address!r})"

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> DeviceCode:
        """Return the code in an answer.

        Raises:
            KeyError: A part is missing.
            ValueError: A part is malformed.
        """
        complete = answer.get("verification_uri_complete")
        return cls(
            device_code=str(answer["device_code"]),
            user_code=_line(answer["user_code"]),
            address=_line(answer["verification_uri"]),
            address_with_code=_line(complete) if complete else None,
            expires_in_s=_seconds(answer["expires_in"]),
            interval_s=_seconds(answer.get("interval", _INTERVAL_S)),
        )


def log_in(
    account: AcmeSsoAccount,
    flow: LoginFlow,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> OAuthTokens:
    """Return the tokens of a login that a person approves on any device.

    Args:
        account: The account.
        flow: The login's surroundings.
        sleep: Waits for some seconds.
        clock: Returns the time in seconds.

    Raises:
        OAuthError: `OAUTH_AUTH_DENIED`, `OAUTH_TIMEOUT`, or what else ended it.
    """
    server = Server(account, flow.http, "OAUTH_TOKEN_ERROR")
    code = _asked(account, server)
    ends = clock() + min(code.expires_in_s, flow.remaining_s())
    _show(code, flow)
    return _polled(server, code, ends, sleep, clock)


def _asked(account: AcmeSsoAccount, server: Server) -> DeviceCode:
    form = {"scope": SCOPE, "audience": account.audience}
    answer = server.post(
        "device_authorization_endpoint", {key: value for key, value in form.items() if value}
    )
    try:
        return DeviceCode.of(answer)
    except (KeyError, ValueError):
        raise server.failed("its answer holds no device code") from None


def _show(code: DeviceCode, flow: LoginFlow) -> None:
    flow.say(f"To log in, open:\n  {code.address}\nand enter the code {code.user_code}.")
    if flow.browse is not None:
        flow.browse(code.address_with_code or code.address)


def _polled(
    server: Server,
    code: DeviceCode,
    ends: float,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
) -> OAuthTokens:
    """Ask until the person has decided, or time is up (RFC 8628 §3.4, §3.5)."""
    interval_s = code.interval_s
    form = {"grant_type": GRANT, "device_code": code.device_code}
    while clock() + interval_s <= ends:
        sleep(interval_s)
        try:
            return server.tokens(form)
        except RefusedError as error:
            interval_s += _pause(server, error)
        except UnavailableError:
            interval_s = max(interval_s, 1.0) * 2
    raise server.failed("nobody approved in time", "OAUTH_TIMEOUT")


def _pause(server: Server, refusal: RefusedError) -> float:
    """Return by how many seconds a refusal that is none yet lengthens the pause.

    Raises:
        OAuthError: It is one.
    """
    match refusal.error:
        case "authorization_pending":
            return 0
        case "slow_down":
            return _INTERVAL_S
        case "access_denied":
            raise server.failed("access was denied", "OAUTH_AUTH_DENIED") from None
        case "expired_token":
            raise server.failed("nobody approved in time", "OAUTH_TIMEOUT") from None
    raise refusal


def _line(value: Any) -> str:
    """Return a text that a terminal can show, whoever made it up."""
    if isinstance(value, str) and value.isprintable() and value:
        return value
    raise ValueError("no printable text")


def _seconds(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 86_400:
        return float(value)
    raise ValueError("no number of seconds")
