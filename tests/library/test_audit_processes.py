"""Audit logs in processes of their own, which end, fork, or are interrupted."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.support.child_processes import LAST_RESORT_S, started
from tests.support.loopback_server import SilentHandler, answering
from tests.support.recorded_site import RecordedSite

SEND = """
import mp_core as mp
ws = mp.Workspace()
ws.request("GET", "/me")
"""
USE = "import mp_core as mp; mp.accounts.use('foe')"
"""The shortest program that something happens in."""


class Mixpanel(SilentHandler):
    """Answers everything, and remembers what it was asked."""

    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.reply(200, {"results": {}})


def kinds(site: RecordedSite) -> list[str]:
    return [event["kind"] for event in site.events()]


def test_h100_the_events_of_a_very_short_process_arrive(tmp_path: Path, home: Path) -> None:
    site = RecordedSite.made(tmp_path, home, "log")
    done = site.run(USE)
    assert (done.returncode, done.stderr) == (0, "")
    assert kinds(site) == ["account_changed"]


@pytest.mark.parametrize(
    "end",
    ["sys.exit(3)", "raise RuntimeError('boom')", "threading.Thread(target=use).start()"],
)
def test_h100_they_arrive_however_it_ends(tmp_path: Path, home: Path, end: str) -> None:
    site = RecordedSite.made(tmp_path, home, "log")
    late = "def use(): time.sleep(0.5); mp.accounts.use('desk')"
    site.run(f"import sys, threading, time\n{USE}\n{late}\n{end}")
    assert kinds(site)[0] == "account_changed"
    assert len(kinds(site)) == 1 + ("Thread" in end)


@pytest.mark.parametrize("is_first", [False, True])
def test_h100_what_happens_only_while_a_program_ends_arrives(
    tmp_path: Path, home: Path, is_first: bool
) -> None:
    """Nothing of the core was loaded before, but for the package itself.

    Python 3.12 starts no thread then, so that nothing could end the wait for one that hangs.
    """
    has_threads = sys.version_info[:2] != (3, 12)
    site = RecordedSite.made(tmp_path, home, *(["hanging"] if has_threads else []), "log")
    late = "atexit.register(lambda: [mp.accounts.use(name) for name in ('foe', 'desk', 'foe')])"
    lines = ["import atexit", *([late] if is_first else []), "import mp_core as mp", late]
    done = site.run("\n".join(lines[:3]))
    assert [event["account"] for event in site.events()] == ["foe", "desk", "foe"]
    assert ("not recorded by 'hanging'" in done.stderr) is has_threads


def test_h100_what_happens_while_a_program_ends_arrives(tmp_path: Path, home: Path) -> None:
    """One handler runs after that of the core, the other one before."""
    site = RecordedSite.made(tmp_path, home, "log")
    first = "import atexit\natexit.register(lambda: mp.accounts.use('desk'))"
    then = "atexit.register(lambda: mp.accounts.use('foe'))"
    done = site.run(f"{first}\nimport mp_core as mp\nmp.Workspace()\n{then}")
    assert done.stderr == ""
    assert [event["account"] for event in site.events()] == ["foe", "desk"]


@pytest.mark.parametrize("way", ["cli", "library"])
def test_h100_one_that_hangs_delays_the_end_a_little_and_what_it_lacks_is_said(
    tmp_path: Path, home: Path, way: str
) -> None:
    site = RecordedSite.made(tmp_path, home, "hanging")
    cli = "from mp_core.cli.run import run; import sys; sys.exit(run(['account', 'use', 'foe']))"
    began = time.monotonic()
    done = site.run(cli if way == "cli" else USE)
    assert time.monotonic() - began < 60  # It would hang for twice as long.
    assert done.returncode == 0
    assert done.stderr.count("1 audit event was not recorded") == 1
    if way == "cli":
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 2  # And the confirmation.


def test_h100_one_that_hangs_keeps_nothing_from_another(tmp_path: Path, home: Path) -> None:
    site = RecordedSite.made(tmp_path, home, "hanging", "log")
    done = site.run(f"{USE}\nmp.accounts.use('desk')")
    assert [event["account"] for event in site.events()] == ["foe", "desk"]
    assert "2 audit events were not recorded by 'hanging'" in done.stderr
    assert "'log'" not in done.stderr


def test_h100_one_that_fails_is_said_in_one_line_of_the_command(tmp_path: Path, home: Path) -> None:
    site = RecordedSite.made(tmp_path, home, "failing")
    cli = "from mp_core.cli.run import run; import sys; sys.exit(run(['account', 'use', 'foe']))"
    done = site.run(cli)
    assert done.returncode == 0
    said = [line for line in done.stderr.splitlines() if "audit log 'failing'" in line]
    assert len(said) == 1
    assert "the disk is full" in said[0]


FORKED = """
import os, mp_core as mp
mp.accounts.use("foe")
child = os.fork()
if child:
    os.waitpid(child, 0)
