"""What is said of a wait before it begins, so that nobody takes it for a hang."""

from __future__ import annotations

from mp_core._network.retries import RETRIES


def log(text: str) -> None:
    """Give a sentence to the logger `mp_core`, which says nothing unless the program asks it to."""
    import logging

    logging.getLogger("mp_core").info(text)


def asked_pause(seconds: float, status: int, said: str, attempt: int) -> str:
    """Return what is said of a pause that the server asks for.

    Args:
        seconds: Its length.
        status: The status of the answer that asks for it.
        said: The server's reason, or "".
        attempt: Which try failed, from 0.
    """
    reason = f"{status}: {said}" if said else f"{status}"
    return f"Mixpanel asks for a pause of {_length(seconds)} ({reason}); {_again(attempt)}."


def own_pause(seconds: float, why: str, attempt: int) -> str:
    """Return what is said of a pause before a request is sent again.

    Args:
        seconds: Its length.
        why: What became of it, as a clause.
        attempt: Which try failed, from 0.
    """
    return f"{why}; {_again(attempt)} in {_length(seconds)}."


def _again(attempt: int) -> str:
    return f"trying again ({attempt + 1} of {RETRIES})"


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"
