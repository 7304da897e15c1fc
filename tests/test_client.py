"""The transport: what is sent, what is sent again, and which error an answer becomes."""

from __future__ import annotations

import base64
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Literal, cast

import httpx
import pytest
from pydantic import SecretStr

import mp_core as mp
from mp_core.account_model import Account
from mp_core.client import Call, MixpanelClient
from mp_core.context import Context
from mp_core.errors import (
    APIError,
    AuthenticationError,
    ConfigError,
    MpError,
    OAuthError,
    QueryError,
    RateLimitError,
    ServerError,
)
from mp_core.headers import Headers
from mp_core.hookspecs import PROVIDERS, hookimpl
from mp_core.installation import Installed
from mp_core.models import Session, WorkspaceRef
from mp_core.registry import Registry
from mp_core.sandbox import Fault, Sandbox

CANARY = "canary  7d/2e"
PROOF = base64.b64encode(f"robot:{CANARY}".encode()).decode()
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
ME = Call("GET", "/me", {})
POST = Call("POST", "/projects/{project_id}/annotations", {}, json={"text": "x"})

Handler = Callable[[httpx.Request], httpx.Response]


class BadgeAccount(Account):
    type: Literal["badge"] = "badge"
    username: str
    secret: SecretStr

    def is_long_lived(self) -> bool:
        return True


class Badge:
    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return BadgeAccount

    @hookimpl
    def mp_auth_header(self, account: BadgeAccount) -> str:
        if not account.secret.get_secret_value():
            raise OAuthError("There is no secret.")
        pair = f"{account.username}:{account.secret.get_secret_value()}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def load(self) -> Badge:
        return self


_BADGE = Installed("badge", PROVIDERS, "mp-badge", "1.0", cast(Any, Badge()))
REGISTRY = Registry({}, scan=lambda: {(PROVIDERS, "badge"): (_BADGE,)})


@dataclass(frozen=True)
class Surroundings(Context):
    @property
    def registry(self) -> Registry:
        return REGISTRY


@dataclass
class Line:
    """A client whose server is a function, and what it did."""

    handler: Handler
    env: dict[str, str] = field(default_factory=dict)
    kind: str = "lib"
    seen: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        def handle(request: httpx.Request) -> httpx.Response:
            self.seen.append(request)
            return self.handler(request)

        transport = httpx.MockTransport(handle)
        context = Surroundings(env=self.env, transport=transport, user_agent_kind=self.kind)
        self.client = MixpanelClient(context, sleep=self.slept.append, clock=lambda: NOW)

    def send(self, call: Call = ME, session: Session | None = None) -> Any:
        with_project = session or session_of()
        try:
            return self.client.send(call, with_project, origin="active: config.toml [active]")
        finally:
            self.client.close()


def session_of(secret: str = CANARY, region: str = "us", **fields: Any) -> Session:
    account = BadgeAccount(
        name="team", region=cast(Any, region), username="robot", secret=SecretStr(secret)
    )
    return Session(account=account, **({"project": "42"} | fields))


def replies(*answers: httpx.Response | Exception) -> Handler:
    left: Iterator[httpx.Response | Exception] = iter(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handle


def fails(status: int, text: str = "No.", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"status": "error", "error": text}, headers=named)


OK = httpx.Response(200, json={"status": "ok"})


