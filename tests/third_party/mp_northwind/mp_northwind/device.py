"""A login with a code that is approved on any device (RFC 8628)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from mp_core.errors import OAuthError
from mp_core.plugin import LoginFlow, OAuthTokens, request_tokens

if TYPE_CHECKING:
    from mp_northwind.sso import NorthwindAccount

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class DeviceCode(BaseModel):
    """What the single sign-on answers to a device (RFC 8628 §3.2)."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    device_code: SecretStr
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None = None
    expires_in: float
    interval: float = Field(default=5, ge=1)


def log_in(account: NorthwindAccount, flow: LoginFlow) -> OAuthTokens:
    """Show a code, and return the tokens once a person has approved it."""
    code = _device_code(account, flow.http)
    flow.say(f"To log in, open {code.verification_uri} and enter {code.user_code}.")
    if flow.browse is not None:
        flow.browse(code.verification_uri_complete or code.verification_uri)
    ends = time.monotonic() + min(code.expires_in, flow.remaining_s())
    return _approved(account, flow.http, code, ends)


def _device_code(account: NorthwindAccount, http: httpx.Client) -> DeviceCode:
    form = {"client_id": account.client_id, "scope": "openid offline_access"}
    try:
        answer = http.post(f"{account.issuer}/device", data=form)
        return DeviceCode.model_validate_json(answer.content)
    except httpx.HTTPError:
        reason = "cannot be reached"
    except ValidationError:
        reason = "gave no device code"
    raise OAuthError(f"The single sign-on at {account.issuer} {reason}.")


def _approved(
    account: NorthwindAccount, http: httpx.Client, code: DeviceCode, ends: float
) -> OAuthTokens:
    """Ask until the person has decided, or time is up (RFC 8628 §3.4)."""
    form = {
        "grant_type": GRANT,
        "device_code": code.device_code.get_secret_value(),
        "client_id": account.client_id,
    }
    pause = code.interval
    while time.monotonic() + pause < ends:
        time.sleep(pause)
        try:
            return request_tokens(http, f"{account.issuer}/token", form)
        except OAuthError as error:
            pause = _next_pause(pause, error)
    raise OAuthError("Nobody approved the login in time.", code="OAUTH_TIMEOUT")


def _next_pause(pause: float, error: OAuthError) -> float:
    """Return how long to wait after an answer that only asks for patience (RFC 8628 §3.5)."""
    answer = error.details.get("error")
    if answer == "authorization_pending":
        return pause
    if answer == "slow_down":
        return pause + 5
    if error.code == "OAUTH_REFRESH_ERROR":  # Lost on the way: another try may help.
        return pause * 2
    raise error
