"""The base of all accounts: one open union, whose members keep their secrets to themselves."""

from __future__ import annotations

import copy
import json
import pickle
import re
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AnyUrl, BaseModel, SecretBytes, SecretStr, TypeAdapter, ValidationError

from mp_core._frozen import problems
from mp_core._network.endpoints import REGIONS
from mp_core._values.commands import update_command
from mp_core.errors import ProviderNotInstalledError
from mp_core.plugin.account import NAME_PATTERN, NO_RESOLVER, Account, TokenPlace, reveal
from mp_core.plugin.hooks import hookimpl
from tests.support.fake_providers import (
    CANARY,
    HOST,
    BadgeAccount,
    PassAccount,
    Provider,
    TicketAccount,
    badge,
    host_of,
    tokens,
)
from tests.support.shown_texts import shown

ADAPTER: TypeAdapter[Account] = TypeAdapter(Account)
RECORD = {
    "type": "badge",
    "name": "team",
    "region": "us",
    "default_project": "3018488",
    "username": "ann",
    "secret": CANARY,
}


class TestUnion:
    def test_a_mapping_becomes_an_account_of_its_type(self) -> None:
        account = ADAPTER.validate_python(RECORD, context=HOST)
        assert type(account) is BadgeAccount
        assert account == badge(default_project="3018488")
        assert Account.model_validate(RECORD, context=HOST) == account
        assert ADAPTER.validate_json(json.dumps(RECORD), context=HOST) == account

    def test_an_account_is_taken_as_it_is(self) -> None:
        account = badge()
        assert ADAPTER.validate_python(account) is account

    def test_an_account_is_valid_wherever_one_may_stand(self) -> None:
        class Holder(BaseModel):
            accounts: dict[str, Account | None]

        holder = Holder.model_validate({"accounts": {"a": RECORD, "b": None}}, context=HOST)
        assert isinstance(holder.accounts["a"], BadgeAccount)

    @pytest.mark.parametrize(
        ("data", "problem"),
        [
            ({"name": "x"}, "An account needs a type"),
            ({"type": 3}, "An account needs a type"),
            ({"type": None}, "An account needs a type"),
            ({}, "An account needs a type"),
            (CANARY, "An account should be a mapping"),
            (None, "An account should be a mapping"),
            ({"type": "ghost", "secret": CANARY}, "No provider for account type 'ghost'"),
            ({**RECORD, "name": "a b"}, "name: String should match pattern"),
            ({**RECORD, "project_id": CANARY}, "project_id: Extra inputs are not permitted"),
            ({**RECORD, "secret": {"a": CANARY}}, "secret: Input should be a valid string"),
        ],
    )
    def test_h39_what_is_no_account_is_refused_and_not_repeated(
        self, data: Any, problem: str
    ) -> None:
        with pytest.raises(ValidationError) as caught:
            ADAPTER.validate_python(data, context=HOST)
        assert problems(caught.value).startswith(problem)
        assert CANARY not in shown(caught.value)

    def test_h54_a_type_without_provider_is_refused_with_what_to_install(self) -> None:
        with pytest.raises(ValidationError, match="Install the distribution that provides 'ghost'"):
            ADAPTER.validate_python({"type": "ghost"}, context=HOST)

    def test_without_a_host_the_installed_providers_decide(self) -> None:
        with pytest.raises(ValidationError, match="No provider for account type 'badge'"):
            Account.model_validate(RECORD)

    def test_the_base_itself_is_no_account(self) -> None:
        with pytest.raises(TypeError, match="is_long_lived"):
            Account(type="x", name="x", region="us")  # type: ignore[abstract]


class TestFields:
    @given(st.from_regex(re.compile(NAME_PATTERN.replace("$", r"\Z"), re.ASCII)))
    def test_a_name_is_up_to_64_letters_digits_and_dashes(self, name: str) -> None:
        assert badge(name).name == name

    @pytest.mark.parametrize("name", ["", "a b", "a\n", "ä", "a.b", "../x", "x" * 65, "[prod]"])
    def test_another_name_is_refused(self, name: str) -> None:
        with pytest.raises(ValidationError, match="name"):
            badge(name)

    @given(st.text())
    def test_a_region_is_one_of_three(self, region: str) -> None:
        if region in REGIONS:
            assert badge(region=region).region == region
            return
        with pytest.raises(ValidationError, match="region"):
            badge(region=region)

    @pytest.mark.parametrize("project", ["", "1a", "٣", "-1", "1\n", 3018488])
    def test_a_default_project_is_a_string_of_digits(self, project: object) -> None:
        with pytest.raises(ValidationError, match="default_project"):
            badge(default_project=project)

    def test_the_type_cannot_be_another(self) -> None:
        with pytest.raises(ValidationError, match="type"):
            badge(type="pass")

    def test_an_account_is_frozen_and_compares_by_value(self) -> None:
        account = badge()
        with pytest.raises(ValidationError, match="frozen"):
            del account.region
        with pytest.raises(ValidationError, match="frozen"):
            account.region = "eu"  # type: ignore[misc]
        assert account == badge()
        assert hash(account) == hash(badge())
        assert account != badge(secret="fake-secret-other")
        assert account != badge(region="eu")

    def test_of_fields_that_exclude_each_other_exactly_one_is_given(self) -> None:
        for fields in ({}, {"token": "a", "token_env": "b"}):
            with pytest.raises(ValidationError, match="give exactly one of token and token_env"):
                TicketAccount.model_validate({"name": "me", "region": "us", **fields})
        assert TicketAccount(name="me", region="us", token_env="b").token is None

    def test_the_command_for_another_credential_reads_the_secret_from_stdin(self) -> None:
        assert update_command(badge()) == "mp account update team --secret-stdin"
        account = PassAccount(name="me", region="us")
        assert update_command(account) == "mp account update me --help"


