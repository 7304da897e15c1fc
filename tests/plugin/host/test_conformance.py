"""What every provider's account model has to keep."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from mp_core.plugin._host.conformance import ConformanceError, check_model
from mp_core.plugin.account import Account
from tests.support.fake_providers import CardAccount


class LookAlike(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    type: Literal["card"] = "card"
    name: str
    region: str


class Abstract(Account):
    type: Literal["card"] = "card"


class Open(CardAccount):
    model_config = ConfigDict(extra="allow")


class Loud(CardAccount):
    model_config = ConfigDict(hide_input_in_errors=False)


class Thawed(CardAccount):
    model_config = ConfigDict(frozen=False)


class Flat(CardAccount):
    exclusive_fields = ("name", "region")


class Absent(CardAccount):
    exclusive_fields = (("number", "missing"),)


class AnyType(Account):
    type: str = "card"

    def is_long_lived(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (None, "is not a subclass of mp_core.plugin.Account"),
        ("Card", "is not a subclass of mp_core.plugin.Account"),
        (dict, "is not a subclass of mp_core.plugin.Account"),
        (LookAlike, "is not a subclass of mp_core.plugin.Account"),
        (
            CardAccount(name="a", region="us", number=SecretStr("1")),
            "is not a subclass of mp_core.plugin.Account",
        ),
        (Account, 'must declare: type: Literal["card"] = "card"'),
        (AnyType, 'must declare: type: Literal["card"] = "card"'),
        (Abstract, "must define is_long_lived"),
        (Open, 'must keep extra="forbid" in its configuration'),
        (Loud, "must keep frozen and hide_input_in_errors in its configuration"),
        (Thawed, "must keep frozen and hide_input_in_errors in its configuration"),
        (Flat, 'must name fields of its own: exclusive_fields = (("one", "other"),)'),
        (Absent, 'must name fields of its own: exclusive_fields = (("one", "other"),)'),
    ],
)
def test_h48_a_model_that_does_not_fit_is_refused_with_what_it_lacks(
    model: object, problem: str
) -> None:
    with pytest.raises(ConformanceError) as caught:
        check_model("card", model)
    assert str(caught.value) == f"its account model {problem}"


def test_a_model_that_fits_is_accepted() -> None:
    check_model("card", CardAccount)
