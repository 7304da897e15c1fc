"""What the namespaces answer: frozen records without secrets."""

from pathlib import Path
from typing import Literal, Self

from pydantic import AwareDatetime, model_validator

from mp_core._frozen import Frozen
from mp_core._network.endpoints import Region
from mp_core._public import exported_from
from mp_core._values.user import MeUserInfo

Status = Literal["ok", "needs_login", "needs_token", "untested", "provider_missing", "invalid"]


@exported_from("mp_core")
class AccountSummary(Frozen):
    """One configured account at a glance, computed without a request.

    Attributes:
        name: Its name.
        type: Its account type, also when no provider serves it.
        region: Its region; None when the block does not hold a valid one.
        status: Whether it can be used now, as far as that is known.
        is_active: Whether it is the active account.
        referenced_by_targets: Names of the targets that use it, sorted.
        reason: Why it cannot be used, and the way out, when that is so.
        expires_at: When the access token that is stored expires; aware. A login that can be
            refreshed outlives it.
    """

    name: str
    type: str
    region: Region | None
    status: Status
    is_active: bool
    referenced_by_targets: list[str]
    reason: str | None = None
    expires_at: AwareDatetime | None = None


@exported_from("mp_core")
class AccountTestResult(Frozen):
    """The outcome of one call to `/me`; `ok` is True if and only if `error` is None."""

    account_name: str
    ok: bool
    user: MeUserInfo | None = None
    accessible_project_count: int | None = None
    error: str | None = None

    @model_validator(mode="after")
    def _ok_means_no_error(self) -> Self:
        if self.ok is not (self.error is None):
            raise ValueError("ok must be True exactly when error is None")
        return self


@exported_from("mp_core")
class OAuthLoginResult(Frozen):
    """What a login left behind.

    Attributes:
        account_name: The account that is logged in now.
        user: Who logged in, when `/me` could be asked.
        expires_at: When the access token expires; aware.
        tokens_path: The token file, or None when an extension keeps the tokens.
        client_path: The client registration's file, when there is one.
    """

    account_name: str
    user: MeUserInfo | None = None
    expires_at: AwareDatetime
    tokens_path: Path | None = None
    client_path: Path | None = None


@exported_from("mp_core")
class LogoutResult(Frozen):
    """What a logout did.

    Attributes:
        account_name: The account.
        revoked: Whether the server has revoked the tokens.
        deleted: Whether there were tokens to delete here.
    """

    account_name: str
    revoked: bool
    deleted: bool
