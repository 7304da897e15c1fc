"""What is sent a second time after a 401, and what cannot be."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from mp_core._api.auth import SessionAuth
from mp_core._runtime.context import Context
from tests.support.bearer_server import PLUGINS, URL, Resolver, session


@dataclass
class Reader(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Refuses the first bearer, and remembers the bodies that it was sent, as a socket reads."""

    bodies: list[bytes] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        self.bodies.append(b"".join(request.stream))
        return self._answer(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        self.bodies.append(b"".join([part async for part in request.stream]))
        return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(401 if "first" in request.headers["Authorization"] else 200)


def auth_with(resolver: Resolver) -> SessionAuth:
    return SessionAuth(session(), context=Context(plugins=PLUGINS), token_resolver=resolver)


class Unkept(httpx.SyncByteStream):
    """A stream of somebody else."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"ab"


class Pipe(io.BytesIO):
    """A file that cannot go back."""

    def seekable(self) -> bool:
        return False


def generated() -> Iterator[bytes]:
    yield b"a"
    yield b"b"


async def generated_later() -> AsyncIterator[bytes]:
    yield b"ab"


ONCE: dict[str, Any] = {
    "generator": generated,
    "iterator": lambda: iter([b"a", b"b"]),
    "file": lambda: io.BytesIO(b"ab"),
    "stream": Unkept,
}


@pytest.mark.parametrize("kind", ONCE)
def test_h93_a_body_that_is_spent_is_not_sent_again_and_the_401_comes_back(kind: str) -> None:
    reader, resolver = Reader(), Resolver(["first", "second"])
    with httpx.Client(transport=reader) as http:
        answer = http.post(URL, content=ONCE[kind](), auth=auth_with(resolver))
    assert answer.status_code == 401
    assert reader.bodies == [b"ab"]


def test_h93_the_next_request_after_that_has_a_fresh_credential() -> None:
    reader, resolver = Reader(), Resolver(["first", "second"])
    with httpx.Client(transport=reader) as http:
        http.post(URL, content=generated(), auth=auth_with(resolver))
        assert http.post(URL, content=generated(), auth=auth_with(resolver)).status_code == 200


def test_h93_an_async_body_that_is_spent_is_not_sent_again() -> None:
    reader, resolver = Reader(), Resolver(["first", "second"])

    async def post() -> int:
        async with httpx.AsyncClient(transport=reader) as http:
            sent = http.post(URL, content=generated_later(), auth=auth_with(resolver))
            return (await sent).status_code

    assert asyncio.run(post()) == 401
    assert reader.bodies == [b"ab"]


@pytest.mark.parametrize(
    "body",
    [
        {"content": b"ab"},
        {"content": "ab"},
        {"json": {"a": 1}},
        {"data": {"a": "b"}},
        {"data": {"a": "b"}, "files": {"f": b"ab"}},
        {"files": {"f": io.BytesIO(b"ab")}},
        {},
    ],
)
def test_h93_a_body_that_is_kept_is_sent_whole_again(body: dict[str, Any]) -> None:
    reader, resolver = Reader(), Resolver(["first", "second"])
    with httpx.Client(transport=reader) as http:
        answer = http.post(URL, auth=auth_with(resolver), **body)
    assert answer.status_code == 200
    assert len(reader.bodies) == 2
    assert reader.bodies[0] == reader.bodies[1]


def test_h93_a_form_with_a_file_that_cannot_go_back_is_not_sent_again() -> None:
    reader, resolver = Reader(), Resolver(["first", "second"])
    with httpx.Client(transport=reader) as http:
        answer = http.post(URL, files={"f": Pipe(b"ab")}, auth=auth_with(resolver))
    assert (answer.status_code, len(reader.bodies)) == (401, 1)
