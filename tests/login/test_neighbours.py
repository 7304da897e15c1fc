"""H79: a neighbour on the machine, who reads the process list, cannot finish somebody's login."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mp_core.sandbox import Sandbox, SandboxIdentity
from mp_core.sandbox.browser import Browser
from tests.support import neighbour
from tests.support.child_processes import SOMEONE, needs_root
from tests.support.home_files import write_config
from tests.support.machine import Login, Machine

pytestmark = [
    pytest.mark.providers,
    pytest.mark.usefixtures("logins"),
    needs_root,
    pytest.mark.skipif(
        shutil.which("python3", path="/usr/bin") is None, reason="no /usr/bin/python3"
    ),
]

CONFIG = '[accounts.me]\ntype = "oauth_browser"\nregion = "us"\n'
OPENER = """#!/bin/sh
printf '%s\\n' "$1" > {told}
read line < {held}
"""
"""A browser that everybody can see in the process list for as long as it is held."""


@pytest.fixture
def public() -> Iterator[Path]:
    """A home that everybody may look into, so that nothing but the files guards themselves."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        (Path(directory) / "home").mkdir(mode=0o755)
        yield Path(directory)


@pytest.fixture
def machine(public: Path, sandbox: Sandbox) -> Iterator[Machine]:
    variables = {"MP_API_BASE_URL": sandbox.url, "BROWSER": f"{public / 'opener'} %s"}
    for pipe in ("told", "held"):
        os.mkfifo(public / pipe)
    held = os.open(public / "held", os.O_RDWR)
    opener = public / "opener"
    opener.write_text(OPENER.format(told=public / "told", held=public / "held"))
    opener.chmod(0o755)
    write_config(public / "home", CONFIG)
    with Machine(public / "home", variables) as running:
        yield running
    os.write(held, b"\n")
    os.close(held)


def opened_at(public: Path, login: Login) -> str:
    """Return what the browser was started with."""
    with (public / "told").open() as told:
        return told.readline().strip()


def who_logged_in(sandbox: Sandbox) -> list[SandboxIdentity]:
    return [login.identity for login in sandbox.logins]


def as_neighbour(program: str, *arguments: str) -> str:
    """Return what a program prints that another user runs."""
    done = subprocess.run(
        ["/usr/bin/python3", "-I", "-c", program, *arguments],
        user=SOMEONE,
        group=SOMEONE,
        extra_groups=[],
        cwd="/",
        env={},
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def test_h79_who_reads_the_process_list_can_neither_see_nor_finish_a_login(
    machine: Machine, public: Path, sandbox: Sandbox
) -> None:
    victim, attacker = sandbox.identities[1:3]
    login = Login(machine, "me")
    page = opened_at(public, login)
    source = Path(neighbour.__file__).read_text()
    ports = (str(login.port), str(urlsplit(sandbox.url).port))
    attempts = json.loads(as_neighbour(source, str(attacker.user_id), *ports))
    assert "Permission denied" in attempts.pop(page)
    assert not {address for address in attempts if "state=" in address or "/start" in address}
    assert who_logged_in(sandbox) == []
    browser = Browser()
    browser.visit(page, decision="approve", user_id=str(victim.user_id))
    assert login.end() == 0, login.said
    assert who_logged_in(sandbox) == [victim]
    assert not Path(page.removeprefix("file://")).parent.exists()


LISTEN = """
import socket, sys
for host in ("127.0.0.1", "0.0.0.0", "::1", "::"):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as taken:
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            taken.setsockopt(socket.SOL_SOCKET, option, 1)
        try:
            taken.bind((host, int(sys.argv[1])))
            taken.listen()
        except OSError:
            continue
        print(host)
"""


def test_h79_nobody_else_can_listen_where_the_answer_of_a_login_is_expected(
    machine: Machine, public: Path
) -> None:
    login = Login(machine, "me")
    opened_at(public, login)
    assert as_neighbour(LISTEN, str(login.port)) == ""
