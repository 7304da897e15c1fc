"""`mp_authenticate`: every attempt is authenticated anew, with headers that are checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from mp_core._api.client import Call, MixpanelClient
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError, ProviderFailedError
from mp_core.plugin import OutgoingRequest, hookimpl
from mp_core.sandbox import Fault, Sandbox
from tests.support.shown_frames import assert_silent, failing
from tests.support.signing_provider import (
    BOTH,
    KEY,
    Seal,
    SealAccount,
    Send,
    Server,
    Unsigned,
    auth,
    host_with,
    sent,
    session,
    signature,
)

WITHOUT_PROOF = ("authorization", "cookie", "proxy-authorization")


def is_signed(request: httpx.Request) -> bool:
    number = request.headers["X-Number"]
    expected = signature(session().account.key, request, number)  # type: ignore[attr-defined]
    return bool(request.headers["Authorization"] == f"Seal {expected}")


@BOTH
def test_method_and_whole_address_are_signed(send: Send) -> None:
    seal, server = Seal(), Server()
    send(server, auth(host_with(seal)), "PUT", params={"a": "b"})
    assert [(each.method, each.url) for each in seal.seen] == [
        ("PUT", "https://mixpanel.com/api/app/me?a=b")
    ]
    assert is_signed(server.requests[0])


@BOTH
@pytest.mark.parametrize(
    "body", [{"json": {"a": 1}}, {"content": b"raw"}, {"data": {"a": "b"}}, {"files": {"f": b"x"}}]
)
def test_the_body_is_signed_for_a_plugin_that_needs_it(send: Send, body: dict[str, Any]) -> None:
    seal, server = Seal(MP_NEEDS_BODY=True), Server()
    send(server, auth(host_with(seal)), "POST", **body)
    assert seal.seen[0].content == server.requests[0].content != b""
    assert is_signed(server.requests[0])


@BOTH
def test_a_request_without_a_body_has_an_empty_one(send: Send) -> None:
    seal = Seal(MP_NEEDS_BODY=True)
    send(Server(), auth(host_with(seal)))
    assert seal.seen[0].content == b""


@BOTH
def test_no_other_plugin_gets_to_see_bodies(send: Send) -> None:
    seal = Seal()
    send(Server(), auth(host_with(seal)), "POST", json={"secret": "x"})
    assert seal.seen[0].content is None


class Watching:
    """An extension that looks at requests, and needs no body."""

    def __init__(self, answer: Mapping[Any, Any] | None = None) -> None:
        self.seen: list[OutgoingRequest] = []
        self.answer = answer

    @hookimpl
    def mp_authenticate(self, request: OutgoingRequest) -> Mapping[Any, Any] | None:
        self.seen.append(request)
        return self.answer


def test_a_body_that_one_plugin_needs_is_not_shown_to_another() -> None:
    seal, watching = Seal(MP_NEEDS_BODY=True), Watching()
    sent(Server(), auth(host_with(seal, watching=watching)), "POST", content=b"fake-secret")
    assert (seal.seen[0].content, watching.seen[0].content) == (b"fake-secret", None)


def test_a_body_that_can_be_read_once_is_kept_for_the_signature_and_the_way() -> None:
    def body() -> Iterator[bytes]:
        yield b"one "
        yield b"two"

    seal, server = Seal(MP_NEEDS_BODY=True), Server()
    sent(server, auth(host_with(seal)), "POST", content=body())
    assert seal.seen[0].content == server.requests[0].content == b"one two"


@BOTH
def test_the_plugin_sees_what_will_be_sent_and_nobody_elses_credential(send: Send) -> None:
    seal = Seal()
    given = {
        "X-Trace": "7",
        "Cookie": "a=b",
        "Authorization": "Basic x",
        "Proxy-Authorization": "y",
    }
    send(Server(), auth(host_with(seal), session({"X-Team": "red"})), headers=given)
    seen = seal.seen[0].headers
    assert (seen["x-trace"], seen["X-TEAM"], seen["host"]) == ("7", "red", "mixpanel.com")
    assert not {name.lower() for name in seen} & {*WITHOUT_PROOF}
    assert "fake" not in repr(seal.seen[0])
    with pytest.raises(TypeError):
        seen["X-Trace"] = "8"  # type: ignore[index]


@BOTH
def test_its_headers_stand_over_those_of_session_and_caller(send: Send) -> None:
    seal, server = Seal(more={"x-team": "of the plugin", "x-trace": "too"}), Server()
    around = auth(host_with(seal), session({"X-Team": "red"}))
    send(server, around, headers={"X-Trace": "7", "authorization": "Basic x"})
    (request,) = server.requests
    assert request.headers.get_list("X-Team") == ["of the plugin"]
    assert request.headers.get_list("X-Trace") == ["too"]
    assert is_signed(request)


@BOTH
def test_a_credential_of_somebody_else_does_not_go_along(send: Send) -> None:
    class Bare(Unsigned):
        @hookimpl
        def mp_authenticate(self) -> Mapping[str, str]:
            return {"X-Key": "k"}

    server = Server()
    send(server, auth(host_with(Bare())), headers={"Authorization": "Basic x"})
    assert server.requests[0].headers["X-Key"] == "k"
    assert "Authorization" not in server.requests[0].headers


REFUSED: list[Any] = [
    {"Host": "evil.example"},
    {"COOKIE": "a=b"},
    {"content-length": "0"},
    {"Transfer-Encoding": "chunked"},
    {"Proxy-Authorization": "Basic 1234"},
    {"X-A": "a\r\nX-B: b"},
    {"X-A": " padded"},
    {"X A": "hidden"},
    {"": "hidden"},
    {"X-A": b"bytes"},
    {"X-A": "ü"},
    {"X-A": "one", "x-a": "two"},
]


@BOTH
@pytest.mark.parametrize("fields", REFUSED)
def test_h27_what_it_may_not_set_is_refused_before_anything_is_sent(
    send: Send, fields: Mapping[Any, Any]
) -> None:
    server = Server()
    with pytest.raises(ProviderFailedError, match="seal of mp-seal") as caught:
        send(server, auth(host_with(Seal(more=fields))))
    assert server.requests == []
    assert all(str(value) not in str(caught.value) for value in fields.values() if value != "0")


@BOTH
@pytest.mark.parametrize("fields", [*REFUSED, {"authorization": "Bearer mine"}, ["X"], "X: y"])
def test_h27_an_extension_that_sets_them_is_named(send: Send, fields: Any) -> None:
    server = Server()
    with pytest.raises(ProviderFailedError, match="watching of mp-watching"):
        send(server, auth(host_with(Seal(), watching=Watching(fields))))
    assert server.requests == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"X-A": "b", "HOST": "evil.example"}, "returned HOST, which no plugin sets"),
        ({"X-A": "b", "X-C": 5}, "returned X-C with no valid value"),
        ({"Authorization": ""}, "returned Authorization with no valid value"),
        ({"X A": "b"}, "returned a field whose name is not valid"),
        ({"Authorization": "one", "AUTHORIZATION": "two"}, "returned a field twice"),
        (["X"], "returned something else than a mapping"),
    ],
)
def test_h27_the_error_says_what_is_wrong_with_which_field(fields: Any, fault: str) -> None:
    class Saying(Unsigned):
        @hookimpl
        def mp_authenticate(self) -> Any:
            return fields

    with pytest.raises(ProviderFailedError, match=fault):
        sent(Server(), auth(host_with(Saying())))


@BOTH
def test_extensions_add_headers_and_the_providers_stand(send: Send) -> None:
    watching = Watching({"X-Number": "mine", "X-Extra": "more"})
    server = Server()
    send(server, auth(host_with(Seal(), watching=watching)))
    assert server.requests[0].headers["X-Extra"] == "more"
    assert is_signed(server.requests[0])


@BOTH
def test_the_host_is_checked_before_the_plugin_is_asked(send: Send) -> None:
    seal, server = Seal(), Server()
    with pytest.raises(ConfigError) as caught:
        send(server, auth(host_with(seal)), url="https://evil.example/")
    assert caught.value.code == "CREDENTIAL_HOST"
    assert (seal.seen, server.requests) == ([], [])


def test_none_without_a_header_is_a_defect() -> None:
    class Neither(Unsigned):
        @hookimpl
        def mp_authenticate(self) -> None:
            return None

    with pytest.raises(ProviderFailedError, match="there is no mp_auth_header"):
        sent(Server(), auth(host_with(Neither())))


def test_a_retry_after_a_pause_is_signed_anew(sandbox: Sandbox) -> None:
    sandbox.inject(Fault("server_error", times=2, status=503))
    seal = Seal(MP_NEEDS_BODY=True)
    around = Context(env={"MP_API_BASE_URL": sandbox.url}, plugins=host_with(seal))
    client = MixpanelClient(around, sleep=lambda seconds: None)
    with pytest.raises(Exception, match="refused the credential"):
        client.send(Call("GET", "/me", {}), session())
    client.close()
    assert len(seal.seen) == len(sandbox.requests) == 3
    assert len({r.authorization for r in sandbox.requests}) == 3


def test_h82_an_error_shows_neither_key_nor_signature() -> None:
    class Failing(Unsigned):
        @hookimpl
        def mp_authenticate(self, account: SealAccount, request: OutgoingRequest) -> None:
            secret = account.key.get_secret_value()
            raise RuntimeError(f"{secret} {dict(request.headers)}")

    around = auth(host_with(Failing()), session({"X-Team": "fake-secret-that-nobody-may-see"}))
    error = failing(lambda: sent(Server(), around), ProviderFailedError)
    assert_silent(error, KEY)
