"""A line from the keyboard, of any length: a terminal cuts one that it edits itself.

POSIX lets a terminal drop what a line has beyond `MAX_CANON` (4,095 bytes on Linux, 1,024 on
macOS), without a word. So its editing is switched off, and what little of it a question needs is
done here.
"""

from __future__ import annotations

import codecs
import os
import select
import sys

_OVER = b"\x04"
"""Ctrl-D, which ends the input where the line is empty."""
_ENDS = b"\r\n" + _OVER
_ERASE, _KILL = b"\x7f\x08", b"\x15"
_SLICE_S = 0.2
"""How long at most a signal waits that Python was given just before a wait began (PEP 475)."""
_PASTE, _PASTED = b"\x1b[200~", b"\x1b[201~"
"""What some terminals put around a paste."""


def typed_line(question: str, *, is_hidden: bool) -> str:
    """Ask on stderr, and return the line that is typed or pasted at the terminal that stdin is.

    Bytes that are not UTF-8 become lone surrogates (PEP 383).

    Args:
        question: What is asked, with the blank behind it.
        is_hidden: Whether the answer is not shown.

    Raises:
        EOFError: The input has ended.
    """
    if sys.platform == "win32":
        return _line_of_windows(question, is_hidden=is_hidden)
    from mp_core._login.terminal_modes import unedited

    with unedited(sys.stdin.fileno(), lambda: _show(question)):
        try:
            return _read(sys.stdin.fileno(), is_hidden=is_hidden)
        finally:
            _show("\n")


def _line_of_windows(question: str, *, is_hidden: bool) -> str:
    if is_hidden:
        import getpass

        return getpass.getpass(question, sys.stderr)
    _show(question)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.removesuffix("\n")


def _read(terminal: int, *, is_hidden: bool) -> str:
    """Return the line; Backspace and Ctrl-U edit it.

    An end behind which more has arrived already was pasted, and is a part of the line, which is
    refused then, and not cut.
    """
    line = bytearray()
    show = _hide if is_hidden else _Echo().update
    while True:
        keys = _keys(terminal)
        for at, key in enumerate(keys, start=1):
            is_pasted = line.rfind(_PASTE) > line.rfind(_PASTED)
            if key in _ENDS and not (is_pasted or at < len(keys) or _has_keys(terminal, 0)):
                show(line)
                return _text(line, is_over=key in _OVER)
            if key in _ERASE + _KILL and not is_pasted:
                _erase(line, is_all=key in _KILL)
            else:
                line.append(key)
        show(line)


def _has_keys(terminal: int, timeout_s: float) -> bool:
    return bool(select.select([terminal], [], [], timeout_s)[0])


def _keys(terminal: int) -> bytes:
    """Return what was typed.

    Raises:
        EOFError: The terminal is gone.
    """
    while not _has_keys(terminal, _SLICE_S):
        pass
    try:
        keys = os.read(terminal, 65536)
    except BlockingIOError:
        return b""
    except OSError:
        keys = b""
    if keys:
        return keys
    raise EOFError


def _erase(line: bytearray, *, is_all: bool) -> None:
    """Remove the last character, or all of them."""
    kept = b"" if is_all else line.decode("utf-8", "surrogateescape")[:-1]
    line[:] = kept if isinstance(kept, bytes) else kept.encode("utf-8", "surrogateescape")


def _text(line: bytearray, *, is_over: bool) -> str:
    if is_over and not line:
        raise EOFError
    whole = bytes(line).replace(_PASTE, b"").replace(_PASTED, b"")
    return whole.decode("utf-8", "surrogateescape")


def _hide(line: bytearray) -> None:
    """Show nothing."""


class _Echo:
    """Shows a line as it grows and shrinks."""

    def __init__(self) -> None:
        self._shown = ""

    def update(self, line: bytearray) -> None:
        """Show what the line has become; half a character waits for its other half."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        text = _text(line, is_over=False).encode("utf-8", "surrogateescape")
        now = "".join(c if c.isprintable() else "?" for c in decoder.decode(text))
        both = enumerate(zip(self._shown, now, strict=False))
        kept = next((at for at, (a, b) in both if a != b), min(len(self._shown), len(now)))
        back = len(self._shown) - kept
        _show("\b \b" * back + now[kept:])
        self._shown = now


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
