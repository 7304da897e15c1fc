"""The authorization server of the tests: a certified one, on a loopback port of its own."""

from __future__ import annotations

import subprocess
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, Self

import httpx

from tests.support.child_processes import started

SERVER = Path(__file__).parents[1] / "real_idp" / "server.js"
PACKAGES = SERVER.with_name("node_modules")
ALL_TESTS_S = 3600
"""More than all the tests take that share a server."""


class Issuer:
    """`oidc-provider` at Mixpanel's addresses, which counts what it sees and fails when told to.

    Anybody may log in as `ada` or `grace`, with any password.
    """

    def __enter__(self) -> Self:
        streams = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.DEVNULL,
        }
        with ExitStack() as stack:
            running = started("node", str(SERVER), last_resort_s=ALL_TESTS_S, **streams)
            process = stack.enter_context(running)
            assert process.stdout is not None
            self.url = process.stdout.readline().strip()
            assert self.url, "the authorization server did not start"
            client = httpx.Client(base_url=f"{self.url}/control", timeout=20)
            self._http = stack.enter_context(client)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def begin_anew(self) -> None:
        """Forget all that was seen and set, and every login."""
        self._http.get("begin-anew")

    def seen(self) -> dict[str, Any]:
        """Return all that was seen: registrations, token requests, API calls, ended logins."""
        seen: dict[str, Any] = self._http.get("seen").json()
        return seen

    def refreshes(self) -> Counter[str]:
        """Return how often a refresh ended how, `ok` or the reason of a refusal."""
        return Counter(end for kind, end in self.seen()["tokens"] if kind == "refresh_token")

    def calls(self) -> Counter[int]:
        """Return how often the API answered with which status."""
        return Counter(status for _, status in self.seen()["calls"])

    def issue_for(self, lifetime_s: int) -> None:
        """Let the access tokens from now on live that long."""
        self._http.post("set", json={"lifetime_s": lifetime_s})

    def strike(self, when: Literal["before", "after"], act: Literal["hold", "cut", "fail"]) -> None:
        """Hold up, cut off or refuse the next token request, before or after it takes effect."""
        self._http.post("set", json={"fault": {"when": when, "act": act}})

    def expire(self) -> None:
        """Refuse every access token that was issued so far; nobody is told."""
        self._http.get("expire")

    def wait_for_arrival(self) -> None:
        """Return when a token request is being held up."""
        self._http.get("arrived")

    def release(self) -> None:
        """Let the request go on that is held up."""
        self._http.get("release")
