"""`SessionAuth`: a session as an `httpx.Auth`, for any client, sync or async."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from typing import Final

import httpx

from mp_core._api.bodies import can_be_repeated
from mp_core._network.endpoints import may_carry_credential
from mp_core._network.intermediaries import intermediary
from mp_core._public import exported_from
from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core._sealed import Sealing, sealed
from mp_core._values.session import Session
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin.tokens import TOKEN_ERROR, BasicTokenResolver

_HEADER: Final = "Authorization"


@exported_from("mp_core")
class SessionAuth(httpx.Auth):
    """Adds a session's `Authorization` header, to the hosts of its region only.

    After a 401 the credential is asked for once more with the refused bearer marked as stale; if
    that yields another header, the request is repeated once, where its body can be sent twice; a
    proxy's 401 says nothing of the credential. A copy, and what a pickle yields
    elsewhere, has the session alone, in the surroundings of the process where it is made.

    Args:
        session: Whose credential.
        context: The surroundings; those of the process unless told otherwise.
        token_resolver: Finds the bearer, instead of the tokens on this machine.
    """

    def __init__(
        self,
        session: Session,
        *,
        context: Context | None = None,
        token_resolver: BasicTokenResolver | None = None,
    ) -> None:
        self._session = session
        self._context = context or Context()
        self._resolver = token_resolver

    def __getstate__(self) -> Session:
        """Return what a copy or a pickle holds."""
        return self._session

    def __setstate__(self, session: Session) -> None:
        """Begin with the session, in the surroundings of this process."""
        self._session, self._context, self._resolver = session, Context(), None

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Send with the header, and once more after a 401 with a refreshed one."""
        with Sealing():
            self._check_host(request)
            is_kept = can_be_repeated(request)
            request.headers[_HEADER] = self.header()
        response = yield request
        if _is_refusal(response):
            with Sealing():
                is_renewed = self._renews(request, is_kept)
            if is_renewed:
                response.read()
                yield request

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Do the same without blocking the event loop: headers are made in a worker thread."""
        from anyio import to_thread

        with Sealing():
            self._check_host(request)
            is_kept = can_be_repeated(request)
            request.headers[_HEADER] = await to_thread.run_sync(self.header)
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            await response.aread()
        if _is_refusal(response):
            with Sealing():
                is_renewed = await to_thread.run_sync(self._renews, request, is_kept)
            if is_renewed:
                yield request

    @sealed
    def header(self, rejected: str | None = None) -> str:
        """Return the header, different from a rejected one if that is possible.

        Raises:
            OAuthError: The token it needs cannot be had.
        """
        account = self._session.account
        host = self._context.host_of(account)
        return host.auth_header(account, self._resolver_for(rejected))

    def _renews(self, request: httpx.Request, is_kept: bool) -> bool:
        """Put a fresh header into a request that got a 401; False where there is none.

        One whose body is not kept cannot be sent again; the next request has the fresh header. It
        is in no local variable of the flow, which tracebacks may show, but in the request's headers
        alone, which show it as stars.
        """
        try:
            fresh = self.header(rejected=request.headers[_HEADER])
        except OAuthError as error:
            if error.code != TOKEN_ERROR:
                raise
            return False
        if fresh == request.headers[_HEADER] or not is_kept:
            return False
        request.headers[_HEADER] = fresh
        return True

    def _resolver_for(self, rejected: str | None) -> BasicTokenResolver:
        if self._resolver is not None:
            return self._resolver
        bearer = rejected.partition(" ")[2] if rejected else None
        account = self._session.account
        return OnDiskTokenResolver(context=self._context, account=account, rejected=bearer)

    def _check_host(self, request: httpx.Request) -> None:
        region = self._session.region
        if may_carry_credential(str(request.url), region, self._context.env):
            return
        raise ConfigError(
            f"The credential of account {self._session.account.name!r} is not sent to"
            f" {request.url.scheme}://{request.url.host}: it goes over https to the hosts of"
            f" region {region} alone, or to MP_API_BASE_URL.",
            hint="Use an address of the account's region.",
            code="CREDENTIAL_HOST",
        )


def _is_refusal(response: httpx.Response) -> bool:
    """Return whether Mixpanel refuses the credential."""
    return response.status_code == httpx.codes.UNAUTHORIZED and intermediary(response) is None
