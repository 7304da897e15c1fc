"""What a person pastes to finish a login, and what the server answers to it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from hypothesis import strategies as st

from mp_core.errors import MpError
from mp_core.plugin.login import LoginFlow
from mp_core.plugin.tokens import OAuthClientInfo, OAuthTokens
from tests.fuzz.json_texts import KINDS, STATUSES, bodies
from tests.fuzz.target import CANARY, Check, ours, target
from tests.fuzz.texts import mostly, texts
from tests.fuzz.token_answers import ANSWER

STATE = "{state}"
_CODE = f"{CANARY}-code"
PASTES = [
    f"http://localhost:19284/callback?state={STATE}&code={_CODE}",
    f" <http://localhost:19284/callback?code={_CODE}&state={STATE}#x>\r\n",
    f"http://localhost:19284/callback?state={STATE}&error=access_denied",
    f"http://localhost:19284/callback?state={STATE}&code={_CODE}&iss=http://[",
    f"?state={STATE}&code={_CODE}&code=2&state=3",
    *[
        "http://localhost:19284/callback",
        f"{_CODE}",
        f"?code={_CODE}",
        "?state=1&error=\u2028",
        "?",
    ],
    *["?state=%ff&code=%00", f"?state={STATE}&code=%ed%b3%bf", f"?state={STATE}&code=", "&" * 2000],
]
_answers = st.tuples(STATUSES, KINDS, bodies({"client_id": "client"}))
INPUTS = st.tuples(
    st.lists(st.sampled_from(PASTES) | texts, min_size=1, max_size=3).map("".join)
    | st.sampled_from(PASTES),
    mostly(st.just((201, "application/json", b'{"client_id": "client"}')), _answers),
    st.tuples(STATUSES, KINDS, bodies(ANSWER)),
)


class _Registrations:
    def load(self) -> OAuthClientInfo | None:
        return None

    def save(self, client: OAuthClientInfo) -> None:
        """Keep nothing."""

    def forget(self) -> None:
        """Forget nothing."""


def pasted(directory: Path) -> Iterator[Check]:
    from mp_oauth_browser import OAuthBrowserAccount
    from mp_oauth_browser.login import log_in

    account = OAuthBrowserAccount(name="me", region="us")

    def check(drawn: tuple[str, tuple[int, str, bytes], tuple[int, str, bytes]]) -> None:
        text, *answers = drawn
        said: list[str] = []
        asked: list[str] = []

        def handle(request: httpx.Request) -> httpx.Response:
            status, kind, body = answers["register" not in request.url.path]
            return httpx.Response(status, headers={"Content-Type": kind}, content=body)

        def ask(prompt: str) -> str:
            if asked:
                raise EOFError
            asked.append(prompt)
            [state] = re.findall(r"[?&]state=([^&\s]+)", "".join(said))
            return text.replace(STATE, state)

        base = "https://mixpanel.com/oauth/"
        with httpx.Client(transport=httpx.MockTransport(handle), base_url=base) as http:
            flow = LoginFlow(http, _Registrations(), said.append, ask, None, time.monotonic() + 30)
            result: Any = ours(lambda: log_in(account, flow))
        assert isinstance(result, MpError | OAuthTokens)
        assert STATE in text or isinstance(result, MpError), "an answer to no request is accepted"

    yield check


PASTED = target("pastes", INPUTS)(pasted)
