"""Somebody without rights on a machine of their own, where root may break things.

The machine is a mount namespace: what is mounted there is gone with it. Its `/home` is empty at
first, and `sudo` is there, which makes the person root without a question.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tests.support.child_processes import SOMEONE, started
from tests.support.source_imports import ROOT

HOME: Final = "/home/person"
TOOLS: Final = "/home/tools"
TIMEOUT_S: Final = 120
NEEDED: Final = ("unshare", "nsenter", "setpriv", "mount")
SET_UP: Final = f"""
set -e
mount -t tmpfs -o mode=755 tmpfs /home
mkdir {TOOLS} {HOME}
cp "$(command -v setpriv)" {TOOLS}/as-root
chmod 4755 {TOOLS}/as-root
printf '#!/bin/sh\\nexec {TOOLS}/as-root --reuid 0 --regid 0 --clear-groups "$@"\\n' > {TOOLS}/sudo
chmod 755 {TOOLS}/sudo
chown {SOMEONE}:{SOMEONE} {HOME}
"""


class Diagnosis(NamedTuple):
    """What `mp doctor` said: its exit code, and what is not in order."""

    code: int
    findings: list[dict[str, Any]]

    @property
    def only(self) -> dict[str, Any]:
        """The one finding there is."""
        [finding] = self.findings
        return finding


class Person:
    """A person at home in a mount namespace.

    Args:
        pid: A process of the namespace.
        variables: What the person's environment says beside `HOME` and `PATH`.
    """

    def __init__(self, pid: int, variables: Mapping[str, str]) -> None:
        self._enter = ["nsenter", "--mount", "--target", str(pid), "--"]
        self._top = Path(f"/proc/{pid}/root")
        path = os.pathsep.join([TOOLS, str(Path(sys.executable).parent), os.environ["PATH"]])
        self.env = {"HOME": HOME, "PATH": path, "LANG": "C.UTF-8", **variables}

    def at(self, path: str) -> Path:
        """Return where a path of the person's machine is for this process."""
        return self._top / path.lstrip("/")

    def break_(self, script: str) -> None:
        """Let root do something in the person's home directory."""
        self._run(["sh", "-ec", f"cd {HOME}\n{script}"]).check_returncode()

    def types(self, script: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Let the person type something in a shell, in their home directory."""
        as_person = f"setpriv --reuid {SOMEONE} --regid {SOMEONE} --clear-groups".split()
        return self._run([*as_person, "sh", "-c", f"cd {HOME}\n{script}"], **env)

    def diagnosis(self, before: str = ":", **env: str) -> Diagnosis:
        """Run `mp doctor` in a shell where something was typed before, which has to succeed."""
        done = self.types(f"{{ {before}\n}} >&2 && echo typed >&2 && mp doctor -f json", **env)
        assert "typed\n" in done.stderr, done
        findings = json.loads(done.stdout)
        return Diagnosis(done.returncode, [each for each in findings if each["level"] != "ok"])

    def _run(self, command: list[str], **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._enter, *command],
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )


@contextmanager
def person(**variables: str) -> Iterator[Person]:
    """Have a person at home, for as long as the block lasts; skip where there can be none."""
    lacking = [tool for tool in NEEDED if shutil.which(tool) is None]
    if lacking or os.getuid() != 0:
        pytest.skip(f"only root with {' '.join(NEEDED)} makes a machine for another user")
    script = f"{SET_UP}{_opened_ways()}echo ready; exec cat"
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    command = ("unshare", "--mount", "--propagation", "private", "sh", "-c", script)
    with started(*command, **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if process.stdout.readline() != "ready\n":
            pytest.skip(f"no mount namespace can be had: {process.stderr.read()}")
        someone = Person(process.pid, variables)
        if someone.types("sudo id -u").stdout != "0\n":
            pytest.skip("no program of root's runs as root for others here")
        yield someone


def _opened_ways() -> str:
    """Return a script that lets others reach Python and this project, in the namespace alone."""
    keeping = covering = ""
    for number, path in enumerate(sorted({sys.base_prefix, sys.prefix, str(ROOT)})):
        closed = _closed_above(Path(path))
        if closed:
            kept = f"{TOOLS}/{number}"
            keeping += f"mkdir {kept}; mount --bind '{path}' {kept}\n"
            covering += f"mountpoint -q '{closed}' || mount -t tmpfs tmpfs -o mode=755 '{closed}'\n"
            covering += f"mkdir -p '{path}'; mount --bind {kept} '{path}'\n"
    return keeping + covering


def _closed_above(path: Path) -> Path | None:
    """Return the first directory on the way that others may not pass."""
    ways = (each for each in reversed(path.parents) if not each.stat().st_mode & stat.S_IXOTH)
    return next(ways, None)
