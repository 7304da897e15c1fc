"""The login: register, let the person approve, receive the code, exchange it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from mp_core.errors import OAuthError
from mp_core.plugin import Account, LoginFlow, OAuthClientInfo, OAuthTokens
from mp_oauth_browser.authorization import AuthorizationRequest, is_answer
from mp_oauth_browser.callback import CallbackListener, PortsBusyError
from mp_oauth_browser.registration import PORTS, client_of, redirect_uri
from mp_oauth_browser.token_endpoint import exchange

_FOREGROUND_S: Final = 1.0
"""After this time a browser that has not returned is taken to be open, in the foreground."""


def log_in(account: Account, flow: LoginFlow) -> OAuthTokens:
    """Return the tokens of a login that the person approves.

    With a browser, the redirect is received on a loopback port. Without one, or when all ports are
    busy, the person pastes the address that the browser ends at. Where no browser opens and nobody
    can paste either, there is nothing to wait for.

    Raises:
        OAuthError: A leg of the login failed.
    """
    client = client_of(account, flow)
    if flow.browse is None and flow.ask is not None:
        return _by_paste(account, flow, client)
    try:
        listener = CallbackListener(account.name, flow.command)
    except PortsBusyError:
        if flow.ask is None:
            raise _ports_busy(account, flow) from None
        flow.say(f"The ports {PORTS[0]}-{PORTS[-1]} are all in use, so paste the address instead.")
        return _by_paste(account, flow, client)
    with listener:
        return _by_redirect(account, flow, client, listener)


def _by_redirect(
    account: Account, flow: LoginFlow, client: OAuthClientInfo, listener: CallbackListener
) -> OAuthTokens:
    request = _request(account, flow, client, listener.port)
    with _answer_expected(flow):
        _show(account, flow, request)
        query = listener.wait(flow.remaining_s())
        if query is None:
            raise _timed_out(account)
    try:
        tokens = _exchanged(account, flow, request, query)
    except OAuthError as error:
        listener.fail(error.message)
        raise
    listener.succeed()
    return tokens


def _by_paste(account: Account, flow: LoginFlow, client: OAuthClientInfo) -> OAuthTokens:
    assert flow.ask is not None  # `log_in` comes here only where somebody can answer.
    request = _request(account, flow, client, PORTS[0])
    with _answer_expected(flow):
        _show(account, flow, request)
        flow.say("Approve there. The browser then ends at an address that it cannot open.")
        query = _pasted(account, flow, flow.ask)
    return _exchanged(account, flow, request, query)


def _pasted(account: Account, flow: LoginFlow, ask: Callable[[str], str]) -> str:
    """Return the query of the address that the person pastes.

    The code alone would do for the exchange, but not for the check that it answers this request.
    """
    try:
        pasted = ask("Paste that whole address here:")
    except EOFError:
        raise _not_pasted(account, flow, "input has ended") from None
    address, _, rest = pasted.strip(" \t\r\n<>\"'").partition("?")
    query = rest.partition("#")[0]
    if is_answer(query):
        return query
    if address and not query and "/" not in address:
        raise _not_pasted(account, flow, "the whole address is needed, not its code alone")
    raise _not_pasted(account, flow, "what was pasted is not the address of the redirect")


def _show(account: Account, flow: LoginFlow, request: AuthorizationRequest) -> None:
    flow.say(f"To log in, open:\n  {request.url}")
    if flow.browse is not None and _opens(flow.browse, request.url):
        return
    if flow.ask is None:
        raise _no_browser(account, flow)
    if flow.browse is not None:
        flow.say(
            "No browser could be opened here: open the address yourself. If that is on another"
            f" machine, stop this and run: {flow.command} --no-browser"
        )


def _opens(browse: Callable[[str], bool], url: str) -> bool:
    """Return whether a browser opens; one that stays in the foreground does not hold us up."""
    answer: queue.Queue[bool] = queue.Queue()

    def run() -> None:
        is_open = False
        with suppress(Exception):
            is_open = browse(url)
        answer.put(is_open)

    threading.Thread(target=run, daemon=True).start()
    try:
        return answer.get(timeout=_FOREGROUND_S)
    except queue.Empty:
        return True


@contextmanager
def _answer_expected(flow: LoginFlow) -> Iterator[None]:
    """Give the client up when no answer comes, so that the next login registers another one.

    A server that has forgotten a client says so in the browser, and nowhere else.
    """
    try:
        yield
    except BaseException:
        flow.registrations.forget()
        raise


def _exchanged(
    account: Account, flow: LoginFlow, request: AuthorizationRequest, query: str
) -> OAuthTokens:
    code = request.code_from(query)
    try:
        return exchange(
            account,
            flow.http,
            code=code,
            code_verifier=request.code_verifier,
            client_id=request.client_id,
            redirect_uri=request.redirect_uri,
        )
    except OAuthError as error:
        if error.details.get("error") == "invalid_client":
            flow.registrations.forget()
        raise


def _request(
    account: Account, flow: LoginFlow, client: OAuthClientInfo, port: int
) -> AuthorizationRequest:
    endpoint = str(flow.http.base_url.join("authorize/"))
    return AuthorizationRequest(account, endpoint, client.client_id, redirect_uri(port))


def _ports_busy(account: Account, flow: LoginFlow) -> OAuthError:
    return _failed(
        account,
        "OAUTH_PORT_ERROR",
        f"the ports {PORTS[0]}-{PORTS[-1]} are all in use",
        f"Free one of them, or paste: {flow.command} --no-browser",
    )


def _no_browser(account: Account, flow: LoginFlow) -> OAuthError:
    return _failed(
        account,
        "OAUTH_BROWSER_ERROR",
        "no browser was opened, and nobody can paste an address without a terminal",
        f"Run it in a terminal: {flow.command} --no-browser",
    )


def _timed_out(account: Account) -> OAuthError:
    return _failed(account, "OAUTH_TIMEOUT", "nobody approved it in time")


def _not_pasted(account: Account, flow: LoginFlow, reason: str) -> OAuthError:
    return _failed(
        account,
        "OAUTH_PASTE_ERROR",
        reason,
        f"Start again, and paste the address with its code: {flow.command}",
    )


def _failed(account: Account, code: str, reason: str, hint: str | None = None) -> OAuthError:
    return OAuthError(
        f"The login of account {account.name!r} was not completed: {reason}.",
        hint=hint,
        code=code,
        details={"account": account.name, "region": account.region},
    )
