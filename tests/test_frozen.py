"""The base of all models: frozen, closed, and silent about its input however it fails."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from mp_core._frozen import Frozen, problems, silent_error
from tests.support.fake_providers import CANARY
from tests.support.shown_texts import shown


def _refuse(value: str) -> str:
    raise ValueError("it is refused {as it is}")


class Inner(Frozen):
    number: int = 0
    secret: SecretStr = SecretStr("")


class Card(Frozen):
    name: str = Field(default="x", min_length=1, pattern="^[a-z]*$")
    number: int = 0
    expires_at: AwareDatetime | None = None
    inner: Inner = Inner()
    many: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = Field(default_factory=dict)
    refused: Annotated[str, AfterValidator(_refuse)] = ""

    @model_validator(mode="after")
    def _never_13(self) -> Card:
        if self.number == 13:
            raise ValueError("13 is never drawn")
        return self


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"name": f"{CANARY}!"}, "name"),
    ({"name": 3}, "name"),
    ({"number": CANARY}, "number"),
    ({"expires_at": CANARY}, "expires_at"),
    ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
    ({"inner": {"number": CANARY}}, "inner.number"),
    ({"inner": CANARY}, "inner"),
    ({"inner": {"secret": {"a": CANARY}}}, "inner.secret"),
    ({"many": [{}, {"number": CANARY}]}, "many.1.number"),
    ({"by_name": {"a": {"other": CANARY}}}, "by_name.a.other"),
    ({"refused": CANARY}, "refused"),
    ({"unknown": CANARY}, "unknown"),
]


@pytest.mark.parametrize(("fields", "place"), BROKEN)
def test_h39_an_error_tells_the_place_and_never_the_input(
    fields: dict[str, Any], place: str
) -> None:
    for validate in (
        lambda: Card(**fields),
        lambda: Card.model_validate(fields),
        lambda: Card.model_validate_json(json.dumps(fields)),
        lambda: TypeAdapter(list[Card]).validate_python([fields]),
    ):
        with pytest.raises(ValidationError) as caught:
            validate()
        assert CANARY not in shown(caught.value)
        assert f"{place}: " in problems(caught.value)


def test_the_problems_are_one_line_of_places_and_sentences() -> None:
    with pytest.raises(ValidationError) as caught:
        Card.model_validate({"number": "x", "refused": "y", "unknown": 1})
    assert problems(caught.value) == (
        "number: Input should be a valid integer, unable to parse string as an integer;"
        " refused: it is refused {as it is}; unknown: Extra inputs are not permitted"
    )
    with pytest.raises(ValidationError) as caught:
        Card(number=13)
    assert problems(caught.value) == "13 is never drawn"


@pytest.mark.parametrize("text", [f'{{"name": "{CANARY}"', f'"{CANARY}', CANARY.encode()])
def test_h39_text_that_is_no_json_is_not_repeated(text: str | bytes) -> None:
    with pytest.raises(ValidationError, match="Invalid JSON") as caught:
        Card.model_validate_json(text)
    assert CANARY not in shown(caught.value)


def test_h39_an_assignment_is_refused_without_repeating_its_value() -> None:
    with pytest.raises(ValidationError, match="frozen") as caught:
        Card().name = CANARY  # type: ignore[misc]
    assert CANARY not in shown(caught.value)


def test_a_model_is_frozen_and_closed() -> None:
    card = Card(name="ann")
    with pytest.raises(ValidationError):
        card.name = "ben"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Card(nmae="ann")  # type: ignore[call-arg]
    assert card == Card(name="ann")


def test_subclasses_are_frozen_closed_and_silent_too() -> None:
    class Sub(Card):
        extra: int

    with pytest.raises(ValidationError) as caught:
        Sub(extra=CANARY, other=CANARY)  # type: ignore[arg-type, call-arg]
    assert CANARY not in shown(caught.value)
    assert problems(caught.value).startswith("extra: ")


def test_an_error_can_be_made_of_lines_alone() -> None:
    error = silent_error("Card", [(("inner", 0), "odd", "It is {odd}"), ((), "even", "It is even")])
    assert isinstance(error, ValueError)
    assert problems(error) == "inner.0: It is {odd}; It is even"
    assert [line["type"] for line in error.errors()] == ["odd", "even"]
