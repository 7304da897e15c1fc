"""What was checked is what is sent: text and mappings of a plugin's own kinds are read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mp_core.errors import ProviderFailedError
from mp_core.plugin._host.plain import plain
from mp_core.plugin._host.versions import declared
from mp_core.plugin.account import NO_RESOLVER
from mp_core.plugin.outgoing import OutgoingRequest
from tests.support.plugin_modules import CARD, TOKENS, Slot, cards, header, host_of

REQUEST = OutgoingRequest("GET", "https://mixpanel.com/api/app/me", {})


class TwoFaced(str):
    """Text that tells everybody something else than it holds."""

    __slots__ = ()

    def __str__(self) -> str:
        return "ok"

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("ok")

    def lower(self) -> str:
        return "x-harmless"

    def encode(self, *_: Any) -> bytes:
        return b"Bearer x\r\nX-Injected: 1"

    def split(self, *_: Any) -> list[str]:
        return ["1", "0"]


class Fickle(Mapping[str, str]):
    """Fields that are others when they are read again."""

    def __init__(self, *answers: dict[str, str]) -> None:
        self.answers = [*answers]

    def __iter__(self) -> Iterator[str]:
        return iter(self.answers[0])

    def __len__(self) -> int:
        return 1

    def __getitem__(self, name: str) -> str:
        return self.answers[0][name]

    def items(self) -> Any:
        return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]).items()


class Status(StrEnum):
    """Statuses as an enumeration, which are text of a kind of their own."""

    OK = "ok"


def test_text_is_what_it_holds() -> None:
    for text in (TwoFaced("Bearer a"), "Bearer a"):
        told = plain(text)
        assert (type(told), told) == (str, "Bearer a")
    assert plain(None) is None
    assert plain({TwoFaced("A"): [1]}) == {"A": [1]}


def test_h27_a_header_is_sent_as_it_was_checked() -> None:
    told = header(host_of(cards(mp_auth_header=lambda: TwoFaced("Bearer a"))), CARD)
    assert (type(told), told.encode()) == (str, b"Bearer a")
    with pytest.raises(ProviderFailedError):
        header(host_of(cards(mp_auth_header=lambda: TwoFaced("Bearer a\r\nX: 1"))), CARD)


@pytest.mark.parametrize(
    "fields",
    [
        {TwoFaced("Host"): "evil.example"},
        {"X-Desk": TwoFaced("a\r\nX: 1")},
        Fickle({"Host": "evil.example"}, {"X-Desk": "7"}),
    ],
)
def test_h27_fields_of_a_request_are_sent_as_they_were_checked(fields: object) -> None:
    host = host_of(cards(mp_authenticate=lambda: fields))
    with pytest.raises(ProviderFailedError):
        host.authenticate(CARD, REQUEST, NO_RESOLVER)


def test_fields_are_read_once() -> None:
    fickle = Fickle({"X-Desk": "7"}, {"Host": "evil.example"})
    host = host_of(cards(mp_authenticate=lambda: fickle))
    assert host.authenticate(CARD, REQUEST, NO_RESOLVER) == {"X-Desk": "7"}


def test_a_status_is_what_its_text_holds() -> None:
    assert host_of(cards(mp_account_status=lambda: Status.OK)).status(CARD, None) == "ok"
    with pytest.raises(ProviderFailedError, match="returned none of ok"):
        host_of(cards(mp_account_status=lambda: TwoFaced("splendid"))).status(CARD, None)


def test_an_address_and_a_place_are_what_their_text_holds() -> None:
    host = host_of(
        cards(
            mp_endpoint=lambda: TwoFaced("https://gateway.acme.example"),
            mp_persist_tokens=lambda: TwoFaced("the safe"),
        )
    )
    found = [host.endpoint(CARD, "app"), host.persist_tokens(CARD, TOKENS, Slot())]
    assert found == ["https://gateway.acme.example", "the safe"]
    assert [type(each) for each in found] == [str, str]


def test_a_version_is_what_its_text_holds() -> None:
    assert type(declared(SimpleNamespace(MP_CONTRACT=TwoFaced("1.1")))) is str
    assert declared(cast(Any, SimpleNamespace(MP_CONTRACT=TwoFaced("2.0")))) == "2.0"
