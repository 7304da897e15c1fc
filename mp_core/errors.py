"""Everything `mp_core` raises on purpose, under one root.

    MpError
    ├── ConfigError
    │   ├── AccountNotFoundError (ValueError) · TargetNotFoundError (ValueError)
    │   ├── AccountExistsError · AccountInUseError
    │   └── ProviderError
    │       ├── ProviderNotInstalledError (ImportError)
    │       ├── ProviderConflictError
    │       └── ProviderFailedError
    ├── AuthenticationError
    │   └── OAuthError
    ├── APIError
    │   ├── RateLimitError · QueryError (4xx) · ServerError (5xx)
    └── WorkspaceScopeError

`str(error)` says what happened; `error.hint` is what to type next. No error carries a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mp_core._public import exported_from


@exported_from("mp_core")
class CredentialWarning(UserWarning):
    """A credential source was skipped, shadowed, or is kept less safely than it should be."""


@exported_from("mp_core")
class MpError(Exception):
    """The root of every error that this library raises on purpose.

    Attributes:
        message: What happened.
        hint: What to do next, as commands where possible.
        code: A stable, machine-readable name of the failure.
        details: Facts for programs. Never token or secret material.
    """

    code = "MP_ERROR"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        code: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or type(self).code
        self.details = dict(details or {})

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without calling `__init__`, whose keywords differ between the classes."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[MpError], args: tuple[Any, ...], state: dict[str, Any]) -> MpError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


@exported_from("mp_core")
class ConfigError(MpError):
    """The configuration, the environment or an argument cannot be used as it is."""

    code = "CONFIG_ERROR"


@exported_from("mp_core")
class AccountNotFoundError(ConfigError, ValueError):
    """No account has this name; the message lists the names there are."""

    code = "ACCOUNT_NOT_FOUND"


@exported_from("mp_core")
class TargetNotFoundError(ConfigError, ValueError):
    """No target has this name; the message lists the names there are."""

    code = "TARGET_NOT_FOUND"


@exported_from("mp_core")
class AccountExistsError(ConfigError):
    """An account of this name is already configured."""

    code = "ACCOUNT_EXISTS"


@exported_from("mp_core")
class AccountInUseError(ConfigError):
    """The account is referenced by targets and was not removed.

    Attributes:
        referenced_by: Names of the targets, sorted.
    """

    code = "ACCOUNT_IN_USE"

    def __init__(
        self, message: str, *, referenced_by: Sequence[str], hint: str | None = None
    ) -> None:
        self.referenced_by = list(referenced_by)
        super().__init__(message, hint=hint, details={"referenced_by": self.referenced_by})


@exported_from("mp_core")
class ProviderError(ConfigError):
    """An account's provider cannot serve it; other accounts are not affected."""

    code = "PROVIDER_ERROR"


@exported_from("mp_core")
class ProviderNotInstalledError(ProviderError, ImportError):
    """No installed (and allowed) distribution provides this account type."""

    code = "PROVIDER_NOT_INSTALLED"


@exported_from("mp_core")
class ProviderConflictError(ProviderError):
    """Two distributions claim the same account type; neither is used."""

    code = "PROVIDER_CONFLICT"


@exported_from("mp_core")
class ProviderFailedError(ProviderError):
    """A provider could not be loaded, or one of its hooks failed."""

    code = "PROVIDER_FAILED"


@exported_from("mp_core")
class AuthenticationError(MpError):
    """The server refused the credential, or there is none to send."""

    code = "AUTHENTICATION_ERROR"


@exported_from("mp_core")
class OAuthError(AuthenticationError):
    """A bearer token could not be had; `code` is one of the `OAUTH_…` names."""

    code = "OAUTH_TOKEN_ERROR"


@exported_from("mp_core")
class APIError(MpError):
    """Mixpanel answered with an error, or could not be reached.

    Attributes:
        status_code: The HTTP status, or None when no answer arrived.
    """

    code = "API_ERROR"

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        hint: str | None = None,
        code: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code, details=details)
        self.status_code = status_code


@exported_from("mp_core")
class RateLimitError(APIError):
    """The server asks for a pause (429).

    Attributes:
        retry_after: Seconds to wait before the next call, or None when the server did not say.
    """

    code = "RATE_LIMITED"

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        hint: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, status_code=429, hint=hint, details=details)
        self.retry_after = retry_after


@exported_from("mp_core")
class QueryError(APIError):
    """The server refused the request (4xx other than 401 and 429)."""

    code = "QUERY_ERROR"


@exported_from("mp_core")
class ServerError(APIError):
    """The server failed (5xx), also after the retries that are allowed."""

    code = "SERVER_ERROR"


@exported_from("mp_core")
class WorkspaceScopeError(MpError):
    """A call needs a workspace, and the project has none that can be used."""

    code = "WORKSPACE_SCOPE_ERROR"
