"""A small single sign-on on the loopback interface, with an approval that a test decides on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self
from urllib.parse import parse_qsl

from mp_acme_sso import AcmeSsoAccount

GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
USER: Final = {
    "user_id": 11,
    "user_email": "ada@example.com",
    "projects": {"7": {"name": "Engine"}},
}


class Refusal(Exception):
    """An answer with an error code."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


class Sso:
    """Device authorization, refresh with rotation, revocation, and what Mixpanel says of a token.

    Attributes:
        requests: Path and form of every request.
        polls: What the next polls for the device code are answered with; then it is approved.
        device: What is changed in the answer to the device; None takes a part out.
        metadata: What is changed in the metadata.
        lifetime_s: How long access tokens live.
        refreshes: How many refreshes there were.
        is_revoked: Whether the login has ended.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.polls: list[str] = []
        self.device: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.lifetime_s = 3600
        self.refreshes = 0
        self.is_revoked = False
        self._serial = 0
        self._lock = threading.Lock()
        sso = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(dict(parse_qsl(body.decode())))

            def _answer(self, form: dict[str, str]) -> None:
                with sso._lock:
                    bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
                    status, body = sso.answer(self.path, form, bearer)
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(60)
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def forms(self, path: str) -> list[dict[str, str]]:
        """Return the forms that an address was sent."""
        return [form for seen, form in self.requests if seen == path]

    def answer(
        self, path: str, form: Mapping[str, str], bearer: str = ""
    ) -> tuple[int, Mapping[str, Any]]:
        """Return status and body of an answer."""
        self.requests.append((path, dict(form)))
        handlers: dict[str, Callable[[Mapping[str, str]], Mapping[str, Any]]] = {
            "/.well-known/openid-configuration": self._describe,
            "/device/auth": self._authorize,
            "/token": self._issue,
            "/token/revocation": self._revoke,
            "/api/app/me": lambda form: self._identify(bearer),
        }
        try:
            return 200, handlers[path](form)
        except KeyError:
            return 404, {"error": "not_found"}
        except Refusal as refusal:
            return refusal.status, {"error": refusal.error}

    def _describe(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        url = self.url
        return _changed(
            {
                "issuer": url,
                "device_authorization_endpoint": f"{url}/device/auth",
                "token_endpoint": f"{url}/token",
                "revocation_endpoint": f"{url}/token/revocation",
            },
            self.metadata,
        )

    def _authorize(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        return _changed(
            {
                "device_code": "fake-device-code",
                "user_code": "BDWP-HQPK",
                "verification_uri": f"{self.url}/device",
                "verification_uri_complete": f"{self.url}/device?user_code=BDWP-HQPK",
                "expires_in": 60,
                "interval": 0,
            },
            self.device,
        )

    def _issue(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        if form["grant_type"] == GRANT:
            if self.polls:
                self._stumble(self.polls.pop(0))
            return self._tokens()
        if form["refresh_token"] != f"fake-refresh-{self._serial}" or self.is_revoked:
            self.is_revoked = True
            raise Refusal("invalid_grant")
        self.refreshes += 1
        return self._tokens()

    def _stumble(self, outcome: str) -> None:
        raise Refusal(outcome, 503 if outcome == "busy" else 400)

    def _tokens(self) -> Mapping[str, Any]:
        self._serial += 1
        return {
            "access_token": f"fake-access-{self._serial}",
            "refresh_token": f"fake-refresh-{self._serial}",
            "expires_in": self.lifetime_s,
            "token_type": "Bearer",
        }

    def _revoke(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        self.is_revoked = form["token"] == f"fake-refresh-{self._serial}"
        return {}

    def _identify(self, bearer: str) -> Mapping[str, Any]:
        if bearer != f"fake-access-{self._serial}" or self.is_revoked:
            raise Refusal("invalid_token", 401)
        return {"status": "ok", "results": USER}


def _changed(body: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**body, **changes}.items() if value is not None}


def made(**fields: Any) -> AcmeSsoAccount:
    """Return an account with these fields."""
    usual = {"name": "me", "region": "eu", "issuer": "https://sso.acme.example"}
    return AcmeSsoAccount.model_validate({**usual, **fields})
