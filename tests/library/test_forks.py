"""A process that forks, as pools do: the child shares no connection, and waits for no thread."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mp_core.workspace import Workspace
from tests.support.child_processes import in_child
from tests.support.provider_texts import provider_text
from tests.support.sandbox_accounts import config, context, desk, env, opened, ws
from tests.support.site_directory import Site

__all__ = ["config", "context", "desk", "env", "opened", "ws"]

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="only POSIX forks"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]

SLOW = "import gate\ngate.loading.set()\ngate.forked.wait(20)\n" + provider_text("slow")
SCRIPT = """
import os, signal, sys, threading, types

gate = sys.modules["gate"] = types.SimpleNamespace(
    loading=threading.Event(), forked=threading.Event()
)
from mp_core._runtime.context import Context

host = lambda: Context().host
thread = threading.Thread(target=lambda: host().model("slow"))
thread.start()
assert gate.loading.wait(20)
child = os.fork()
if child == 0:
    signal.alarm(60)  # It ends a child that waits for ever.
    os._exit(host().model("quick").__name__ != "FakeAccount")
status = os.waitpid(child, 0)[1]
gate.forked.set()
thread.join()
sys.exit(status)
"""


def test_h09_a_forked_child_has_connections_of_its_own(ws: Workspace) -> None:
    ws.me(refresh=True)
    before = ws.http

    def ask() -> None:
        assert ws.http is not before
        assert ws.me(refresh=True).user is not None
        ws.close()

    assert in_child(ask) == 0
    assert ws.http is before
    assert ws.me(refresh=True).user is not None


def test_h09_a_forked_child_does_not_wait_for_a_plugin_that_its_parent_was_loading(
    tmp_path: Path,
) -> None:
    Site(tmp_path).install("acme", providers={"slow": SLOW, "quick": provider_text("quick")})
    done = Site(tmp_path).run(f"import warnings; warnings.simplefilter('ignore')\n{SCRIPT}")
    assert (done.returncode, done.stderr) == (0, "")
