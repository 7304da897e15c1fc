"""Directories of distributions in which something is broken, and processes that find them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from mp_core.plugin.hooks import PROVIDERS
from tests.support.provider_texts import provider_text
from tests.support.site_directory import Site

_ASK = """
import json
from mp_core.plugin._host.broken import broken_distributions
from mp_core.plugin._host.discovery import installed
from mp_core._runtime.context import Context
types = sorted(name for group, name in installed() if name.startswith("t_"))
models = [Context().host.model(name).__name__ for name in types]
print(json.dumps({"types": types, "broken": [one._asdict() for one in broken_distributions()]}))
"""


class BrokenSite(Site):
    """A directory with a good provider of the type `t_good`, and whatever a test adds to it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.provide("t_good")

    def provide(self, type_: str, *, version: str = "1.0") -> Path:
        """Install a provider that loads, and return the directory of its metadata."""
        name = f"acme-{type_.removeprefix('t_')}"
        self.install(name, providers={type_: provider_text(type_)}, version=version)
        return self.root / f"{name.replace('-', '_')}-{version}.dist-info"

    def directory(self, name: str, **files: bytes) -> Path:
        """Make a directory of metadata by hand; the names of files are written without `.txt`."""
        info = self.root / name
        info.mkdir()
        for file, data in files.items():
            (info / ("entry_points.txt" if file == "entry_points" else file)).write_bytes(data)
        return info

    def seen(self, prelude: str = "", **env: str) -> dict[str, Any]:
        """Return which types load, and what is broken, of what is in this directory."""
        done = self.run(prelude + _ASK, **env)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        here = str(self.root)
        answer["broken"] = [one for one in answer["broken"] if one["path"].startswith(here)]
        return answer

    def broken(self) -> dict[str, dict[str, str]]:
        """Return what is broken in this directory, by the name of the file or directory."""
        return {Path(one["path"]).name: one for one in self.seen()["broken"]}

    def mp(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command line that finds the distributions; its warnings are errors."""
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "mp_core.cli", *words],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root), **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def announcing(*lines: str) -> bytes:
    """Return a file of entry points: the group of providers, and these lines."""
    return "\n".join([f"[{PROVIDERS}]", *lines, ""]).encode()
