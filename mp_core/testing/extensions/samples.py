"""Accounts for an extension to serve, and their providers: an extension knows no type."""

from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field, SecretStr

from mp_core._public import exported_from
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl

if TYPE_CHECKING:
    import httpx

    from mp_core.plugin.login import LoginFlow
    from mp_core.plugin.tokens import OAuthTokens, TokenResolver

SAMPLE: Final = "sample"
OTHER: Final = "other_sample"


@exported_from("mp_core.testing")
class SampleAccount(Account):
    """An account of a type that exists in contract tests alone, and logs in.

    Attributes:
        key: A secret.
    """

    type: Literal["sample"] = "sample"
    key: SecretStr = Field(default=SecretStr("fake-key-of-the-sample"), validate_default=True)

    def is_long_lived(self) -> bool:
        """Return True: its login renews itself."""
        return True


@exported_from("mp_core.testing.extensions.samples")
class OtherSampleAccount(Account):
    """The same of another type, whose only credential is its key."""

    type: Literal["other_sample"] = "other_sample"
    key: SecretStr = Field(default=SecretStr("fake-key-of-the-other"), validate_default=True)

    def is_long_lived(self) -> bool:
        """Return True: its key is good until it is changed."""
        return True


class SampleProvider:
    """Serves accounts that log in, and whose tokens are refreshed."""

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        """Return the model."""
        return SampleAccount

    @hookimpl
    def mp_auth_header(self, account: Account, token_resolver: "TokenResolver") -> str:
        """Return the header."""
        return f"Bearer {token_resolver.get_token(account)}"

    @hookimpl
    def mp_login(self, flow: "LoginFlow") -> "OAuthTokens | None":
        """Return no tokens: nobody logs in here."""
        return None

    @hookimpl
    def mp_refresh_tokens(
        self, tokens: "OAuthTokens", http: "httpx.Client"
    ) -> "OAuthTokens | None":
        """Return no tokens: there is no server."""
        return None


class OtherSampleProvider:
    """Serves accounts that have no tokens."""

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        """Return the model."""
        return OtherSampleAccount

    @hookimpl
    def mp_auth_header(self, account: OtherSampleAccount) -> str:
        """Return the header."""
        return f"Sample {account.key.get_secret_value()}"


PROVIDERS_OF_SAMPLES: Final = {SAMPLE: SampleProvider(), OTHER: OtherSampleProvider()}
"""The providers by type."""
