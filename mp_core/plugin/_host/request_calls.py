"""The hooks about requests: where they go, over which connection, and what proves them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mp_core._network.header_fields import AUTHORIZATION, is_field_name, is_field_value, is_reserved
from mp_core.plugin._host.calls import Calls
from mp_core.plugin._host.resolvers import bound

if TYPE_CHECKING:
    import ssl

    from mp_core._network.endpoints import Family
    from mp_core.plugin.account import Account
    from mp_core.plugin.outgoing import OutgoingRequest
    from mp_core.plugin.tokens import BasicTokenResolver

NEEDS_BODY: Final = "MP_NEEDS_BODY"
"""Name under which a plugin says that it signs bodies, too."""

_HEADER: Final = re.compile("[!-~](?:[ -~]*[!-~])?")
"""The value of a header: printable ASCII, without blanks around it (RFC 9110 §5.5)."""


class RequestCalls(Calls):
    """Endpoints, connections and headers."""

    def auth_header(self, account: Account, token_resolver: BasicTokenResolver) -> str:
        """Return the account's `Authorization` header.

        Raises:
            OAuthError: The token it needs cannot be had.
            ProviderError: The provider is missing or failed.
        """
        resolver = bound(token_resolver, account)
        header = self._hooks.about("mp_auth_header", account, token_resolver=resolver)
        if isinstance(header, str) and _HEADER.fullmatch(header):
            return header
        self._hooks.fail(account.type, "mp_auth_header returned no valid header value")

    def authenticate(
        self, account: Account, request: OutgoingRequest, token_resolver: BasicTokenResolver
    ) -> dict[str, str]:
        """Return the headers that prove one request, `Authorization` among them if there is one.

        Raises:
            OAuthError: The token they need cannot be had.
            ProviderError: The provider or an extension is missing or failed.
        """
        resolver = bound(token_resolver, account)
        given = {"request": request, "token_resolver": resolver}
        own = self._hooks.own("mp_authenticate", account, **given)
        if own is None:
            own = {"Authorization": self.auth_header(account, token_resolver)}
        fields = self._checked_fields(account.type, own)
        for name in self._hooks.extensions_with("mp_authenticate"):
            added = self._hooks.of_extension(name, "mp_authenticate", account, **given)
            fields = {**self._added(account.type, name, added), **fields}
        return dict(fields.values())

    def _checked_fields(self, type_: str, answer: Any) -> dict[str, tuple[str, str]]:
        if isinstance(answer, Mapping) and all(map(_is_field, answer.items())):
            return {name.lower(): (name, value) for name, value in answer.items()}
        self._hooks.fail(type_, "mp_authenticate returned no valid header fields")

    def _added(self, type_: str, extension: str, answer: Any) -> dict[str, tuple[str, str]]:
        fields = {} if answer is None else self._checked_fields(type_, answer)
        if AUTHORIZATION in fields:
            self._hooks.fail(type_, f"the extension {extension} returned Authorization")
        return fields

    def endpoint(self, account: Account, family: Family) -> str | None:
        """Return the base address of an API for an account, or None for that of its region."""
        address: str | None = self._hooks.own("mp_endpoint", account, family=family)
        return address

    def tls_context(self, account: Account) -> ssl.SSLContext | None:
        """Return what secures the connections of an account, or None for the usual."""
        context: ssl.SSLContext | None = self._hooks.own("mp_tls_context", account)
        if context is None or _is_tls_context(context):
            return context
        self._hooks.fail(account.type, "mp_tls_context returned something else than an SSLContext")

    def needs_body(self, account: Account) -> bool:
        """Return whether a plugin that authenticates the account's requests signs bodies, too."""
        plugins = self._hooks.plugins_with("mp_authenticate", account.type)
        return any(getattr(plugin, NEEDS_BODY, False) is True for plugin in plugins)


def _is_field(item: tuple[Any, Any]) -> bool:
    name, value = item
    return is_field_name(name) and is_field_value(value) and not is_reserved(name)


def _is_tls_context(answer: Any) -> bool:
    import ssl

    return isinstance(answer, ssl.SSLContext)
