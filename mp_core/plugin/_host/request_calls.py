"""The hooks about requests: where they go, over which connection, and what proves them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mp_core._cached import Cached
from mp_core._network.endpoints import private_base
from mp_core._network.header_fields import AUTHORIZATION, is_field_name, is_field_value, is_reserved
from mp_core.errors import ConfigError
from mp_core.plugin._host.calls import Calls
from mp_core.plugin._host.resolvers import bound
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS

if TYPE_CHECKING:
    import ssl

    from mp_core._network.endpoints import Family
    from mp_core.plugin._host.tls_contexts import TlsContexts
    from mp_core.plugin.account import Account
    from mp_core.plugin.outgoing import OutgoingRequest
    from mp_core.plugin.tokens import BasicTokenResolver, TokenResolver

NEEDS_BODY: Final = "MP_NEEDS_BODY"
"""Name under which a plugin says that it signs bodies, too."""

_Fields = dict[str, tuple[str, str]]
"""Name and value of header fields, by the name in small letters."""

_HEADER: Final = re.compile("[!-~](?:[ -~]*[!-~])?")
"""The value of a header: printable ASCII, without blanks around it (RFC 9110 §5.5)."""


class RequestCalls(Calls):
    """Endpoints, connections and headers."""

    @Cached
    def _tls_contexts(self) -> TlsContexts:
        from mp_core.plugin._host.tls_contexts import TlsContexts

        return TlsContexts()

    def has_header(self, account: Account) -> bool:
        """Return whether an account's credential is a header, which needs no request to be made."""
        return self._hooks.provides("mp_auth_header", account.type)

    def signs(self, account: Account) -> bool:
        """Return whether a plugin looks at every request of an account, to authenticate it."""
        return bool(self._hooks.implementers("mp_authenticate", account.type))

    def signs_itself(self, account: Account) -> bool:
        """Return whether the account's provider does so, and not just an extension."""
        return self._hooks.provides("mp_authenticate", account.type)

    def auth_header(self, account: Account, token_resolver: BasicTokenResolver) -> str:
        """Return the account's `Authorization` header.

        Raises:
            ConfigError: Its type authenticates each request by itself.
            OAuthError: The token it needs cannot be had.
            ProviderError: The provider is missing or failed.
        """
        resolver = bound(token_resolver, account)
        header = self._hooks.about("mp_auth_header", account, token_resolver=resolver)
        if isinstance(header, str) and _HEADER.fullmatch(header):
            return header
        if not self.has_header(account):
            raise _without_header(account)
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
        fields = self._own_fields(account, request, resolver)
        for name in self._hooks.extensions_with("mp_authenticate"):
            seen = _seen(request, self.loader.plugin(EXTENSIONS, name))
            added = self._hooks.of_extension(
                name, "mp_authenticate", account, request=seen, token_resolver=resolver
            )
            fields = {**self._added(account.type, name, added), **fields}
        return dict(fields.values())

    def _own_fields(
        self, account: Account, request: OutgoingRequest, resolver: TokenResolver
    ) -> _Fields:
        seen = _seen(request, self.loader.plugin(PROVIDERS, account.type))
        answer = self._hooks.own("mp_authenticate", account, request=seen, token_resolver=resolver)
        if answer is None and not self.has_header(account):
            self._hooks.fail(
                account.type, "mp_authenticate returned None, and there is no mp_auth_header"
            )
        if answer is None:
            answer = {"Authorization": self.auth_header(account, resolver)}
        return self._checked_fields(account.type, answer)

    def _checked_fields(self, type_: str, answer: Any, *, extension: str | None = None) -> _Fields:
        fault = _fault(answer)
        if fault is None:
            return {name.lower(): (name, value) for name, value in answer.items()}
        self._hooks.fail(type_, f"mp_authenticate returned {fault}", extension=extension)

    def _added(self, type_: str, extension: str, answer: Any) -> _Fields:
        if answer is None:
            return {}
        fields = self._checked_fields(type_, answer, extension=extension)
        if AUTHORIZATION in fields:
            cause = "mp_authenticate returned Authorization, which is the provider's to set"
            self._hooks.fail(type_, cause, extension=extension)
        return fields

    def has_endpoint(self, account: Account) -> bool:
        """Return whether the account's provider has a say in where its requests go."""
        return self._hooks.provides("mp_endpoint", account.type)

    def endpoint(self, account: Account, family: Family) -> str | None:
        """Return what stands in the place of the region's host, without a slash at its end.

        None is returned for an account whose requests go to its region.

        Raises:
            ProviderFailedError: It is no address that credentials may go to.
        """
        answer = self._hooks.own("mp_endpoint", account, family=family)
        base = private_base(answer) if isinstance(answer, str) else None
        if answer is None or base is not None:
            return base
        self._hooks.fail(
            account.type,
            f"mp_endpoint returned for {family} no address that credentials may go to: https, or"
            " http on a loopback host, with no user, password or query",
        )

    def tls_context(self, account: Account) -> ssl.SSLContext | None:
        """Return what secures the connections of an account, or None for the usual.

        It is the same one for some minutes, so that connections are used again.
        """
        if not self._hooks.provides("mp_tls_context", account.type):
            return None
        generation = self.loader.generation
        return self._tls_contexts.of(account, generation, lambda: self._made_context(account))

    def _made_context(self, account: Account) -> ssl.SSLContext | None:
        context: ssl.SSLContext | None = self._hooks.own("mp_tls_context", account)
        if context is None or _is_tls_context(context):
            return context
        self._hooks.fail(account.type, "mp_tls_context returned something else than an SSLContext")

    def needs_body(self, account: Account) -> bool:
        """Return whether a plugin that authenticates the account's requests signs bodies, too."""
        return any(map(_needs_body, self._hooks.plugins_with("mp_authenticate", account.type)))


def _needs_body(plugin: object) -> bool:
    return getattr(plugin, NEEDS_BODY, False) is True


def _seen(request: OutgoingRequest, plugin: object) -> OutgoingRequest:
    """Return a request as a plugin gets to see it: with its body if the plugin says so."""
    is_whole = request.content is None or _needs_body(plugin)
    return request if is_whole else replace(request, content=None)


def _fault(answer: Any) -> str | None:
    """Return what is wrong with header fields, in words that hold none of their values."""
    if not isinstance(answer, Mapping):
        return "something else than a mapping of header fields"
    if not all(map(is_field_name, answer)):
        return "a field whose name is not valid (RFC 9110 §5.1)"
    if len({name.lower() for name in answer}) < len(answer):
        return "a field twice, in different case"
    faults = (_fault_of(name, value) for name, value in answer.items())
    return next(filter(None, faults), None)


def _fault_of(name: str, value: Any) -> str | None:
    if is_reserved(name):
        return f"{name}, which no plugin sets"
    is_whole = name.lower() != AUTHORIZATION or value
    return None if is_field_value(value) and is_whole else f"{name} with no valid value"


def _is_tls_context(answer: Any) -> bool:
    import ssl

    return isinstance(answer, ssl.SSLContext)


def _without_header(account: Account) -> ConfigError:
    return ConfigError(
        f"Accounts of type {account.type} sign each request: account {account.name!r} has no header"
        " apart from one.",
        hint="Send requests with mp_core.Workspace, or with httpx and mp_core.SessionAuth.",
        code="SIGNS_REQUESTS",
        details={"account": account.name, "type": account.type},
    )