class TestRequests:
    @pytest.mark.parametrize(
        ("region", "app", "query"),
        [
            ("us", "https://mixpanel.com/api/app/me", "https://mixpanel.com/api/query/x"),
            ("eu", "https://eu.mixpanel.com/api/app/me", "https://eu.mixpanel.com/api/query/x"),
            ("in", "https://in.mixpanel.com/api/app/me", "https://in.mixpanel.com/api/query/x"),
        ],
    )
    def test_calls_go_to_the_accounts_region(self, region: str, app: str, query: str) -> None:
        line = Line(replies(OK, OK))
        line.send(ME, session_of(region=region))
        line.send(Call("GET", "/x", {}, family="query"), session_of(region=region))
        assert [str(r.url.copy_with(query=None)) for r in line.seen] == [app, query]

    def test_the_credential_is_that_of_the_session(self) -> None:
        line = Line(replies(OK))
        line.send()
        assert line.seen[0].headers["Authorization"] == f"Basic {PROOF}"

    @pytest.mark.parametrize("kind", ["lib", "cli"])
    def test_the_user_agent_names_versions_and_kind(self, kind: str) -> None:
        line = Line(replies(OK), kind=kind)
        line.send()
        python = ".".join(platform.python_version_tuple()[:2])
        expected = f"mp-core/{mp.__version__} (python/{python}; {kind})"
        assert line.seen[0].headers["User-Agent"] == expected

    @pytest.mark.parametrize(("family", "read"), [("app", 135.0), ("query", 500.0)])
    def test_a_family_has_its_own_patience(self, family: Any, read: float) -> None:
        line = Line(replies(OK))
        line.send(Call("GET", "/x", {}, family=family))
        timeout = line.seen[0].extensions["timeout"]
        assert (timeout["connect"], timeout["read"]) == (10.0, read)

    def test_app_calls_carry_no_project_and_query_calls_carry_the_scope(self) -> None:
        line = Line(replies(OK, OK, OK))
        pinned = session_of(workspace=WorkspaceRef(id=7))
        line.send(ME, pinned)
        line.send(Call("GET", "/x", {"a": 1, "b": None}, family="query"), pinned)
        line.send(Call("GET", "/x", {}, family="query"))
        assert [dict(r.url.params) for r in line.seen] == [
            {},
            {"a": "1", "project_id": "42", "workspace_id": "7"},
            {"project_id": "42"},
        ]

    def test_the_project_is_filled_into_the_path(self) -> None:
        line = Line(replies(OK))
        line.send(POST)
        (request,) = line.seen
        assert request.url.path == "/api/app/projects/42/annotations"
        assert request.read() == b'{"text":"x"}' or request.read() == b'{"text": "x"}'

    def test_repeated_fields_of_a_query_in_the_path_are_all_sent(self) -> None:
        line = Line(replies(OK))
        line.send(Call("GET", "/me?a=1&a=2&empty=", {"b": [3, 4]}))
        query = line.seen[0].url.params
        assert query.get_list("a") == ["1", "2"]
        assert query.get_list("b") == ["3", "4"]
        assert query.get_list("empty") == [""]

    @pytest.mark.parametrize("name", ["project_id", "workspace_id"])
    def test_h10_a_scope_that_differs_from_the_session_is_refused(self, name: str) -> None:
        line = Line(replies())
        pinned = session_of(workspace=WorkspaceRef(id=7))
        for call in (
            Call("GET", "/x", {name: 8}, family="query"),
            Call("GET", f"/x?{name}=8", {}, family="query"),
        ):
            with pytest.raises(ConfigError, match=name):
                line.send(call, pinned)
        assert line.seen == []

    def test_session_headers_are_sent_and_cannot_carry_a_credential(self) -> None:
        line = Line(replies(OK))
        line.send(ME, session_of(headers=Headers({"X-Team": "blue"})))
        assert line.seen[0].headers["X-Team"] == "blue"
        with pytest.raises(ValueError, match="may not be set"):
            session_of(headers={"authorization": "Basic x"})

    @pytest.mark.parametrize("path", ["me", "", "//evil.invalid", "http://evil.invalid/"])
    def test_h46_a_path_cannot_lead_to_another_host(self, path: str) -> None:
        line = Line(replies())
        with pytest.raises(ConfigError, match="path"):
            line.send(Call("GET", path, {}))
        assert line.seen == []

    def test_the_configured_base_replaces_scheme_and_host(self) -> None:
        line = Line(replies(OK), env={"MP_API_BASE_URL": "http://localhost:8080"})
        line.send()
        assert str(line.seen[0].url) == "http://localhost:8080/api/app/me"

    def test_h46_a_base_that_is_not_safe_sends_nothing(self) -> None:
        line = Line(replies(), env={"MP_API_BASE_URL": "http://mixpanel.com"})
        with pytest.raises(ConfigError, match="MP_API_BASE_URL"):
            line.send()
        assert line.seen == []

    def test_an_answer_without_content_is_none(self) -> None:
        assert Line(replies(httpx.Response(204))).send() is None

    def test_the_client_is_the_same_one_until_it_is_closed(self) -> None:
        line = Line(replies(OK))
        first = line.client.http
        assert line.client.http is first
        line.client.close()
        assert first.is_closed
        assert line.client.http is not first
        line.client.close()
        line.client.close()


