"""Where only a person can decide, `mp doctor` says what, and `--fix` makes nothing worse."""

from __future__ import annotations

import json
from subprocess import CalledProcessError

import pytest

from tests.support.broken_homes import somebody
from tests.support.person import HOME, Person

__all__ = ["somebody"]

pytestmark = pytest.mark.providers
ROOT = f"{HOME}/.mp"


@pytest.mark.parametrize(
    ("script", "subject", "message"),
    [
        ("echo '[accounts' > .mp/config.toml", f"{ROOT}/config.toml", "line 1, column"),
        ("echo 'config_version = 1' > .mp/config.toml", f"{ROOT}/config.toml", "legacy layout"),
        ("rm -r .mp; ln -s /nowhere/mp .mp", ROOT, "a link to /nowhere/mp, which does not exist"),
        ("rm -r .mp; ln -s .mp .mp", ROOT, "a link to .mp, which leads back to it"),
        ("rm -r .mp; touch .mp; chown 54321 .mp", ROOT, "is not a directory"),
        ("rm .mp/config.toml; mkdir .mp/config.toml", f"{ROOT}/config.toml", "not a regular file"),
        (
            "rm .mp/config.toml; ln -s /no .mp/config.toml",
            f"{ROOT}/config.toml",
            "a link to /no",
        ),
    ],
    ids=["syntax", "legacy", "dangling root", "circular root", "file", "directory", "dangling"],
)
@pytest.mark.parametrize("fix", ["", "--fix"])
def test_h92_what_only_a_person_can_put_right_is_named_and_left(
    somebody: Person, script: str, subject: str, message: str, fix: str
) -> None:
    somebody.break_(script)
    before = somebody.types("ls -lR --time-style=+ . | grep -v lock").stdout
    done = somebody.types(f"mp doctor {fix} -f json")
    [found] = [each for each in json.loads(done.stdout) if each["level"] != "ok"]
    assert (done.returncode, found["subject"], found["is_fixed"]) == (1, subject, False)
    assert message in found["message"]
    assert somebody.types("ls -lR --time-style=+ . | grep -v lock").stdout == before


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("MP_CONFIG_PATH", "/nowhere/c.toml", "leads to /nowhere/c.toml, which does not exist"),
        ("MP_STORAGE_DIR", "nowhere", "leads to nowhere, which does not exist"),
        ("MP_AUTH_FILE", "/nowhere/b.json", "MP_AUTH_FILE points nowhere"),
    ],
)
def test_h92_a_variable_that_leads_nowhere_costs_nothing(
    somebody: Person, variable: str, value: str, message: str
) -> None:
    """Its place may be misspelt, or not be mounted yet: what belongs to it is no orphan."""
    somebody.env[variable] = value
    assert somebody.types("mp doctor --fix").returncode == 0
    assert somebody.at(f"{ROOT}/accounts/ci/me.json").exists()
    found = somebody.diagnosis().findings
    [named] = [each for each in found if message in each["message"]]
    assert named["fix"] == f"unset {variable}"
    assert somebody.diagnosis(named["fix"]) == (0, [])


@pytest.mark.parametrize("home", ["", "/nowhere/at all"])
def test_h92_without_a_home_doctor_says_where_files_could_be(somebody: Person, home: str) -> None:
    found = {each["check"]: each for each in somebody.diagnosis(HOME=home).findings}
    assert "no home directory" in found["files"]["message"] or (
        found["files"]["fix"] == "sudo install -d -o $(id -u) -m 700 '/nowhere/at all/.mp'"
    )


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "csv", "plain"])
def test_h92_every_format_tells_of_a_home_of_somebody_else(somebody: Person, format_: str) -> None:
    somebody.break_("chown -R 12345 .mp")
    done = somebody.types(f"mp doctor -f {format_}")
    assert (done.returncode, ROOT in done.stdout) == (1, True), done
    assert "Traceback" not in done.stderr


def test_h92_what_belongs_to_somebody_else_is_not_touched(somebody: Person) -> None:
    somebody.break_("chown 12345 .mp/accounts/ci/me.json; chmod 666 .mp/accounts/ci/me.json")
    before = somebody.types("ls -lR --time-style=+ .mp/accounts/ci").stdout
    assert somebody.types("mp doctor --fix").returncode == 1
    assert somebody.types("ls -lR --time-style=+ .mp/accounts/ci").stdout == before


def test_h92_a_file_system_without_modes_is_named_once(somebody: Person) -> None:
    script = """
        test -n "$(command -v mkfs.vfat)"; truncate -s 2M disk; mkfs.vfat disk
        mv .mp kept; mkdir .mp; mount -o loop,uid=54321,gid=54321 disk .mp; cp -r kept/. .mp"""
    try:
        somebody.break_(script)
    except CalledProcessError as error:
        pytest.skip(f"no vfat can be mounted here: {error.stderr}")
    assert "keeps no modes" in somebody.diagnosis().only["message"]


def test_h92_doctor_needs_neither_proc_nor_an_entry_of_its_user(somebody: Person) -> None:
    somebody.break_("mount -t tmpfs tmpfs /proc; ! getent passwd 54321")
    assert somebody.diagnosis() == (0, [])
