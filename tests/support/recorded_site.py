"""Distributions whose extensions keep audit logs and policies, for processes that find them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.home_files import write_config
from tests.support.provider_texts import provider_text
from tests.support.site_directory import Site

LOG = """
import json, os
from mp_core.plugin import hookimpl

@hookimpl
def mp_record(event):
    line = {**event.as_json(), "pid": os.getpid()}
    with open(os.environ["AUDIT"], "a") as log:
        log.write(json.dumps(line) + "\\n")
"""
HANGING = """
import threading
from mp_core.plugin import hookimpl

@hookimpl
def mp_record(event):
    threading.Event().wait(120)
"""
FAILING = """
from mp_core.plugin import hookimpl

@hookimpl
def mp_record(event):
    raise OSError("the disk is full")
"""
POLICY = """
from mp_core.errors import ConfigError
from mp_core.plugin import hookimpl

@hookimpl
def mp_validate_account(account, stage):
    if account.name == "foe":
        raise ConfigError("foe is not one of ours.")
"""
UNMARKED = """
def mp_validate_account(account, stage):
    raise SystemError("nobody calls this")
"""
ASYNC = """
from mp_core.plugin import hookimpl

@hookimpl
async def mp_validate_account(account, stage):
    pass
"""
BROKEN = """
from mp_core.plugin import hookimpl

@hookimpl
def mp_validate_account(account, stage):
    return {}["acl"]
"""
CONFIG = """
[active]
account = "desk"
[accounts.desk]
type = "desk"
region = "eu"
default_project = "1"
[accounts.foe]
type = "desk"
region = "eu"
default_project = "1"
[settings]
extensions = [{names}]
"""


class RecordedSite(NamedTuple):
    """A home, and the site whose extensions its configuration switches on."""

    site: Site
    home: Path

    @classmethod
    def made(cls, site: Path, home: Path, *names: str) -> RecordedSite:
        """Lay the distributions out, and switch these extensions on."""
        made = Site(site)
        made.install("acme-desks", providers={"desk": provider_text("desk")})
        extensions = {
            "log": LOG,
            "hanging": HANGING,
            "failing": FAILING,
            "policy": POLICY,
            "unmarked": UNMARKED,
            "async": ASYNC,
            "broken": BROKEN,
        }
        for name, source in extensions.items():
            made.install(f"acme-{name}", extensions={name: source})
        write_config(home, CONFIG.format(names=", ".join(f'"{name}"' for name in names)))
        return cls(made, home)

    def run(self, code: str, **env: str) -> Any:
        """Run code there, with warnings as they usually are; see `Site.run`."""
        audit = str(self.home / "audit.jsonl")
        return self.site.run(code, warnings="default", HOME=str(self.home), AUDIT=audit, **env)

    def events(self) -> list[dict[str, Any]]:
        """What the log has written."""
        path = self.home / "audit.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def environment(self) -> dict[str, str]:
        """The environment of its processes."""
        own = {"HOME": str(self.home), "AUDIT": str(self.home / "audit.jsonl")}
        return {**os.environ, "PYTHONPATH": str(self.site.root), **own}
