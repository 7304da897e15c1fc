"""Bearer tokens, the client they were issued to, and the file that keeps them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol, Self, runtime_checkable

from pydantic import AwareDatetime, Field, SecretStr

from mp_core._frozen import Frozen
from mp_core._network.endpoints import Region
from mp_core._public import exported_from
from mp_core._sealed import Hidden, Sealing
from mp_core.plugin.responses import lax_fields, lax_lifetime, strict_lifetime

if TYPE_CHECKING:
    from mp_core.plugin.account import Account

EXPIRY_BUFFER: Final = timedelta(seconds=30)
"""A token counts as expired this long before it is, so that it survives the request."""

TOKEN_ERROR: Final = "OAUTH_TOKEN_ERROR"
REFRESH_ERROR: Final = "OAUTH_REFRESH_ERROR"
REFRESH_REVOKED: Final = "OAUTH_REFRESH_REVOKED"


@exported_from("mp_core.auth_types")
class OAuthTokens(Frozen):
    """An access token and what came with it (RFC 6749 §5.1).

    Attributes:
        access_token: The bearer.
        refresh_token: What buys the next one, when the server gave one.
        expires_at: When the access token expires; aware.
        scope: Scopes granted, separated by spaces; empty when the server did not say.
        token_type: `Bearer` (RFC 6750).
        client_id: The client registration they were issued to, which alone may refresh them.
        login_id: Names the login that they continue: a refresh keeps it, another login does not.
            For tokens that were fetched without a person it stands for the account's fields.
        slot: Whose they are, for tokens that a plugin keeps; the core says so and looks at it.
    """

    access_token: Annotated[SecretStr, Field(min_length=1)]
    refresh_token: SecretStr | None = None
    expires_at: AwareDatetime
    scope: str = ""
    token_type: str = "Bearer"
    client_id: str | None = None
    login_id: str | None = None
    slot: str | None = None

    def is_expired(self, *, now: datetime | None = None) -> bool:
        """Return whether the access token expires within 30 seconds."""
        return self.expires_at <= (now or datetime.now(UTC)) + EXPIRY_BUFFER

    @classmethod
    def from_token_response(
        cls, response: Mapping[str, Any], *, now: datetime | None = None
    ) -> Self:
        """Return the tokens of a token endpoint's answer (RFC 6749 §5.1).

        Unknown keys are kept out.

        Raises:
            KeyError: `access_token`, `expires_in` or `token_type` is missing.
            ValueError: `expires_in` is not a number of seconds, or a value has the wrong type.
        """
        response = Hidden(response)
        with Sealing(Exception):
            return cls._of(response, now or datetime.now(UTC))

    @classmethod
    def _of(cls, response: Mapping[str, Any], now: datetime) -> Self:
        lifetime = strict_lifetime(response["expires_in"])
        return cls(
            access_token=response["access_token"],
            refresh_token=response.get("refresh_token"),
            expires_at=now + lifetime,
            scope=response.get("scope") or "",
            token_type=response["token_type"],
        )

    @classmethod
    def from_lax_response(cls, response: Mapping[str, Any], *, now: datetime | None = None) -> Self:
        """Return the tokens of an answer that holds an access token, whatever else is odd in it.

        For a refresh, whose refresh token is spent by then. A lifetime that is not stated, or not
        as a number, is taken for one hour, with a `CredentialWarning`. A type that is not stated is
        `Bearer`. A list of scopes is as good as a text. Unknown keys are kept out.

        Raises:
            KeyError: There is no `access_token`.
            ValueError: `access_token` is no text, or empty.
        """
        response = Hidden(response)
        with Sealing(Exception):
            fields = Hidden(lax_fields(response))
            lifetime = lax_lifetime(response.get("expires_in"))
            return cls(expires_at=(now or datetime.now(UTC)) + lifetime, **fields)

    def reveal(self) -> dict[str, Any]:
        """Return the fields with secrets in clear and `expires_at` in ISO 8601, to keep them."""
        fields = self.model_dump(mode="json", exclude_none=True)
        fields["access_token"] = self.access_token.get_secret_value()
        if self.refresh_token is not None:
            fields["refresh_token"] = self.refresh_token.get_secret_value()
        return fields


@exported_from("mp_core.auth_types")
class OAuthClientInfo(Frozen):
    """A client registration (RFC 7591 §3.2.1)."""

    client_id: str
    region: Region
    redirect_uri: str
    scope: str
    created_at: AwareDatetime


class BasicTokenResolver(Protocol):
    """What a resolver of one's own has at least: it is asked by name and region."""

    def get_browser_token(self, name: str, region: str) -> str:
        """Return the current access token of an account that logs in; raises `OAuthError`."""
        ...

    def get_static_token(self, account: "Account") -> str:
        """Return the token that an account holds or names; raises `OAuthError`."""
        ...


@exported_from("mp_core.auth_types")
@runtime_checkable
class TokenResolver(BasicTokenResolver, Protocol):
    """Where an account's header gets its bearer from."""

    def get_token(self, account: "Account") -> str:
        """Return the current access token of this very account; raises `OAuthError`.

        It serves every type whose tokens the core keeps.
        """
        ...


@exported_from("mp_core.plugin")
class TokenStore(Protocol):
    """One account's slot for tokens."""

    @property
    def key(self) -> str:
        """What names the slot where tokens are kept elsewhere: opaque, stable, letters and digits.

        It differs for every storage root, configuration file, account, type and region.
        """
        ...

    def load(self) -> OAuthTokens | None:
        """Return the tokens, or None when the slot is empty."""
        ...

    def save(self, tokens: OAuthTokens) -> str:
        """Keep the tokens durably and return where."""
        ...

    def delete(self) -> bool:
        """Empty the slot and return whether it held any."""
        ...
