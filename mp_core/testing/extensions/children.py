"""An extension in a new process, as the next command or another worker has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import IO, Any, Final, cast

import pytest

from mp_core.testing.extensions.placement import Placement

_CODE: Final = "from mp_core.testing.extensions.jobs import work; work()"
_PATIENCE_S: Final = 120


class Child:
    """A process that loads an extension, and does a job when it is told to go on."""

    def __init__(self, placement: Placement, job: str, **arguments: Any) -> None:
        """Start it.

        Args:
            placement: The extension.
            job: What to do: the name of a function in `jobs`.
            arguments: What the function is given, of types that JSON has.
        """
        placement.process()  # Of two children that switch it on, one would be in the other's way.
        told = {"recipe": placement.recipe(), "job": job, "arguments": arguments}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CODE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._tell(json.dumps(told))

    def wait_until_ready(self) -> None:
        """Return when it has loaded the extension, or has failed."""
        cast(IO[str], self._process.stdout).readline()

    def go_on(self) -> None:
        """Let it do its job."""
        self._tell("go on")

    def result(self) -> Any:
        """Return what its job returned; that it failed is a failure of the test."""
        try:
            said, errors = self._process.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            pytest.fail(f"A new process with the extension does not end within {_PATIENCE_S} s.")
        if self._process.returncode:
            pytest.fail(f"The extension fails in a new process: {errors}")
        return json.loads(said)

    def _tell(self, line: str) -> None:
        to = cast(IO[str], self._process.stdin)
        with suppress(BrokenPipeError):
            to.write(f"{line}\n")
            to.flush()


def results_of(*children: Child) -> list[Any]:
    """Let new processes do their jobs at the same time, and return what these return."""
    for child in children:
        child.wait_until_ready()
    for child in children:
        child.go_on()
    return [child.result() for child in children]