class TestRetries:
    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_a_transient_failure_is_tried_three_times_again(self, status: int) -> None:
        line = Line(replies(*[fails(status, Retry_After="7")] * 3, OK))
        assert line.send() == {"status": "ok"}
        assert line.slept == [7.0] * 3

    @pytest.mark.parametrize(
        ("status", "error"), [(429, RateLimitError), (502, ServerError), (503, ServerError)]
    )
    def test_after_three_retries_it_is_an_error(self, status: int, error: type[APIError]) -> None:
        line = Line(replies(*[fails(status)] * 5))
        with pytest.raises(error) as caught:
            line.send()
        assert caught.value.status_code == status
        assert (len(line.seen), len(line.slept)) == (4, 3)

    def test_without_retry_after_the_pauses_grow(self) -> None:
        line = Line(replies(*[fails(503)] * 3, OK))
        line.send()
        middles = [0.5, 1.0, 2.0]
        for pause, middle in zip(line.slept, middles, strict=True):
            assert middle / 2 <= pause <= middle * 1.5

    def test_an_http_date_is_waited_for(self) -> None:
        until = format_datetime(NOW + timedelta(seconds=59), usegmt=True)
        line = Line(replies(fails(429, Retry_After=until), OK))
        line.send()
        assert line.slept == [59.0]

    @pytest.mark.parametrize(
        "after", ["61", format_datetime(NOW + timedelta(hours=1), usegmt=True)]
    )
    def test_a_longer_pause_is_told_at_once(self, after: str) -> None:
        line = Line(replies(fails(429, Retry_After=after)))
        with pytest.raises(RateLimitError) as caught:
            line.send()
        assert caught.value.retry_after in (61.0, 3600.0)
        assert (len(line.seen), line.slept) == (1, [])

    def test_429_is_retried_for_a_post_too(self) -> None:
        line = Line(replies(fails(429, Retry_After="1"), OK))
        line.send(POST)
        assert len(line.seen) == 2

    @pytest.mark.parametrize("method", ["POST", "PATCH"])
    @pytest.mark.parametrize(
        "failure", [fails(502), fails(503), fails(504), httpx.ReadError("reset")]
    )
    def test_what_a_post_may_have_done_is_not_done_twice(
        self, method: str, failure: httpx.Response | Exception
    ) -> None:
        line = Line(replies(failure, OK))
        with pytest.raises(APIError):
            line.send(Call(method, "/x", {}))
        assert (len(line.seen), line.slept) == (1, [])

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 501])
    def test_other_failures_are_not_retried(self, status: int) -> None:
        line = Line(replies(fails(status, Retry_After="1"), OK))
        with pytest.raises(MpError):
            line.send()
        assert (len(line.seen), line.slept) == (1, [])

    @pytest.mark.parametrize(
        "failure", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")]
    )
    def test_a_lost_connection_is_retried_and_then_told(self, failure: Exception) -> None:
        assert Line(replies(failure, failure, failure, OK)).send() == {"status": "ok"}
        line = Line(replies(*[failure] * 4))
        with pytest.raises(APIError, match="could not be reached") as caught:
            line.send()
        assert (caught.value.status_code, caught.value.code) == (None, "UNREACHABLE")
        assert len(line.seen) == 4

    def test_a_server_that_hangs_up_is_retried_over_a_real_connection(
        self, sandbox: Sandbox
    ) -> None:
        sandbox.inject(Fault("disconnect", times=2))
        who = sandbox.identities[0]
        slept: list[float] = []
        context = Surroundings(env={"MP_API_BASE_URL": sandbox.url})
        client = MixpanelClient(context, sleep=slept.append)
        account = BadgeAccount(
            name="ci", region="us", username=who.username, secret=SecretStr(who.secret)
        )
        answer = client.send(ME, Session(account=account, project="1"))
        client.close()
        assert answer["results"]["user_id"] == who.user_id
        assert [r.status for r in sandbox.requests] == [None, None, 200]
        assert len(slept) == 2