class TestSecrets:
    def test_h39_no_text_of_an_account_holds_its_secret(self) -> None:
        account = badge()
        texts = [shown(account), shown([account]), ADAPTER.dump_json(account).decode()]
        texts += [repr(ADAPTER.dump_python(account)), repr(account.model_dump(mode="json"))]
        assert CANARY not in "".join(texts)
        assert "**********" in account.model_dump_json()

    def test_h39_no_text_of_a_slot_holds_its_tokens(self) -> None:
        account = PassAccount(name="far", region="us").kept_at(TokenPlace("bridges/1", tokens()))
        assert CANARY not in shown(account) + shown(account.token_place)

    def test_a_secret_can_be_revealed_to_be_kept(self) -> None:
        account = badge(default_project="7")
        assert reveal(account) == {
            "type": "badge",
            "region": "us",
            "default_project": "7",
            "username": "ann",
            "secret": CANARY,
        }

    def test_what_is_none_and_the_name_are_not_revealed(self) -> None:
        assert reveal(badge()).keys() == {"type", "region", "username", "secret"}


class Shade(Enum):
    DARK = "dark"


class Realm(BaseModel):
    secret: SecretStr
    name: str | None = None


class RichAccount(Account):
    """An account with fields that are no texts."""

    type: Literal["rich"] = "rich"
    issuer: AnyUrl
    key_file: Path
    shade: Shade
    tenant: UUID
    since: datetime
    day: date
    ports: tuple[int, ...]
    realms: dict[str, Realm]
    more: list[SecretStr]
    raw: SecretBytes

    def is_long_lived(self) -> bool:
        return True


class Rich(Provider):
    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return RichAccount

    @hookimpl
    def mp_auth_header(self) -> str:
        return "Rich x"


RICH = RichAccount(
    name="rich",
    region="in",
    issuer=AnyUrl("https://sso.acme.example/x"),
    key_file=Path("/etc/key"),
    shade=Shade.DARK,
    tenant=UUID(int=7),
    since=datetime(2030, 1, 2, 3, 4, 5, 600, UTC),
    day=date(2030, 1, 2),
    ports=(1, 2),
    realms={"a": Realm(secret=SecretStr(CANARY)), "b": Realm(secret=SecretStr("x"), name="b")},
    more=[SecretStr(CANARY)],
    raw=SecretBytes(CANARY.encode()),
)


class TestRoundTrip:
    def test_every_field_can_be_written_as_toml_and_as_json_and_read_again(self) -> None:
        host = host_of(rich=Rich())
        record = reveal(RICH)
        assert tomli_w.dumps(record)
        again = {**json.loads(json.dumps(record)), "name": "rich"}
        assert Account.model_validate(again, context=host) == RICH

    def test_a_secret_inside_of_a_field_is_revealed_too(self) -> None:
        record = reveal(RICH)
        assert record["realms"] == {"a": {"secret": CANARY}, "b": {"secret": "x", "name": "b"}}
        assert record["more"] == [CANARY]

    @given(
        st.builds(
            badge,
            username=st.text(min_size=1),
            secret=st.text(min_size=1),
            lanyard=st.none() | st.text(),
            region=st.sampled_from(REGIONS),
            default_project=st.none() | st.from_regex(r"[0-9]+", fullmatch=True),
        )
    )
    def test_what_is_revealed_is_the_whole_account(self, account: BadgeAccount) -> None:
        record = {**reveal(account), "name": account.name}
        assert Account.model_validate(record, context=HOST) == account

    @pytest.mark.parametrize("slot", [None, TokenPlace("bridges/1")])
    def test_an_account_survives_copies_and_the_way_to_another_process(
        self, slot: TokenPlace | None
    ) -> None:
        account = badge() if slot is None else badge().kept_at(slot)
        for again in (
            pickle.loads(pickle.dumps(account)),
            copy.copy(account),
            copy.deepcopy(account),
            account.model_copy(),
        ):
            assert again == account
            assert again.token_place == slot
            assert again.secret.get_secret_value() == CANARY


class TestHeader:
    def test_without_its_provider_an_account_says_what_to_install(self) -> None:
        with pytest.raises(ProviderNotInstalledError) as caught:
            badge().auth_header()
        assert "the distribution that provides 'badge'" in (caught.value.hint or "")
        assert CANARY not in shown(caught.value)

    def test_the_resolver_that_was_not_given_is_a_resolver(self) -> None:
        from mp_core.plugin.tokens import TokenResolver

        assert isinstance(NO_RESOLVER, TokenResolver)
