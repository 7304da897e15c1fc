"""The installed distributions that are broken: where they are, why, and what heals them."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from mp_core.plugin._host.blame import one_line
from mp_core.plugin._host.discovery import scanned
from mp_core.plugin._host.distributions import LEFTOVER, Distribution, fields_in, search_path
from mp_core.plugin._host.entry_points import FILE, parsed
from mp_core.plugin._host.installers import (
    install_command,
    is_frozen,
    reinstall_command,
    update_command,
)

_SITES: Final = ("site-packages", "dist-packages")


class BrokenDistribution(NamedTuple):
    """A distribution, or what is left of one, that is not used as it should be.

    Attributes:
        name: What it is called, with its version where that is known.
        path: Where it is, or empty where that is not known.
        reason: What is the matter, in a sentence or two.
        fix: The command that heals it, or None where there is none.
    """

    name: str
    path: str
    reason: str
    fix: str | None


def broken_distributions() -> list[BrokenDistribution]:
    """Examine everything on the search path, whether it announces plugins or not.

    What `installed` returns does not depend on any of it.
    """
    found = scanned().found
    leftovers = {os.path.realpath(one.path): one.path for one in found.leftovers}
    leftovers.update((os.path.realpath(path), path) for path in _abandoned_packages())
    return [
        *map(_leftover, leftovers.values()),
        *map(_stale, found.stale),
        *(broken for one in found.distributions for broken in _faults(one)),
        *map(_failure, found.failures),
        *_closed_directories(),
    ]


def _leftover(path: str) -> BrokenDistribution:
    reason = "It was left behind when pip was interrupted, and is not used."
    return BrokenDistribution(os.path.basename(path), path, reason, _removal(path))


def _abandoned_packages() -> Iterator[str]:
    """Yield the directories of code that `pip` renamed, and did not remove."""
    for site in _directories():
        if os.path.basename(site) in _SITES:
            with contextlib.suppress(OSError):
                yield from (
                    os.path.join(site, name)
                    for name in sorted(os.listdir(site))
                    if name.startswith(LEFTOVER) and not name.endswith(("dist-info", "egg-info"))
                )


def _stale(distribution: Distribution) -> BrokenDistribution:
    reason = "It is an older record, beside that of what was installed over it, and is not used."
    path = distribution.path
    return BrokenDistribution(_title(distribution), path, reason, _removal(path))


def _failure(failure: tuple[str, Exception]) -> BrokenDistribution:
    finder, error = failure
    what = one_line(error, finder.partition(".")[0])
    reason = f"This finder on sys.meta_path fails: {what}. What it would find is not used."
    return BrokenDistribution(finder, "", reason, None)


def _closed_directories() -> Iterator[BrokenDistribution]:
    for path in _directories():
        if not os.access(path, os.R_OK | os.X_OK):
            reason = "Python searches this directory, and it may not be read."
            yield BrokenDistribution(os.path.basename(path), path, reason, _opening(path, "a+rx"))


def _directories() -> Iterator[str]:
    """Yield the directories on the search path, each once, also where links lead to it."""
    entries = filter(os.path.isdir, search_path())
    found = {os.path.realpath(entry): os.path.abspath(entry) for entry in entries}
    yield from found.values()


def _faults(distribution: Distribution) -> Iterator[BrokenDistribution]:
    try:
        reason, fix = _metadata_fault(distribution) or _announcement_fault(distribution)
    except PermissionError:
        reason = "Its metadata may not be read."
        fix = _opening(distribution.path, "-R a+rX")
    except Exception as error:
        reason = f"Its metadata cannot be read ({type(error).__name__})."
        fix = _anew(distribution, distribution.path)
    if reason:
        yield BrokenDistribution(_title(distribution), distribution.path, reason, fix)


def _metadata_fault(distribution: Distribution) -> tuple[str, str | None] | None:
    data = distribution.metadata()
    if not data:
        reason = "It has no METADATA."
    elif "Name" not in fields_in(data):
        reason = "Its METADATA states no name."
    elif not _is_text(data):
        reason = "Its METADATA is not UTF-8."
    else:
        return None
    return reason, _anew(distribution, distribution.path)


def _announcement_fault(distribution: Distribution) -> tuple[str, str | None]:
    file = os.path.join(distribution.path, FILE)
    try:
        _, malformed, idle = parsed(distribution.read(FILE) or b"")
    except IsADirectoryError:
        return f"Its {FILE} is a directory.", _anew(distribution, file)
    if malformed:
        reason = f"Its {FILE} cannot be read in {_lines(malformed)}"
        return f"{reason}; what the others announce is used.", _anew(distribution, file)
    if idle:
        reason = f"In its {FILE}, {_lines(idle)} ties no variable to a type that it provides"
        return f"{reason}, and counts for nothing.", _update(distribution)
    return "", None


def _lines(numbers: Sequence[int]) -> str:
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:5]))}"


def _update(distribution: Distribution) -> str | None:
    name, _ = distribution.identity()
    return None if is_frozen() or not name else update_command(name)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _anew(distribution: Distribution, broken: str) -> str | None:
    """Return the command that removes what is broken, and installs the distribution again.

    `pip` itself fails at metadata that it cannot read, so that this has to go first.
    """
    name, source = distribution.identity()[0], _source(distribution)
    if is_frozen() or not (name and source and os.path.lexists(broken)):
        return None
    is_known = broken != distribution.path
    install = reinstall_command(source) if is_known else install_command(source)
    return f"{_removal(broken)} && {install}"


def _source(distribution: Distribution) -> str | None:
    """Return what to install it from: its name, or the files on this machine that it came from."""
    try:
        origin = json.loads(distribution.read("direct_url.json") or b"null")
        if origin is None:
            return distribution.identity()[0]
        url = urlsplit(origin["url"])
        is_editable = origin.get("dir_info", {}).get("editable", False)
    except Exception:
        return None
    if url.scheme != "file":
        return None
    return ("--editable " if is_editable else "") + shlex.quote(unquote(url.path))


def _removal(path: str) -> str | None:
    if not os.path.lexists(path):
        return None  # It is inside an archive.
    writable = os.access(os.path.dirname(path), os.W_OK)
    return f"{'' if writable else 'sudo '}rm -rf {shlex.quote(path)}"


def _opening(path: str, mode: str) -> str | None:
    try:
        is_mine = Path(path).stat().st_uid == os.geteuid()
    except OSError:
        return None
    return f"{'' if is_mine else 'sudo '}chmod {mode} {shlex.quote(path)}"


def _title(distribution: Distribution) -> str:
    return " ".join(distribution.identity()).strip() or os.path.basename(distribution.path)
