"""A login server on loopback whose refresh tokens rotate, and processes that refresh with it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import AbstractContextManager, ExitStack
from http.server import ThreadingHTTPServer
from pathlib import Path

import mp_core
from tests.support.child_processes import started
from tests.support.loopback_server import SilentHandler, serving


class Rotation(ThreadingHTTPServer):
    """Answers a refresh token with the next pair; a spent one ends the login.

    Attributes:
        spent: The refresh tokens that were presented, in order.
        arrived: Set while a request is being held.
        holds: Whether the next request is held, and never answered.
        go_on: Cleared to let each answer wait, with `arrived` set, until it is set again.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spent: list[str] = []
        self.arrived = threading.Event()
        self.holds = False
        self.go_on = threading.Event()
        self.go_on.set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, refresh_token: str) -> tuple[int, dict[str, str]]:
        """Return status and body for a refresh token."""
        self.spent.append(refresh_token)
        serial = len(self.spent)
        if refresh_token != f"r{serial - 1}":
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": f"a{serial}", "refresh_token": f"r{serial}"}


class _Handler(SilentHandler):
    server: Rotation

    def do_POST(self) -> None:
        refresh_token = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.server.holds:
            self.server.holds = False
            self.server.arrived.set()
            self.rfile.read()  # It returns when the client is gone.
            return
        if not self.server.go_on.is_set():
            self.server.arrived.set()
            self.server.go_on.wait(60)
        status, body = self.server.answer(refresh_token)
        self.reply(status, body)


def rotating() -> AbstractContextManager[Rotation]:
    """Run the server."""
    return serving(Rotation())


class Asker:
    """A process whose threads ask a vault for a token at once, when it is told to.

    Args:
        root: The storage root.
        url: The login server.
    """

    def __init__(self, root: Path, url: str) -> None:
        self._command = (
            sys.executable,
            "-W",
            "error",
            "-m",
            "tests.support.asking_process",
            str(root),
            url,
        )

    def __enter__(self) -> Asker:
        pipes = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
        with ExitStack() as stack:
            running = started(*self._command, cwd=Path(mp_core.__file__).parents[1], **pipes)
            self.process = stack.enter_context(running)
            assert self._line() == "ready"
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def ask(self, threads: int = 1) -> None:
        """Let that many threads ask at once."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{threads}\n")
        self.process.stdin.flush()

    def answers(self) -> list[str]:
        """Return what each thread got, the token or the code of the error, and the warnings."""
        answers: list[str] = json.loads(self._line())
        return answers

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")
