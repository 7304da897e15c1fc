"""A directory of distributions, as `pip` would leave it, and processes that find them there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mp_core.plugin.hooks import ENVIRONMENT, EXTENSIONS, PROVIDERS


class Site:
    """A directory of installed distributions, each with plugins whose source a test has at hand.

    Args:
        root: The directory, which exists.
        patience_s: How long a process may run.
    """

    def __init__(self, root: Path, *, patience_s: float = 120) -> None:
        self.root = root
        self._patience_s = patience_s

    def install(
        self,
        distribution: str,
        *,
        providers: Mapping[str, str] | None = None,
        extensions: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        version: str = "1.0",
    ) -> None:
        """Lay out a distribution with a module for every plugin.

        Args:
            distribution: Its name.
            providers: Source of each provider's module, by account type.
            extensions: Source of each extension's module, by name.
            variables: The account type of each variable that is announced.
            version: Its version.
        """
        stem = distribution.replace("-", "_")
        info = self.root / f"{stem}-{version}.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (info / "METADATA").write_text(metadata)
        with (info / "entry_points.txt").open("w") as points:
            for group, plugins in ((PROVIDERS, providers or {}), (EXTENSIONS, extensions or {})):
                points.write(f"[{group}]\n")
                for name, source in plugins.items():
                    module = f"{stem}_{group.rpartition('.')[2]}_{name}".replace("-", "_")
                    (self.root / f"{module}.py").write_text(source)
                    points.write(f"{name} = {module}\n")
            points.write(f"[{ENVIRONMENT}]\n")
            points.writelines(f"{name} = {type_}\n" for name, type_ in (variables or {}).items())

    def run(
        self, code: str, *, warnings: str = "error", **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run Python in a process that finds the distributions; its warnings are errors."""
        return subprocess.run(
            [sys.executable, "-W", warnings, "-c", code],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root), **env},
            capture_output=True,
            text=True,
            timeout=self._patience_s,
            check=False,
        )
