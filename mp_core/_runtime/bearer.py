"""The default token resolver: stored tokens from the vault, static ones from where they are."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from mp_core import _env as variables
from mp_core._public import exported_from
from mp_core._runtime.admission import admit
from mp_core._runtime.context import Context
from mp_core._runtime.ownership import check_owner
from mp_core._runtime.recording import VetoesRecorded
from mp_core._runtime.unconfigured import stored_token
from mp_core._sealed import sealed_face
from mp_core._values.commands import update_command
from mp_core._values.session import is_same
from mp_core.errors import AccountNotFoundError, ConfigError, MpError, OAuthError, ProviderError
from mp_core.plugin.tokens import REFRESH_ERROR, TOKEN_ERROR

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


@exported_from("mp_core.auth_types")
@sealed_face
class OnDiskTokenResolver:
    """Finds bearers on this machine, refreshing stored ones when they are stale.

    Args:
        context: The surroundings; those of the process unless told otherwise.
        account: The only account that it serves. Without it, it serves whichever asks; where only a
            name is known, that is the one in the configuration, else the one in the slot's files.
        rejected: The very token that the server refused; it counts as stale.
    """

    def __init__(
        self,
        *,
        context: Context | None = None,
        account: Account | None = None,
        rejected: str | None = None,
    ) -> None:
        self._context = context or Context()
        self._served = account
        self._asking: Account | None = None
        self._rejected = None if rejected is None else SecretStr(rejected)

    def for_account(self, account: Account) -> Self:
        """Return the resolver as it is handed to the provider of an account.

        Whichever name and region that asks for then, it means this very account.
        """
        if account is self._asking:
            return self
        handed = copy.copy(self)
        handed._asking = account
        return handed

    def get_token(self, account: Account) -> str:
        """Return the current access token of an account whose tokens are kept.

        Raises:
            OAuthError: It is not logged in, or its tokens cannot be refreshed; or it was pickled
                as somebody else's than the login that is kept here.
            ProviderError: Its provider or an extension is missing or failed.
            ConfigError: A policy refuses the account.
        """
        if self._served is not None and not is_same(self._served, account):
            raise _other_account(account.name, account.region)
        self._admit(account)
        if account.owner_id is not None and account.token_place is None:
            check_owner(self._context, account)
        try:
            vault = self._context.vault_of(account)
            return vault.access_token(account, rejected=self._refused)
        except ConfigError as error:
            raise _failure(error, account.name, REFRESH_ERROR) from None

    def get_browser_token(self, name: str, region: str) -> str:
        """Return the current access token of an account that logs in.

        Raises:
            OAuthError: It is not logged in, or its tokens cannot be refreshed.
            ProviderError: Its provider or an extension is missing or failed.
        """
        account = self._asking or self._served or self._configured(name)
        if account is None:
            return self._unconfigured(name, region)
        if (account.name, account.region) != (name, region):
            raise _other_account(name, region)
        return self.get_token(account)

    def _admit(self, account: Account) -> None:
        """Ask the policies about an account, but where its provider asks, which they let through.

        Raises:
            ConfigError: One of them refuses it.
        """
        if account is not self._asking:
            admit(self._context, account)

    @property
    def _refused(self) -> str | None:
        return self._rejected.get_secret_value() if self._rejected else None

    def _configured(self, name: str) -> Account | None:
        try:
            with VetoesRecorded(self._context):
                return self._context.config().account(name)
        except AccountNotFoundError:
            return None
        except ConfigError as error:
            raise _failure(error, name, TOKEN_ERROR) from None

    def _unconfigured(self, name: str, region: str) -> str:
        try:
            return stored_token(self._context, name, region, self._refused)
        except ConfigError as error:
            raise _failure(error, name, TOKEN_ERROR) from None

    def get_static_token(self, account: Account) -> str:
        """Return the token that an account holds, or the value of the variable that it names.

        Raises:
            OAuthError: There is none, or it cannot stand in a header.
            ConfigError: A policy refuses the account.
        """
        self._admit(account)
        source = account.static_token()
        if source is None:
            raise _no_token(account, "it holds none")
        if isinstance(source, SecretStr):
            return _checked(account, source.get_secret_value(), "its token")
        where = f"the environment variable {source}"
        value = variables.get(self._context.env, source)
        if value is None:
            raise _no_token(account, f"{where} is unset or empty", source)
        return _checked(account, value, where, source)


def _checked(account: Account, value: str, where: str, variable: str | None = None) -> str:
    """Return a bearer of printable ASCII without spaces (RFC 6750 §2.1)."""
    token = value.strip()
    if token and token.isascii() and token.isprintable() and " " not in token:
        return token
    raise _no_token(account, f"{where} is not a bearer token", variable)


def _no_token(account: Account, reason: str, variable: str | None = None) -> OAuthError:
    facts = {"env_var": variable} if variable else {}
    return OAuthError(
        f"Account {account.name!r} has no usable token: {reason}.",
        hint=f"Run: export {variable}=…" if variable else f"Store one: {update_command(account)}",
        code=TOKEN_ERROR,
        details={"account": account.name, **facts},
    )


def _failure(error: ConfigError, name: str, code: str) -> MpError:
    """Return why there is no token, as what the plugins or the tokens of an account are."""
    if isinstance(error, ProviderError):
        return error
    details = {**error.details, "account": name}
    return OAuthError(error.message, hint=error.hint, code=code, details=details)


def _other_account(name: str, region: str) -> OAuthError:
    return OAuthError(
        f"The account {name!r} in region {region!r} is not the one this resolver serves.",
        code=TOKEN_ERROR,
        details={"account": name, "region": region},
    )
