"""`mp doctor` says what breaks a home and what to type, and typing it is all that is needed."""

from __future__ import annotations

import pytest

from tests.support.broken_homes import somebody
from tests.support.person import HOME, Person

__all__ = ["somebody"]

pytestmark = pytest.mark.providers
ROOT = f"{HOME}/.mp"
MINE = "chown -hR 54321:54321"
CI = f"{ROOT}/accounts/ci"
MOUNT = "mount --bind host.toml .mp/config.toml"
BREAKAGES = {
    "foreign owner": ("chown -R 12345 .mp", ROOT, "belongs to another user, number 12345"),
    "owned by root": ("chown -R 0 .mp", ROOT, "belongs to root, and is closed to you"),
    "closed directory": ("chmod 0 .mp/accounts", f"{ROOT}/accounts", "closed to you, who own it"),
    "foreign lock": (
        "touch .mp/config.toml.lock; chmod 600 .mp/config.toml.lock",
        f"{ROOT}/config.toml.lock",
        "belongs to root, and is closed to you",
    ),
    "full disk": (
        "mv .mp kept; mkdir .mp; mount -t tmpfs -o size=64k,mode=700,uid=54321 tmpfs .mp;"
        " cp -a kept/. .mp; cat /dev/zero > .mp/log || true",
        ROOT,
        f"{ROOT} is full",
    ),
    "no inodes": (
        "mv .mp kept; mkdir .mp; mount -t tmpfs -o nr_inodes=8,mode=700,uid=54321 tmpfs .mp;"
        " cp -a kept/. .mp; touch .mp/1 .mp/2 .mp/3 .mp/4 || true",
        ROOT,
        f"{ROOT} is full",
    ),
    "file on the way": (
        f"mv .mp/accounts kept; touch .mp/accounts; {MINE} .mp/accounts",
        f"{ROOT}/accounts",
        "is not a directory",
    ),
    "dangling link": (
        f"cd .mp/accounts/ci; rm me.json; ln -s /gone/me.json me.json; {MINE} .",
        f"{CI}/me.json",
        "is not a file",
    ),
    "mount": (
        f"cp -a .mp/config.toml host.toml; {MOUNT}",
        f"{ROOT}/config.toml",
        "is a mount: it is written where it is",
    ),
    "read-only mount": (
        f"cp -a .mp/config.toml host.toml; {MOUNT}; mount -o remount,ro,bind .mp/config.toml",
        f"{ROOT}/config.toml",
        "is a mount that is read-only",
    ),
    "mark": (
        "iconv -f UTF-8 -t UTF-16 .mp/config.toml > marked; cat marked > .mp/config.toml",
        f"{ROOT}/config.toml",
        "is UTF-16, and not UTF-8",
    ),
}
SEVERAL = {
    "of others": {
        f"{ROOT}/config.toml": ("chown 12345 .mp/config.toml", "belongs to another user"),
        f"{ROOT}/config.toml.lock": (
            f"ln -s /gone .mp/config.toml.lock; {MINE} .mp/config.toml.lock",
            "is a link to /gone, which does not exist",
        ),
        CI: ("chown -R 12345 .mp/accounts/ci", "belongs to another user"),
    },
    "of root": {
        f"{ROOT}/config.toml": ("chown 0 .mp/config.toml", "belongs to root, and is closed"),
        f"{ROOT}/quarantine": ("mkdir -m 700 .mp/quarantine", "belongs to root, and is closed"),
        f"{CI}/me.json": (
            "cd .mp/accounts/ci; rm me.json; mkdir me.json",
            "is not a file. It belongs to root",
        ),
    },
    "of this user": {
        ROOT: ("chmod 777 .mp", "Other users may write it"),
        f"{ROOT}/config.toml": ("chmod 0 .mp/config.toml", "closed to you, who own it"),
        f"{ROOT}/config.toml.lock": (
            f"mkdir -m 700 .mp/config.toml.lock; {MINE} .mp/config.toml.lock",
            "is not a regular file",
        ),
        CI: ("chmod 0 .mp/accounts/ci", "closed to you, who own it"),
    },
    "left over": {
        f"{ROOT}/config.toml.lock": (
            f"install -m 400 /dev/null .mp/config.toml.lock; {MINE} .mp/config.toml.lock",
            "closed to you, who own it",
        ),
        f"{CI}/me.json": (
            f"cd .mp/accounts/ci; rm me.json; mkfifo me.json; {MINE} me.json",
            "is not a file",
        ),
        f"{ROOT}/accounts/old": (
            "cd .mp/accounts; mkdir old; touch old/me.json; chown -R 12345 old",
            "belongs to no account 'old'. It belongs to another user",
        ),
    },
    "circular link": {
        f"{CI}/me.json": (
            f"cd .mp/accounts/ci; rm me.json; ln -s me.json me.json; {MINE} me.json",
            "is not a file",
        ),
    },
    "link of another user": {
        ROOT: ("mv .mp kept; ln -s kept .mp; chown -h 12345 .mp", "is a link that belongs to"),
    },
    "closed home": {HOME: ("chmod 0 .", "closed to you, who own it")},
    "open home": {ROOT: ("chmod 777 .", f"other users may replace what is in {HOME}")},
    "closed root": {ROOT: ("chmod 0 .mp", "closed to you, who own it")},
    "root not writable": {ROOT: ("chmod 500 .mp", "Nothing can be stored in it")},
    "read-only file system": {
        ROOT: ("mount --bind .mp .mp; mount -o remount,ro,bind .mp", "file system is read-only"),
    },
}


@pytest.mark.parametrize("kind", BREAKAGES)
def test_h92_a_broken_home_is_healed_by_what_doctor_says(somebody: Person, kind: str) -> None:
    script, subject, message = BREAKAGES[kind]
    somebody.break_(script)
    found = somebody.diagnosis().only
    assert (found["subject"], message in found["message"]) == (subject, True), found
    assert somebody.diagnosis(found["fix"]) == (0, [])


@pytest.mark.parametrize("kind", SEVERAL)
def test_h92_what_is_broken_at_once_is_found_at_once(somebody: Person, kind: str) -> None:
    for script, _ in SEVERAL[kind].values():
        somebody.break_(script)
    found = {each["subject"]: each for each in somebody.diagnosis().findings}
    assert found.keys() == SEVERAL[kind].keys()
    for subject, (_, message) in SEVERAL[kind].items():
        assert message in found[subject]["message"]
        somebody.types(found[subject]["fix"])
    assert somebody.diagnosis() == (0, [])


def test_h92_a_file_where_a_directory_has_to_be_is_told(somebody: Person) -> None:
    file = f"{HOME}/notes"
    somebody.types(f"touch {file}")
    somebody.env["MP_CONFIG_PATH"] = f"{file}/config.toml"
    found = {each["subject"]: each for each in somebody.diagnosis().findings}
    assert found[file]["message"] == "It is not a directory."
    assert found["MP_CONFIG_PATH"]["fix"] == "unset MP_CONFIG_PATH"
