"""The streams of the process, which lose nothing silently.

What is printed arrives whole, or the write fails: also without Python's buffer
(`PYTHONUNBUFFERED`), which drops what a short write leaves over, and where the other end does not
block. Nobody has to hear what is said on stderr, so that nothing fails there.
"""

from __future__ import annotations

import errno
import io
import os
import time
from typing import TYPE_CHECKING, ClassVar, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Patient(io.RawIOBase):
    """A file descriptor that does not block, to which a write is whole, or an error.

    Args:
        descriptor: The descriptor, which stays open.

    Attributes:
        patience_s: How long nobody may take anything from it.
    """

    patience_s: ClassVar[float] = 60.0

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return os.isatty(self._descriptor)

    def write(self, data: ReadableBuffer, /) -> int:
        """Write everything.

        Raises:
            OSError: Some of it could not be written.
        """
        rest = memoryview(data).cast("B")
        written = 0
        while written < len(rest):
            written += self._some(rest[written:])
        return written

    def _some(self, data: memoryview) -> int:
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            try:
                return os.write(self._descriptor, data)
            except BlockingIOError:
                _wait_until_writable(self._descriptor, deadline)
        raise TimeoutError(
            errno.ETIMEDOUT, f"Nobody has taken the output for {self.patience_s:g} s"
        )


class _Impatient(Patient):
    patience_s: ClassVar[float] = 5.0


class _Closed(io.RawIOBase):
    """What was closed from the start, whose number may be that of a file by now."""

    is_released = False

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Fail.

        Raises:
            OSError: It is not released.
        """
        if self.is_released:
            return len(memoryview(data).cast("B"))
        raise OSError(errno.EBADF, "The output is closed")


class _Unheard(io.TextIOWrapper):
    """A stream on which nothing fails; what comes after what would is dropped."""

    def write(self, text: str, /) -> int:
        """Write a text, as long as somebody takes it."""
        try:
            return super().write(text)
        except OSError:
            release(self)
            return len(text)

    def flush(self) -> None:
        """Hand on what was written, as long as somebody takes it."""
        try:
            super().flush()
        except OSError:
            release(self)


def take_over(stream: TextIO | None) -> TextIO:
    """Return a stream to where another one leads, on which what its encoding lacks is escaped.

    Args:
        stream: A stream of the process; None for one that was closed from the start.
    """
    if stream is None:
        return io.TextIOWrapper(io.BufferedWriter(_Closed()), "utf-8")
    if not _leads_to_a_file(stream):
        return stream  # Windows has a class of its own for its console.
    raw = _raw(stream.fileno(), Patient)
    is_lined = stream.isatty()
    buffer = io.BufferedWriter(raw)
    return io.TextIOWrapper(
        buffer, stream.encoding, errors="backslashreplace", line_buffering=is_lined
    )


def unheard(stream: TextIO) -> TextIO:
    """Return the same for stderr, where nothing fails and each line is said at once."""
    if not _leads_to_a_file(stream):
        return stream
    buffer = io.BufferedWriter(_raw(stream.fileno(), _Impatient))
    return _Unheard(buffer, stream.encoding, errors="backslashreplace", line_buffering=True)


def _leads_to_a_file(stream: TextIO) -> bool:
    binary = stream.buffer if isinstance(stream, io.TextIOWrapper) else None
    return isinstance(getattr(binary, "raw", binary), io.FileIO)


def _raw(descriptor: int, patient: type[Patient]) -> io.RawIOBase:
    """Return what writes to a descriptor.

    Python's own class writes and counts in one step, which no Ctrl-C can part: what was written
    would come again.
    """
    blocks = getattr(os, "get_blocking", lambda _: True)
    if blocks(descriptor):
        return io.FileIO(descriptor, "w", closefd=False)
    return patient(descriptor)


def release(stream: TextIO) -> None:
    """Drop what a stream still holds, which nobody can take."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    if isinstance(raw, _Closed):
        raw.is_released = True
    else:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _wait_until_writable(descriptor: int, deadline: float) -> None:
    """Wait until somebody has taken some of what was written, or the time is over."""
    import select

    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    poll.poll(max(deadline - time.monotonic(), 0) * 1000)
