"""Each HTTP request as a note on stderr, in a verbose run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mp_core.cli.invocation import Invocation


@contextmanager
def requests_told(invocation: Invocation) -> Iterator[None]:
    """Say what httpx logs: method, address and status, and never a header or a body."""
    import logging

    class Notes(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            invocation.output.note(record.getMessage())

    logger, handler = logging.getLogger("httpx"), Notes(logging.INFO)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
