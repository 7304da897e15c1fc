"""Sessions that leave a process with registered plugins: those are there as well, or it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.home_files import write_config
from tests.support.provider_texts import provider_text
from tests.support.site_directory import Site

PROGRAM = """
import contextlib, json, multiprocessing, os, pathlib, pickle, sys, threading
import mp_core as mp
from mp_core.plugin import hookimpl, register, register_extension
import acme_desks_providers_desk as desk

LIMIT_S = 90

class Loud:
    @hookimpl(wrapper=True)
    def mp_auth_header(self):
        header = yield
        return f"{header}!"

class Hall:
    @hookimpl
    def mp_account_model(self):
        return HallAccount
    @hookimpl
    def mp_auth_header(self):
        return "Hall 1"

from typing import Literal
class HallAccount(mp.Account):
    type: Literal["hall"] = "hall"
    def is_long_lived(self):
        return True

def everything():
    register_extension("loud", Loud())
    register("hall", Hall())

def header(session):
    try:
        return session.auth_header()
    except mp.MpError as error:
        return f"{type(error).__name__}: {error} {error.hint}"

def sessions():
    hall = HallAccount(name="hall", region="eu")
    return [mp.Workspace().session, mp.Session(account=hall, project="1")]

class Slow(Hall):
    def __init__(self):
        self.begun, self.may_end = threading.Event(), threading.Event()
    @hookimpl
    def mp_account_model(self):
        self.begun.set()
        self.may_end.wait(LIMIT_S)
        return HallAccount

@contextlib.contextmanager
def registering():
    slow = Slow()
    thread = threading.Thread(target=register, args=("hall", slow), kwargs={"replace": True})
    thread.start()
    assert slow.begun.wait(LIMIT_S)
    try:
        yield
    finally:
        slow.may_end.set()
        thread.join(LIMIT_S)

def forked(session, before=lambda: None):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        import signal
        signal.alarm(LIMIT_S)  # It ends a child that waits for ever.
        try:
            before()
            os.write(writing, json.dumps(header(session)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        found = json.load(answer)
    os.waitpid(child, 0)
    return found

def in_pool(sessions, **options):
    with multiprocessing.get_context("spawn").Pool(1, **options) as pool:
        found = pool.map_async(header, sessions).get(LIMIT_S)
        pool.close()
        pool.join()
    return found

def main(way):
    everything()
    made = sessions()
    if way == "fork":
        return [forked(session) for session in made]
    if way == "fork while a thread registers":
        with registering():
            return [forked(session, before=lambda: register_extension("more", Loud()))
                    for session in made]
    return in_pool(made, initializer=everything if way == "registered" else None)
"""
CONFIG = """
[active]
account = "desk"
[accounts.desk]
type = "desk"
region = "eu"
default_project = "1"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = Site(tmp_path_factory.mktemp("site"))
    made.install("acme-desks", providers={"desk": provider_text("desk")})
    (made.root / "program.py").write_text(PROGRAM)
    return made


def run(site: Site, code: str) -> Any:
    """Run code of a module, which spawned processes find again, and return the JSON it prints."""
    text = f"import json, program\nif __name__ == '__main__':\n    print(json.dumps({code}))"
    done = site.run(text)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(autouse=True)
def _configured(home: Path) -> None:
    write_config(home, CONFIG)


@pytest.mark.parametrize("way", ["fork", "registered"])
def test_h63_a_session_is_served_by_what_is_registered_there_as_well(site: Site, way: str) -> None:
    assert run(site, f"program.main({way!r})") == ["Card 1!", "Hall 1!"]


def test_h63_a_child_registers_though_a_thread_of_its_parent_did_so_meanwhile(site: Site) -> None:
    answers = run(site, "program.main('fork while a thread registers')")
    assert answers == ["Card 1!!", "Hall 1!!"]


def test_h63_where_it_is_not_registered_a_session_refuses_and_says_how(site: Site) -> None:
    for answer in run(site, "program.main('not registered')"):
        assert answer.startswith("ProviderNotInstalledError: The "), answer
        assert "was registered in the process where this session was made" in answer
        assert "mp_core.plugin.register" in answer


ALONE = """[
    program.register("hall", program.Hall()),
    program.in_pool(program.sessions()),
][1]"""


def test_h63_another_types_provider_is_not_asked_for(site: Site) -> None:
    desk, hall = run(site, ALONE)
    assert desk == "Card 1"
    assert "'hall' was registered in the process" in hall


LOUD = """
from mp_core.plugin import hookimpl

@hookimpl
def mp_validate_account():
    pass
"""


def test_h63_an_installed_extension_of_its_name_does_not_stand_in_for_it(
    tmp_path: Path, site: Site
) -> None:
    made = Site(tmp_path)
    made.install("acme-desks", providers={"desk": provider_text("desk")})
    made.install("acme-it", extensions={"loud": LOUD})
    replacing = PROGRAM.replace('"loud", Loud()', '"loud", Loud(), replace=True')
    (made.root / "program.py").write_text(replacing)
    for answer in run(made, "program.main('not registered')"):
        assert "'loud' was registered in the process" in answer or "'hall'" in answer
