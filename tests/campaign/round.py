"""A round: processes at work in one home, and what is done to them at moments that were drawn."""

from __future__ import annotations

import heapq
import json
import os
import select
import signal
import socket
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.campaign.home import Home
from tests.campaign.journal import Job, Journal
from tests.campaign.worker import work

PATIENCE_S = 150.0
"""How long a round lasts at most. The library waits for 60 s for a lock, at most."""


class Process:
    """A process at work, its journal, and when the next thing happens to it."""

    def __init__(self, job: Job, home: Home, url: str, certificates: Path) -> None:
        self.journal = Journal(job)
        self.home = home
        self.pipe, theirs = os.pipe()
        os.set_blocking(self.pipe, False)
        self._heard: Counter[str] = Counter()
        self._rest = b""
        self.process: BaseProcess = get_context("fork").Process(
            target=work, args=(job, home.path, url, certificates, theirs)
        )
        self.process.start()
        os.close(theirs)

    def heed(self) -> None:
        """Read what the process has said."""
        with suppress(BlockingIOError):
            while data := os.read(self.pipe, 65536):
                *lines, self._rest = (self._rest + data).split(b"\n")
                self.journal.events += map(json.loads, lines)
                for _ in filter(lambda event: event["word"] == "begin", map(json.loads, lines)):
                    self.hear("begin")

    def hear(self, progress: str) -> None:
        """Count what is heard of the process."""
        self._heard[progress] += 1

    def is_due(self) -> bool:
        """Whether the moment for its strike has come."""
        strike = self.journal.job.strike
        return strike is not None and self._heard[strike.cue] >= strike.times

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended: nobody else then has its id."""
        if self.process.exitcode is not None:
            return
        self.journal.signals.append((time.monotonic(), number.name))
        os.kill(self.process.pid or 0, number)
        if number == signal.SIGKILL:
            self.process.join(30)
            self.journal.left = self.home.complete_tokens()

    def end(self) -> None:
        """Make sure that it has ended, and that all is heard."""
        if self.process.exitcode is None:
            self.process.kill()
        self.process.join(30)
        self.heed()
        self.journal.code = self.process.exitcode
        self.process.close()
        os.close(self.pipe)


class Round:
    """Runs the jobs of a round until all have ended."""

    def __init__(self, home: Home, url: str, certificates: Path, bell: socket.socket) -> None:
        self._start = partial(Process, home=home, url=url, certificates=certificates)
        self._bell = bell
        self._running: dict[int, Process] = {}
        self._struck: set[int] = set()
        self._due: list[tuple[float, int, signal.Signals]] = []

    def run(self, jobs: tuple[Job, ...]) -> tuple[list[Journal], bool]:
        """Return the journals, and whether all processes have ended by themselves, or as struck."""
        deadline = time.monotonic() + PATIENCE_S
        processes = [self._start(job) for job in jobs]
        self._running = {each.journal.job.manner.job: each for each in processes}
        try:
            while self._running and time.monotonic() < deadline:
                self._wait(deadline)
                self._strike()
            return [each.journal for each in processes], not self._running
        finally:
            for each in self._running.values():
                each.end()

    def _wait(self, deadline: float) -> None:
        until = min([deadline, *(at for at, *_ in self._due[:1])])
        watched = [each.pipe for each in self._running.values()]
        ends = [each.process.sentinel for each in self._running.values()]
        wait([*watched, *ends, self._bell], max(0, until - time.monotonic()))
        self._heed_server()
        for number, each in list(self._running.items()):
            each.heed()
            if each.process.exitcode is not None:
                each.end()
                del self._running[number]

    def _heed_server(self) -> None:
        while select.select([self._bell], [], [], 0)[0]:
            number, _, progress = self._bell.recv(100).decode().partition(" ")
            if int(number) in self._running:
                self._running[int(number)].hear(progress)

    def _strike(self) -> None:
        for number, each in self._running.items():
            if number not in self._struck and each.is_due():
                self._struck.add(number)
                self._plan(number, each.journal.job)
        while self._due and self._due[0][0] <= time.monotonic():
            _, number, which = heapq.heappop(self._due)
            if number in self._running:
                self._running[number].send(which)

    def _plan(self, number: int, job: Job) -> None:
        at = time.monotonic()
        for pause_s, which in job.strike.signals if job.strike else ():
            at += pause_s
            heapq.heappush(self._due, (at, number, which))
