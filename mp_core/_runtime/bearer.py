"""The default token resolver: stored tokens from the vault, static ones from where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from mp_core import _env as variables
from mp_core._public import exported_from
from mp_core._runtime.context import Context
from mp_core._values.commands import update_command
from mp_core.errors import OAuthError
from mp_core.plugin.tokens import TOKEN_ERROR

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


@exported_from("mp_core.auth_types")
class OnDiskTokenResolver:
    """Finds bearers on this machine, refreshing stored ones when they are stale.

    Args:
        context: The surroundings; those of the process unless told otherwise.
        account: The account whose header is asked for. Without it, `get_browser_token` looks the
            name up in the configuration.
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
        self._account = account
        self._rejected = rejected

    def get_browser_token(self, name: str, region: str) -> str:
        """Return the current access token of an account that logs in.

        Raises:
            OAuthError: It is not logged in, or its tokens cannot be refreshed.
            ConfigError: No account was given and none of this name is configured.
        """
        account = self._account or self._context.config().account(name)
        if (account.name, account.region) != (name, region):
            raise _other_account(name, region)
        return self._context.vault.access_token(account, rejected=self._rejected)

    def get_static_token(self, account: Account) -> str:
        """Return the token that an account holds, or the value of the variable that it names.

        Raises:
            OAuthError: There is none, or it cannot stand in a header.
        """
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


def _other_account(name: str, region: str) -> OAuthError:
    return OAuthError(
        f"The account {name!r} in region {region!r} is not the one this resolver serves.",
        code=TOKEN_ERROR,
        details={"account": name, "region": region},
    )
