"""A process whose threads ask a vault for a token at once, whenever a line of its input says so.

`rotating_server.Asker` starts it: python -m tests.support.asking_process ROOT URL.
"""

from __future__ import annotations

import json
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from mp_core._tokens.vault import TokenVault
from mp_core.errors import MpError, OAuthError
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import REFRESH_REVOKED, OAuthTokens
from tests.support.fake_providers import Pass, host_of
from tests.support.rotating_provider import PASS, tokens_of


class Remote(Pass):
    """The provider of passes whose server is elsewhere."""

    @hookimpl
    def mp_refresh_tokens(self, tokens: OAuthTokens, http: httpx.Client) -> OAuthTokens:
        assert tokens.refresh_token is not None
        answer = http.post("/", content=tokens.refresh_token.get_secret_value()).json()
        if "error" in answer:
            raise OAuthError("The login is gone.", code=REFRESH_REVOKED)
        expires = datetime.now(UTC) + timedelta(hours=1)
        return tokens_of(answer["access_token"], answer["refresh_token"], expires=expires)


def asked(vault: TokenVault, start: threading.Barrier) -> str:
    """Return the token, or the code of the error."""
    start.wait(60)
    try:
        return vault.access_token(PASS)
    except MpError as error:
        return error.code


def all_asked(vault: TokenVault, threads: int) -> list[str]:
    """Return what that many threads get, and the warnings."""
    start = threading.Barrier(threads)
    with warnings.catch_warnings(record=True) as caught, ThreadPoolExecutor(threads) as pool:
        warnings.simplefilter("always")
        answers = list(pool.map(lambda _: asked(vault, start), range(threads)))
    return [*answers, *(str(warning.message) for warning in caught)]


if __name__ == "__main__":
    root, url = sys.argv[1:]
    vault = TokenVault(
        Path(root),
        host_of(**{"pass": Remote()}),
        http=lambda account: httpx.Client(base_url=url, trust_env=False, timeout=60),
    )
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(all_asked(vault, int(line))), flush=True)
