"""H44: importing, configuring and resolving open no socket, no process and no browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.fake_providers import BADGE_BLOCK
from tests.support.home_files import configure

ROOT = Path(__file__).parents[2]
PROGRAM = """
import os, sys

LOUD = ("socket.", "webbrowser.", "subprocess.", "os.fork", "os.exec", "os.system")
seen = []
sys.addaudithook(lambda event, args: event.startswith(LOUD) and seen.append(event))

import mp_core as mp
for name in mp.__all__:
    getattr(mp, name)

from mp_core.accounts import Accounts
from mp_core._runtime.context import Context
from mp_core._values.selection import Selection
from mp_core.session import DefaultSession
from mp_core.targets import Targets
from mp_core.workspace import Workspace
from tests.support import fake_providers

context = Context(env=os.environ, plugins=fake_providers.HOST)
Accounts(context).list()
Accounts(context).show()
DefaultSession(context).show()
Targets(context).list()
for asked in (Selection(), Selection(account="me"), Selection(target="t")):
    with Workspace.within(context, asked) as ws:
        ws.explain()
        ws.use(project="2").use(workspace=3).use(account="team").use(target="t")
assert "webbrowser" not in sys.modules
print(*seen)
"""


def test_h44_nothing_is_opened_before_the_first_call(home: Path) -> None:
    configure(
        home,
        active={"account": "team"},
        accounts={
            "team": BADGE_BLOCK,
            "me": {"type": "pass", "region": "us", "default_project": "1"},
        },
        targets={"t": {"account": "team", "project": "1"}},
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")
