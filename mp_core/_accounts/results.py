"""What the namespaces answer: frozen records without secrets."""

from pathlib import Path
from typing import Any, Literal, Self

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
        user_email: Whom it acts as, by the last proof of the credential that it has now.
        project_id: Its default project.
        project_name: The name of that project, as far as it is known.
        reason: Why it cannot be used, and the way out, when that is so.
        expires_at: When the login ends that a person has to renew; aware. None for one that renews
            itself, and where nothing ends.
    """

    name: str
    type: str
    region: Region | None
    status: Status
    is_active: bool
    referenced_by_targets: list[str]
    user_email: str | None = None
    project_id: str | None = None
    project_name: str | None = None
    reason: str | None = None
    expires_at: AwareDatetime | None = None


@exported_from("mp_core")
class AccountTestResult(Frozen):
    """The outcome of one call to `/me`; `ok` is True if and only if `error` is None.

    Attributes:
        account_name: The account.
        ok: Whether Mixpanel named a user for its credential, and that user is its owner.
        user: That user.
        accessible_project_count: How many projects they may read.
        error: What is wrong, and the way out, in one line.
        error_code: The code of the error.
        error_details: The facts of the error, for programs.
        hint: The way out alone.
    """

    account_name: str
    ok: bool
    user: MeUserInfo | None = None
    accessible_project_count: int | None = None
    error: str | None = None
    error_code: str | None = None
    error_details: dict[str, Any] | None = None
    hint: str | None = None

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
