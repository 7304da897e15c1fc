"""The process that does a job, with the signal handlers and limits of some program."""

from __future__ import annotations

import atexit
import os
import random
import resource
import signal
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType

from mp_core.errors import MpError
from tests.campaign.journal import Job, Voice
from tests.campaign.kernel import end_with_parent
from tests.campaign.verbs import SERVER, VERBS


def work(job: Job, home: Path, url: str, certificates: Path, descriptor: int) -> None:
    """Do a job in this process, which was forked for it, and tell of every step."""
    end_with_parent()
    _be_a_program(home, url, certificates, job)
    _limit(job)
    try:
        _do(job, Voice(descriptor))
    finally:
        _finish()


def _do(job: Job, voice: Voice) -> None:
    for step in job.steps:
        voice.tell("begin", step)
        try:
            login = VERBS[step.verb](step)
        except MpError as error:
            voice.tell("failed", step, code=error.code, message=error.message)
        except Exception as error:
            where = traceback.format_exc(-6)
            voice.tell("failed", step, code=type(error).__name__, message=str(error), where=where)
        except BaseException as error:
            voice.tell("left", step, code=type(error).__name__)
            raise
        else:
            voice.tell("end", step, login=login)


def _finish() -> None:
    """End as Python ends a program: forked processes skip the second half of that."""
    with suppress(BaseException):
        getattr(threading, "_shutdown")()  # noqa: B009
    atexit._run_exitfuncs()


def _be_a_program(home: Path, url: str, certificates: Path, job: Job) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _leave)
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(silence, stream)
    os.close(silence)
    os.environ.clear()
    os.environ.update(
        HOME=str(home),
        MP_API_BASE_URL=f"{url}/{job.manner}",
        SSL_CERT_FILE=str(certificates),
        **{SERVER: url},
    )


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _limit(job: Job) -> None:
    if job.limit == "file size":
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    if job.limit == "descriptors":
        chance = random.Random(job.manner.job)
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        used = max(map(int, os.listdir("/proc/self/fd")))
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + chance.randint(4, 12), most))
        threading.Thread(target=_hoard, args=(chance,), daemon=True).start()


def _hoard(chance: random.Random) -> None:
    """Take all descriptors and give them back, again and again, as a busy program may."""
    while True:
        taken: list[int] = []
        try:
            while True:
                taken.append(os.dup(0))
        except OSError:
            time.sleep(chance.uniform(0, 0.004))
        for descriptor in taken:
            os.close(descriptor)
        time.sleep(chance.uniform(0, 0.03))
