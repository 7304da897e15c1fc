"""The login: register, let the person approve, receive the code, exchange it.

Who else knows the address of a login can finish it: approve as somebody else, so that the person
goes on with another login than their own. Other users of the machine see what programs are started
with, and can connect to the listener. So there are two requests for one login, with a `state` each:

- The browser that is opened is given an address of the listener, which is never an argument of a
  process: `flow.browse` sees to that. Its answer counts from this very browser alone.
- The person is told an address, too, in the terminal, which is theirs alone. They may open it in
  any browser, here or on another machine, and so its `state` suffices. It is no argument either.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from mp_core.errors import OAuthError
from mp_core.plugin import Account, LoginFlow, OAuthClientInfo, OAuthTokens
from mp_oauth_browser.authorization import AuthorizationRequest, is_answer
from mp_oauth_browser.callback import CallbackListener, PortsBusyError, Redirect
from mp_oauth_browser.registration import PORTS, client_of, redirect_uri
from mp_oauth_browser.token_endpoint import exchange

_FOREGROUND_S: Final = 1.0
"""After this time a browser that has not returned is taken to be open, in the foreground."""
_SIGN_S: Final = 15.0
"""After this time a browser should be here that was opened: one in a sandbox may see no files."""


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
    told, opened = (_request(account, flow, client, listener.port) for _ in range(2))
    with _answer_expected(flow):
        is_open = _show(account, flow, told, listener.opened.start_address(opened.url))
        redirect = _redirect(flow, listener, is_open=is_open)
        if redirect is None:
            raise _timed_out(account)
    request = opened if opened.is_answered_by(redirect.query) else told
    try:
        if request is opened and not redirect.is_from_opened:
            raise _from_elsewhere(account, flow)
        tokens = _exchanged(account, flow, request, redirect.query)
    except OAuthError as error:
        listener.fail(error.message)
        raise
    listener.succeed()
    return tokens


def _redirect(flow: LoginFlow, listener: CallbackListener, *, is_open: bool) -> Redirect | None:
    """Wait for the redirect, and say so when the browser that was opened does not come here."""
    redirect = listener.wait(min(_SIGN_S, flow.remaining_s()))
    if redirect is not None:
        return redirect
    if is_open and not listener.opened.has_come:
        flow.say("No browser has come so far: if none shows the login, open the address yourself.")
    return listener.wait(flow.remaining_s())


def _by_paste(account: Account, flow: LoginFlow, client: OAuthClientInfo) -> OAuthTokens:
    assert flow.ask is not None  # `log_in` comes here only where somebody can answer.
    request = _request(account, flow, client, PORTS[0])
    with _answer_expected(flow):
        _show(account, flow, request, request.url)
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


def _show(account: Account, flow: LoginFlow, told: AuthorizationRequest, start: str) -> bool:
    """Tell the address, and return whether a browser opens at the start."""
    flow.say(f"To log in, open:\n  {told.url}")
    if flow.browse is not None and _opens(flow.browse, start):
        return True
    if flow.ask is None:
        raise _no_browser(account, flow)
    if flow.browse is not None:
        flow.say(
            "No browser could be opened here: open the address yourself. If that is on another"
            f" machine, stop this and run: {flow.command} --no-browser"
        )
    return False


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


def _from_elsewhere(account: Account, flow: LoginFlow) -> OAuthError:
    return _failed(
        account,
        "OAUTH_STATE_MISMATCH",
        "the answer came from another browser than the one that was opened",
        f"Start again, and stay in one browser, with cookies for localhost: {flow.command}",
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
