"""Six defects that are put in on purpose, to see whether the campaign notices them.

    make mutants

Each line says how long it took, and what the campaign said first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import filelock

from mp_core._storage.drafts import TemporaryFile
from mp_core._tokens.flight import Flight
from mp_core._tokens.slot import Slot

ROOT = Path(__file__).parents[2]
MINUTES = 10
"""How long a mutant may live."""


def put_in(name: str) -> None:
    """Change the library in this process; an empty name changes nothing."""
    if name:
        MUTANTS[name]()


def no_lock() -> None:
    """Nobody waits for anybody in another process."""
    filelock.FileLock.acquire = _nothing  # type: ignore[method-assign, assignment]


def stale_memory() -> None:
    """What is remembered of a slot counts, whatever another process has stored."""
    Slot._version = lambda self: ("the first", self._seed)  # type: ignore[method-assign]


def in_place() -> None:
    """A file is emptied and written again, where a new one should replace it."""

    def put(self: TemporaryFile, text: str) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    TemporaryFile.put = put  # type: ignore[method-assign]


def no_adoption() -> None:
    """New tokens that a killed process left beside their file are not looked for."""
    Slot.adopt = lambda self, spent, again_at: None  # type: ignore[method-assign]


def unprotected() -> None:
    """The request and the saving are done by whoever asks, and end when that is interrupted."""
    Flight._launch = Flight._run  # type: ignore[method-assign]


def lock_skipped() -> None:
    """A lock that cannot be had for want of descriptors, or of locks, is done without."""
    acquire = filelock.FileLock.acquire

    def try_to_acquire(self: filelock.FileLock, *arguments: Any, **options: Any) -> Any:
        try:
            return acquire(self, *arguments, **options)
        except filelock.Timeout:
            raise
        except OSError:
            return None

    filelock.FileLock.acquire = try_to_acquire  # type: ignore[method-assign, assignment]


def _nothing(*arguments: object, **options: object) -> None:
    return None


MUTANTS: Mapping[str, Callable[[], None]] = {
    "no-lock": no_lock,
    "stale-memory": stale_memory,
    "in-place": in_place,
    "no-adoption": no_adoption,
    "unprotected": unprotected,
    "lock-skipped": lock_skipped,
}


def caught(name: str) -> bool:
    """Let a mutant live until the campaign notices, say so, and return whether it did."""
    began_at = time.monotonic()
    options = ["--minutes", str(MINUTES), "--stop-early", "--mutant", name]
    done = subprocess.run(
        [sys.executable, "-m", "tests.campaign", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MINUTES * 60 + 600,
        check=False,
    )
    said = next((line for line in done.stderr.splitlines() if line.startswith("seed")), "nothing")
    outcome = "caught" if done.returncode else "NOT CAUGHT"
    print(f"{name}: {outcome} after {time.monotonic() - began_at:.0f} s: {said}", flush=True)
    return done.returncode != 0


if __name__ == "__main__":
    outcomes = [caught(name) for name in sys.argv[1:] or MUTANTS]
    sys.exit(not all(outcomes))
