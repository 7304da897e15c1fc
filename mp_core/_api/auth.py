"""`SessionAuth`: a session as an `httpx.Auth`, for any client, sync or async."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator

import httpx

from mp_core._api.attempts import Attempts
from mp_core._api.usage import Usage, recorded, recorded_async
from mp_core._public import exported_from
from mp_core._runtime.admission import admit
from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core._runtime.destination import Destination
from mp_core._sealed import Sealing, sealed
from mp_core._values.session import Session
from mp_core.plugin.tokens import BasicTokenResolver


@exported_from("mp_core")
class SessionAuth(httpx.Auth):
    """Adds what proves a session, and its headers, to requests to its account's hosts only.

    The headers of the session stand over those of the request and of its client, and what proves
    the session over both. Every attempt is proven anew.

    After a 401 the credential is asked for once more with the refused bearer marked as stale; if
    that yields another one, the request is repeated once, where its body can be sent twice; a
    proxy's 401 says nothing of the credential. A copy, and what a pickle yields
    elsewhere, has the session alone, in the surroundings of the process where it is made.

    A client that follows redirects takes all headers along to other hosts but `Authorization`:
    leave that switched off, as it is in the client of a `Workspace`, where headers hold secrets.

    Args:
        session: Whose credential.
        context: The surroundings; those of the process unless told otherwise.
        token_resolver: Finds the bearer, instead of the tokens on this machine.
        destination: Where its requests go, where the policies in force have been asked about it.
    """

    def __init__(
        self,
        session: Session,
        *,
        context: Context | None = None,
        token_resolver: BasicTokenResolver | None = None,
        destination: Destination | None = None,
    ) -> None:
        self._session = session
        self._context = context or Context()
        self._resolver = token_resolver
        self._destination = destination
        self._is_admitted = destination is not None

    def __getstate__(self) -> Session:
        """Return what a copy or a pickle holds."""
        return self._session

    def __setstate__(self, session: Session) -> None:
        """Begin with the session, in the surroundings of this process."""
        SessionAuth.__init__(self, session)

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Send with what proves the session, and once more after a 401 with a fresh credential."""
        with Sealing():
            attempts = self._attempts(request)
            usage = self._usage(attempts)
        flow = self._flow(request, attempts)
        return recorded(flow, usage) if usage else flow

    def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Do the same without blocking the event loop: proofs are made in a worker thread."""
        with Sealing():
            attempts = self._attempts(request)
            usage = self._usage(attempts)
        flow = self._async_flow(request, attempts)
        return recorded_async(flow, usage) if usage else flow

    def _flow(
        self, request: httpx.Request, attempts: Attempts
    ) -> Generator[httpx.Request, httpx.Response, None]:
        with Sealing():
            self._admit()
            if attempts.begin():
                request.read()
                attempts.prove()
        response = yield request
        with Sealing():
            is_renewed = attempts.renew(response)
        if is_renewed:
            response.read()
            yield request

    async def _async_flow(
        self, request: httpx.Request, attempts: Attempts
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        from anyio import to_thread

        with Sealing():
            await to_thread.run_sync(self._admit)
            if await to_thread.run_sync(attempts.begin):
                await request.aread()
                await to_thread.run_sync(attempts.prove)
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            await response.aread()
            with Sealing():
                is_renewed = await to_thread.run_sync(attempts.renew, response)
            if is_renewed:
                yield request

    @sealed
    def header(self, rejected: str | None = None) -> str:
        """Return the header, different from a rejected one if that is possible.

        Raises:
            OAuthError: The token it needs cannot be had.
            ConfigError: A policy refuses the account.
        """
        self._admit()
        account = self._session.account
        host = self._context.host_of(account)
        return host.auth_header(account, self._resolver_for(rejected))

    def _admit(self) -> None:
        """Ask the policies in force about the account, before it is used for the first time."""
        if not self._is_admitted:
            admit(self._context, self._session.account)
            self._is_admitted = True

    def _attempts(self, request: httpx.Request) -> Attempts:
        destination = self._destination or self._context.destination(self._session.account)
        return Attempts(request, self._session, destination, self._context, self._resolver)

    def _usage(self, attempts: Attempts) -> Usage | None:
        """Return what tells audit logs of the attempts, where there are any."""
        return Usage(self._context, self._session.account) if attempts.is_recorded() else None

    def _resolver_for(self, rejected: str | None) -> BasicTokenResolver:
        if self._resolver is not None:
            return self._resolver
        bearer = rejected.partition(" ")[2] if rejected else None
        account = self._session.account
        return OnDiskTokenResolver(context=self._context, account=account, rejected=bearer)