mp.accounts.use("foe" if child else "desk")
"""
POOLED = """
import multiprocessing
from concurrent import futures

def use(name):
    import os, mp_core as mp
    mp.accounts.use(name)
    return os.getpid()

if __name__ == "__main__":
    import mp_core as mp
    mp.accounts.use("foe")
    context = multiprocessing.get_context({method!r})
    with futures.ProcessPoolExecutor(1, context) as pool:
        print(pool.submit(use, "desk").result(90))
"""


def test_h100_a_fork_has_events_of_its_own_alone(tmp_path: Path, home: Path) -> None:
    site = RecordedSite.made(tmp_path, home, "log")
    done = site.run(FORKED)
    assert done.returncode == 0, done.stderr
    assert [event["account"] for event in site.events()] == ["foe", "desk", "foe"]
    parent, child, again = [event["pid"] for event in site.events()]
    assert parent == again != child


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_h100_the_events_of_a_worker_arrive(tmp_path: Path, home: Path, method: str) -> None:
    site = RecordedSite.made(tmp_path, home, "log")
    (tmp_path / "pooled.py").write_text(POOLED.format(method=method))
    done = site.run("import runpy; runpy.run_path('pooled.py', run_name='__main__')")
    assert done.returncode == 0, done.stderr
    accounts = [(event["account"], event["pid"]) for event in site.events()]
    assert accounts[0][0] == "foe"
    assert accounts[1:] == [("desk", int(done.stdout))]


INTERRUPTED = """
import time, mp_core as mp
mp.accounts.use("foe")
print("ready", flush=True)
time.sleep(120)
"""


def test_h100_ctrl_c_loses_nothing(tmp_path: Path, home: Path) -> None:
    site = RecordedSite.made(tmp_path, home, "log")
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started(
        sys.executable, "-c", INTERRUPTED, cwd=tmp_path, env=site.environment(), **pipes
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LAST_RESORT_S)
    assert kinds(site) == ["account_changed"]


class TestPolicies:
    """What a policy that is of no use lets through: nothing."""

    @pytest.mark.parametrize("name", ["unmarked", "async", "broken", "missing"])
    @pytest.mark.parametrize("is_required", [False, True])
    def test_h96_one_with_a_defect_or_missing_sends_nothing(
        self, tmp_path: Path, home: Path, name: str, is_required: bool
    ) -> None:
        site = RecordedSite.made(tmp_path, home, *([] if is_required else [name]))
        required = {"MP_REQUIRE_EXTENSIONS": name} if is_required else {}
        with answering(Mixpanel) as url:
            done = site.run(SEND, MP_API_BASE_URL=url, **required)
        assert Mixpanel.seen == []
        assert done.returncode == 1
        assert name in done.stderr
        assert "ProviderFailedError" in done.stderr or "ProviderNotInstalledError" in done.stderr

    def test_h96_one_that_is_required_is_asked_though_no_settings_name_it(
        self, tmp_path: Path, home: Path
    ) -> None:
        site = RecordedSite.made(tmp_path, home)
        code = "import mp_core as mp; mp.Workspace(account='foe')"
        assert site.run(code).returncode == 0
        done = site.run(code, MP_REQUIRE_EXTENSIONS="policy")
        assert "ConfigError: foe is not one of ours." in done.stderr
