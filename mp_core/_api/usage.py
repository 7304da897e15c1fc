"""What audit logs are told of a request: one event an attempt that left with a credential."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from typing import TYPE_CHECKING

from mp_core._network.causes import cause_of
from mp_core._network.header_fields import AUTHORIZATION
from mp_core._runtime.context import Context
from mp_core._runtime.recording import record
from mp_core._sealed import Sealing

if TYPE_CHECKING:
    import httpx

    from mp_core.plugin.account import Account

    Flow = Generator[httpx.Request, httpx.Response, None]
    AsyncFlow = AsyncGenerator[httpx.Request, httpx.Response]


class Usage:
    """The attempts to send one request as an account.

    A client that follows a redirect makes an attempt that the flow does not see; it stands in the
    history of the answer.
    """

    def __init__(self, context: Context, account: Account) -> None:
        self._context = context
        self._account = account
        self._known: list[httpx.Response] = []

    def answered(self, response: httpx.Response) -> None:
        """Tell of an answer, and of those on the way to it.

        Raises:
            ProviderError: An audit log that is required did not take it.
        """
        for each in (*response.history, response):
            if all(each is not known for known in self._known) and _is_ours(each, response):
                self._known.append(each)
                self._record(each.request, each.status_code)

    def unanswered(self, request: httpx.Request, error: BaseException | None) -> None:
        """Tell that no answer arrived, and why.

        Raises:
            ProviderError: An audit log that is required did not take it.
        """
        self._record(request, None, cause=_cause(error))

    def _record(self, request: httpx.Request, status: int | None, **more: str) -> None:
        # The path as it was sent: decoded it might hold a line end.
        path = request.url.raw_path.partition(b"?")[0].decode("ascii", "replace")
        facts = {"host": request.url.host, "method": request.method, "path": path}
        record(self._context, self._account, "credential_used", **facts, status=status, **more)


def recorded(flow: Flow, usage: Usage) -> Flow:
    """Return a flow that tells of every attempt that it makes."""
    try:
        request = next(flow)
        while True:
            response = None
            with suppress(GeneratorExit):
                response = yield request
            with Sealing():
                if response is None:
                    usage.unanswered(request, _raised())
                    return
                usage.answered(response)
            request = flow.send(response)
    except StopIteration:
        return
    finally:
        flow.close()


async def recorded_async(flow: AsyncFlow, usage: Usage) -> AsyncFlow:
    """Return the same without blocking the event loop, but where the request has failed."""
    from anyio import to_thread

    try:
        request = await anext(flow)
        while True:
            response = None
            with suppress(GeneratorExit):
                response = yield request
            with Sealing():
                if response is None:
                    usage.unanswered(request, _raised())
                    return
                await to_thread.run_sync(usage.answered, response)
            request = await flow.asend(response)
    except StopAsyncIteration:
        return
    finally:
        await flow.aclose()


def _raised() -> BaseException | None:
    """Return what a client is raising that has just closed a flow: why there is no answer."""
    return sys.exc_info()[1]


def _is_ours(response: httpx.Response, last: httpx.Response) -> bool:
    """Return whether a request left with a credential, which does not follow to other hosts."""
    request, first = response.request, (last.history or [last])[0].request
    return AUTHORIZATION in request.headers or request.url.host == first.url.host


def _cause(error: BaseException | None) -> str:
    import httpx

    if isinstance(error, httpx.RequestError):
        return cause_of(error).name
    return "other" if error is None else type(error).__name__
