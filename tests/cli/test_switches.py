"""`mp plugins info`, `enable` and `disable`, with distributions that the command line finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.company_site import STORE
from tests.support.home_files import tables_in, write_config
from tests.support.provider_texts import STORED, provider_text
from tests.support.shell import Outcome, Shell
from tests.support.site_directory import Site

POLICY = """
MP_CONTRACT = "1.0"
from mp_core.plugin import hookimpl

@hookimpl
def mp_validate_account(account, stage): ...

@hookimpl(wrapper=True, tryfirst=True)
def mp_auth_header(account):
    return (yield)
"""
CONFIG = '[accounts.me]\ntype = "desk"\nregion = "us"\n'


@pytest.fixture
def desk_shell(bare: Shell, tmp_path: Path) -> Shell:
    """A shell where a provider and three extensions are installed, one of which is broken."""
    root = tmp_path / "site"
    root.mkdir()
    site = Site(root)
    desk = provider_text("desk", ["room: SecretStr | None = None"], header=STORED)
    site.install(
        "acme-desk",
        providers={"desk": desk},
        variables={"DESK_BADGE": "desk"},
        extensions={"policy": POLICY, "wallet": STORE, "broken": "import nothing_of_that_name"},
    )
    bare.env["PYTHONPATH"] = str(root)
    write_config(bare.home, CONFIG)
    return bare


def extensions(shell: Shell) -> Any:
    return tables_in(shell.config).get("settings", {}).get("extensions")


def test_info_tells_hooks_fields_variables_contract_and_file(desk_shell: Shell) -> None:
    policy = desk_shell.process("plugins", "info", "policy", "-f", "json").json
    assert [(hook["name"], hook["is_wrapper"], hook["order"]) for hook in policy["hooks"]] == [
        ("mp_auth_header", True, "tryfirst"),
        ("mp_validate_account", False, None),
    ]
    assert (policy["contract"], policy["status"]) == ("1.0", "off")
    assert "mp plugins enable policy" in policy["reason"]
    desk = desk_shell.process("plugins", "info", "desk", "-f", "json").json
    assert [field["name"] for field in desk["fields"]] == ["room"]
    assert (desk["variables"], desk["accounts"]) == (["DESK_BADGE", "MP_ROOM"], ["me"])
    assert Path(desk["file"]).parent == Path(desk_shell.env["PYTHONPATH"])


def test_a_person_sees_the_marks_beside_the_names(desk_shell: Shell) -> None:
    done = desk_shell.process("plugins", "info", "policy")
    assert "mp_auth_header (wrapper, tryfirst), mp_validate_account\n" in done.out
    done = desk_shell.process("plugins", "info", "desk")
    assert "room (SecretStr | None, secret)\n" in done.out


def test_info_of_one_that_is_off_and_broken_says_why(desk_shell: Shell) -> None:
    broken = desk_shell.process("plugins", "info", "broken", "-f", "json").json
    assert (broken["status"], broken["hooks"]) == ("failed", [])
    assert "nothing_of_that_name" in broken["reason"]


def test_a_list_says_of_what_is_amiss_why_and_of_what_is_off_no_more(desk_shell: Shell) -> None:
    desk_shell.config.write_text(f'{CONFIG}[settings]\nextensions = ["broken"]\n')
    done = desk_shell.process("plugins", "list", "--load")
    assert "policy" in done.out
    assert "policy:" not in done.err
    assert "broken: " in done.err


def is_refused(done: Outcome, code: int, text: str) -> bool:
    return done.code == code and done.out == "" and text in done.err


def test_the_exit_code_tells_what_is_unknown_broken_or_no_extension(desk_shell: Shell) -> None:
    for verb in ("info", "enable", "disable"):
        done = desk_shell.process("plugins", verb, "polcy")
        assert is_refused(done, 4, "Did you mean policy?"), done
    done = desk_shell.process("plugins", "enable", "broken")
    assert is_refused(done, 1, "nothing_of_that_name"), done
    for verb in ("enable", "disable"):
        done = desk_shell.process("plugins", verb, "desk")
        assert is_refused(done, 1, "'desk' is a provider"), done
    assert desk_shell.config.read_text() == CONFIG


def test_on_and_off_twice_each_ends_with_0_and_says_so(desk_shell: Shell) -> None:
    said = [
        (verb, desk_shell.process("plugins", verb, "policy").err)
        for verb in ("enable", "enable", "disable", "disable")
    ]
    assert said == [
        ("enable", "Extension policy is on.\n"),
        ("enable", "Extension policy was on already.\n"),
        ("disable", "Extension policy is off.\n"),
        ("disable", "Extension policy was off already.\n"),
    ]
    assert extensions(desk_shell) == []


def test_what_is_switched_is_a_record_for_programs(desk_shell: Shell) -> None:
    done = desk_shell.process("plugins", "enable", "policy", "-f", "json")
    assert done.json == {
        "name": "policy",
        "is_on": True,
        "has_changed": True,
        "is_required": False,
        "left_logins": [],
    }


def test_one_that_is_not_installed_any_more_is_switched_off(desk_shell: Shell) -> None:
    desk_shell.config.write_text(f'{CONFIG}[settings]\nextensions = ["gone"]\n')
    assert desk_shell.process("account", "list", "-f", "csv").out.count("provider_missing") == 1
    assert desk_shell.process("plugins", "disable", "gone").code == 0
    assert "provider_missing" not in desk_shell.process("account", "list", "-f", "csv").out


def test_what_the_environment_requires_stays_on_and_that_is_said(desk_shell: Shell) -> None:
    desk_shell.process("plugins", "enable", "policy")
    said = []
    for _ in range(2):
        done = desk_shell.process("plugins", "disable", "policy", MP_REQUIRE_EXTENSIONS="policy")
        assert done.code == 0
        said.append(done.err)
    assert extensions(desk_shell) == []
    stays = "stays on: MP_REQUIRE_EXTENSIONS names it.\n"
    assert said == [
        f"Extension policy was taken out of the configuration, and {stays}",
        f"Extension policy {stays}",
    ]


def test_another_policy_can_be_seen_in_force_at_once(desk_shell: Shell) -> None:
    desk_shell.process("plugins", "enable", "policy")
    rows = desk_shell.process("plugins", "list", "--load", "-f", "json").json
    assert {row["name"]: row["status"] for row in rows}["policy"] == "available"
