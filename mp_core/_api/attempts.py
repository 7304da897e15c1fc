"""The attempts to send one request as somebody, each of them authenticated anew."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import httpx
from pydantic import SecretStr

from mp_core._api.bodies import can_be_repeated
from mp_core._network.intermediaries import intermediary
from mp_core._network.own_fields import put, take_back
from mp_core._network.own_tls import secure
from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._sealed import Hidden
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin._host.resolvers import bound
from mp_core.plugin.outgoing import OutgoingRequest
from mp_core.plugin.tokens import TOKEN_ERROR, BasicTokenResolver

if TYPE_CHECKING:
    from mp_core._runtime.context import Context
    from mp_core._runtime.destination import Destination
    from mp_core._values.session import Session

_HEADER: Final = "Authorization"
_OF_OTHERS: Final = ("authorization", "cookie", "proxy-authorization")
"""What proves somebody else, which no plugin gets to see."""


class Attempts:
    """One request of a session. Nothing secret shows in the attributes.

    Args:
        request: What is sent; each attempt puts its own headers into it.
        session: As whom.
        destination: Where it may go, and which plugins serve the account.
        context: The surroundings.
        resolver: Finds the bearer, instead of the tokens on this machine.
    """

    _signs: bool
    _is_kept: bool
    _before: Hidden
    _token: SecretStr | None

    def __init__(
        self,
        request: httpx.Request,
        session: Session,
        destination: Destination,
        context: Context,
        resolver: BasicTokenResolver | None,
    ) -> None:
        self._request = request
        self._session = session
        self._account = session.account
        self._destination = destination
        self._host = destination.host
        self._context = context
        self._resolver = resolver

    def is_recorded(self) -> bool:
        """Return whether an audit log takes note of the attempts.

        Raises:
            ProviderError: An extension is missing or does not load.
        """
        return self._host.is_recorded(self._account.type)

    def begin(self) -> bool:
        """Prepare the first attempt; return whether the body has to be read before `prove`.

        Raises:
            ConfigError: The credential is not sent there, or not with this client.
            OAuthError: The token that it needs cannot be had.
            ProviderError: A plugin is missing or failed.
        """
        self._check_host()
        self._secure()
        self._signs = self._host.signs(self._account)
        take_back(self._request)
        if self._session.headers:
            put(self._request, self._session.headers)
        if self._signs and self._host.needs_body(self._account):
            return True
        self.prove()
        return False

    def prove(self) -> None:
        """Put the headers of the first attempt into the request.

        Raises:
            OAuthError: The token that they need cannot be had.
            ProviderError: A plugin is missing or failed.
        """
        self._is_kept = can_be_repeated(self._request)
        if self._signs:
            self._request.headers.pop(_HEADER, None)
            self._before = Hidden(raw=self._request.headers.raw)
        self._set(*self._proof())

    def renew(self, response: httpx.Response) -> bool:
        """Return whether another attempt is worth it after an answer, and prepare it.

        It is after a 401, where the credential is another one now, and the body is still there. A
        signature without a token differs each time, and says the same.

        Raises:
            OAuthError: The login is gone for good.
            ProviderError: A plugin is missing or failed.
        """
        if not _is_refusal(response) or (self._token is None and self._is_signed()):
            return False
        try:
            proof, token = self._proof(rejected=self._token)
        except OAuthError as error:
            if error.code != TOKEN_ERROR:
                raise
            return False
        is_same = proof.get(_HEADER) == self._request.headers.get(_HEADER)
        if (is_same if self._token is None else token == self._token) or not self._is_kept:
            return False
        self._set(proof, token)
        return True

    def _is_signed(self) -> bool:
        return self._host.signs_itself(self._account)

    def _proof(self, rejected: SecretStr | None = None) -> tuple[dict[str, str], SecretStr | None]:
        """Return the headers of an attempt, and the token that went into them, if any did."""
        account = self._account
        handed = bound(self._resolver_for(rejected), account)
        if self._signs:
            proof = self._host.authenticate(account, self._outgoing(), handed)
        else:
            proof = {_HEADER: self._host.auth_header(account, handed)}
        return Hidden(proof), handed.last

    def _set(self, proof: dict[str, str], token: SecretStr | None) -> None:
        """Put headers into the request, in the place of those of the attempt before."""
        if self._signs:
            self._request.headers = httpx.Headers(self._before["raw"])
        put(self._request, proof)
        self._token = token

    def _outgoing(self) -> OutgoingRequest:
        request = self._request
        headers = httpx.Headers(self._before["raw"])
        for name in _OF_OTHERS:
            headers.pop(name, None)
        content = request.content if self._host.needs_body(self._account) else None
        url = str(request.url)
        return OutgoingRequest(request.method, url, MappingProxyType(headers), content)

    def _resolver_for(self, rejected: SecretStr | None) -> BasicTokenResolver:
        if self._resolver is not None:
            return self._resolver
        refused = rejected.get_secret_value() if rejected else None
        return OnDiskTokenResolver(context=self._context, account=self._account, rejected=refused)

    def _check_host(self) -> None:
        account, url, to = self._account, self._request.url, self._destination
        if to.may_receive(str(url)):
            return
        own = "its own endpoints" if to.has_own() else f"the hosts of {account.region}"
        raise ConfigError(
            f"The credential of account {account.name!r} is not sent to {url.scheme}://{url.host}:"
            f" it goes over https to {own} alone, or to MP_API_BASE_URL.",
            hint="Use an address of the account's region, or of its gateway.",
            code="CREDENTIAL_HOST",
        )

    def _secure(self) -> None:
        context = self._host.tls_context(self._account)
        if secure(self._request, context):
            return
        raise ConfigError(
            f"Account {self._account.name!r} needs connections of its own, such as with a client"
            " certificate, which this HTTP client does not make.",
            hint="Send the request with the client of a workspace: mp_core.Workspace(…).http",
            code="NEEDS_OWN_CLIENT",
            details={"account": self._account.name, "type": self._account.type},
        )


def _is_refusal(response: httpx.Response) -> bool:
    """Return whether Mixpanel refuses the credential; a proxy's 401 says nothing of it."""
    return response.status_code == httpx.codes.UNAUTHORIZED and intermediary(response) is None