class TestErrors:
    def test_h45_401_names_account_type_region_source_and_next_command(self) -> None:
        with pytest.raises(AuthenticationError) as caught:
            Line(replies(fails(401, "Bad secret"))).send(ME, session_of(region="eu"))
        for part in ("'team'", "badge", "region eu", "active: config.toml [active]", "Bad secret"):
            assert part in str(caught.value)
        for command in ("mp account test team", "mp account update team", "mp account login team"):
            assert command in str(caught.value.hint)

    def test_403_names_account_region_and_project(self) -> None:
        with pytest.raises(QueryError) as caught:
            Line(replies(fails(403, "invalid project id for cluster"))).send()
        assert caught.value.status_code == 403
        for part in ("'team'", "region us", "42", "invalid project id for cluster"):
            assert part in str(caught.value)
        assert caught.value.hint

    @pytest.mark.parametrize(
        ("status", "error"),
        [(400, QueryError), (404, QueryError), (422, QueryError), (500, ServerError)],
    )
    def test_other_statuses_have_their_class_and_the_servers_words(
        self, status: int, error: type[APIError]
    ) -> None:
        with pytest.raises(error, match=f"{status}: It is so") as caught:
            Line(replies(fails(status, "It is so."))).send()
        assert caught.value.status_code == status
        assert caught.value.hint

    @pytest.mark.parametrize(
        "body", [b"", b"<html>no</html>", b"[1]", b'{"error": {"a": 1}}', b'{"error": null}']
    )
    def test_an_error_without_words_is_still_told(self, body: bytes) -> None:
        with pytest.raises(QueryError, match=r"answered 400\."):
            Line(replies(httpx.Response(400, content=body))).send()

    def test_the_servers_words_are_one_short_line(self) -> None:
        with pytest.raises(QueryError) as caught:
            Line(replies(fails(400, "a\n\tb " + "x" * 5000))).send()
        text = str(caught.value)
        assert "a b xx" in text
        assert "\n" not in text
        assert len(text) < 400

    def test_h46_a_redirect_is_an_error_and_is_not_followed(self) -> None:
        moved = httpx.Response(302, headers={"Location": "https://evil.invalid/"})
        line = Line(replies(moved, OK))
        with pytest.raises(APIError, match="redirect is not followed") as caught:
            line.send()
        assert caught.value.status_code == 302
        assert len(line.seen) == 1

    @pytest.mark.parametrize("body", [b"<html>", b'{"half":', b"\xff\xfe"])
    def test_an_answer_that_is_no_json_is_an_error_without_its_body(self, body: bytes) -> None:
        with pytest.raises(APIError, match="something else than JSON") as caught:
            Line(replies(httpx.Response(200, content=body))).send()
        assert caught.value.status_code == 200
        assert "html" not in str(caught.value)

    def test_h19_an_account_without_a_credential_sends_nothing(self) -> None:
        line = Line(replies())
        with pytest.raises(OAuthError, match="no secret"):
            line.send(ME, session_of(secret=""))
        assert line.seen == []


def everything(error: BaseException) -> str:
    """All the text of an error that somebody might print, with what it was raised from."""
    parts = [str(error), repr(error), repr(error.args), repr(vars(error))]
    for cause in (error.__cause__, error.__context__):
        parts += [] if cause is None else [everything(cause)]
    return "\n".join(parts)


FAILURES: list[httpx.Response | Exception] = [
    *(
        fails(status, f"robot:{CANARY} ({PROOF}) is not known", Retry_After="99")
        for status in (400, 401, 403, 404, 429, 500, 503)
    ),
    httpx.Response(302, headers={"Location": f"https://evil.invalid/{PROOF}"}),
    httpx.Response(200, content=f"<html>{CANARY} {PROOF}".encode()),
    httpx.ReadError(f"Basic {PROOF} {CANARY}"),
    httpx.ReadTimeout(f"Basic {PROOF} {CANARY}"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_h39_no_error_carries_the_credential_even_if_the_server_echoes_it(
    failure: httpx.Response | Exception,
) -> None:
    with pytest.raises(MpError) as caught:
        Line(replies(failure)).send(POST)
    text = everything(caught.value)
    for secret in (CANARY, " ".join(CANARY.split()), PROOF):
        assert secret not in text


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_h39_no_exception_of_httpx_hangs_on_an_error(
    failure: httpx.Response | Exception,
) -> None:
    with pytest.raises(MpError) as caught:
        Line(replies(failure)).send(POST)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
