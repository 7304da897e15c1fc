"""The fields of any model as options, whoever wrote it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel, Field, SecretStr

from mp_core.cli.fields.option import fields_of
from mp_core.plugin.account import Account


class Realm(BaseModel):
    name: str
    key: SecretStr | None = None


class Issuer(BaseModel):
    url: str


class EveryKind(Account):
    """An account with a field of every kind."""

    type: Literal["kinds"] = "kinds"
    host: str = Field(description="address of the server")
    port: int = 443
    tenant: Annotated[str, Field(min_length=3)] | None = None
    mode: Literal["fast", "safe"] = "safe"
    verify: bool = True
    scopes: tuple[str, ...] = ()
    labels: dict[str, str] = Field(default_factory=dict)
    issuer: Issuer | None = None
    account: str | None = None
    ticket: SecretStr
    spare: SecretStr | None = Field(default=None, json_schema_extra={"variable": "KINDS_SPARE"})
    realms: list[Realm] = Field(default_factory=list)

    def is_long_lived(self) -> bool:
        return True


FIELDS = {field.name: field for field in fields_of(EveryKind)}


def given(name: str, *words: str) -> Any:
    """Return the value that a command receives for a field."""
    seen = {}
    command = click.Command(
        "add", params=[FIELDS[name].click_option()], callback=lambda **values: seen.update(values)
    )
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return seen[FIELDS[name].parameter]


def help_of(name: str) -> str:
    option = FIELDS[name].click_option(is_required=FIELDS[name].is_required)
    record = option.get_help_record(click.Context(click.Command("add")))
    assert record is not None
    return "  ".join(record)


def test_the_fields_that_every_account_has_are_left_to_the_command() -> None:
    assert not FIELDS.keys() & {"type", "name", "region", "default_project"}


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("host", ("--host", "a.example"), "a.example"),
        ("port", ("--port", "8443"), "8443"),
        ("tenant", ("--tenant", "123"), "123"),
        ("mode", ("--mode", "fast"), "fast"),
        ("verify", (), None),
        ("verify", ("--verify",), True),
        ("verify", ("--no-verify",), False),
        ("scopes", ("--scopes", "a", "--scopes", "b"), ("a", "b")),
        ("labels", ("--labels", '{"a": "b"}'), {"a": "b"}),
        ("issuer", ("--issuer", '{"url": "https://a.example"}'), {"url": "https://a.example"}),
        ("account", ("--with-account", "x"), "x"),
        ("ticket", ("--ticket-stdin",), True),
        ("realms", ("--realms-stdin",), True),
    ],
)
def test_each_kind_of_field_has_its_form_of_option(
    name: str, words: tuple[str, ...], value: Any
) -> None:
    assert given(name, *words) == value


def test_help_says_what_a_field_is_and_what_it_is_without_the_option() -> None:
    assert help_of("host") == "--host TEXT  Address of the server.  [required]"
    assert help_of("port") == "--port TEXT  Port. Default: 443."
    assert help_of("tenant") == "--tenant TEXT  Tenant."
    assert help_of("mode") == "--mode [fast|safe]  Mode. Default: safe."
    assert help_of("labels") == "--labels JSON  Labels."


def test_a_secret_is_an_option_without_a_value_wherever_it_is_in_the_model() -> None:
    for name in ("ticket", "spare", "realms"):
        assert FIELDS[name].is_secret
        assert FIELDS[name].click_option().is_flag
    assert help_of("ticket") == (
        "--ticket-stdin  Read the ticket from stdin; else from MP_TICKET, else ask."
    )
    assert FIELDS["spare"].variable == "KINDS_SPARE"
