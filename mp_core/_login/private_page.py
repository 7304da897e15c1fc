"""The private file that a browser is started with, which leads it to a web address.

Everybody on a machine may read the arguments of every process (`ps`). Whoever reads the address of
a login there can finish it: approve with an account of their own, so that the person goes on as
somebody else, or use the code that the person is shown. So what stands there is the address of a
file that only its owner can read, in a directory that only its owner can look into.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from mp_core._env import Environ
from mp_core._storage import paths
from mp_core._storage.directories import CLOEXEC, make_private_dir

_PREFIX: Final = "mp-login-"
_NAME: Final = "open.html"
_STALE_S: Final = 900.0
"""After this time a page is what a login left that was killed: no login takes as long."""
_SNAPS: Final = Path("/snap")
"""Where snaps are mounted, on the machines that have any."""

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>Log in</title>
<p><a href="{address}">Go on to the login</a></p>
</html>
"""


class PrivatePages:
    """The pages of one login, which go with it; those of killed ones go with the next.

    They lie in the storage root. A browser that is a snap sees nothing of hidden directories, nor
    of the system's temporary ones: where there are snaps, pages lie in the home directory.
    """

    def __init__(self, env: Environ, snaps: Path = _SNAPS) -> None:
        """Take the environment, which says where pages may lie."""
        places = [paths.home(env)] if snaps.is_dir() else []
        self._places = [place for place in (*places, paths.storage_root(env)) if place]
        self._pages: list[Path] = []

    def leading_to(self, address: str) -> str:
        """Return the address of a new page that leads to this one.

        Raises:
            OSError: There is no place for it where nobody else can put another one.
        """
        place = next(filter(_is_ours, self._places), None)
        if place is None:
            raise PermissionError("no directory is this user's alone")
        _sweep(place)
        page = place / f"{_PREFIX}{secrets.token_hex(8)}" / _NAME
        self._pages.append(page)
        make_private_dir(page.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | CLOEXEC
        with open(os.open(page, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(_PAGE.format(address=escape(address)))
        return page.resolve().as_uri()

    def stale(self) -> list[Path]:
        """Return the directories of pages that killed logins left."""
        return [directory for place in self._places for directory in _stale_in(place)]

    def sweep(self) -> None:
        """Remove the pages that killed logins left."""
        for place in filter(_is_ours, self._places):
            _sweep(place)

    def remove(self) -> None:
        """Remove the pages."""
        while self._pages:
            _remove(self._pages.pop())


def _is_ours(place: Path) -> bool:
    """Return whether a directory, which is made if need be, obeys this user alone (or root).

    In any other one somebody could put another page in the place of ours, and so have the person
    log in as somebody else.
    """
    try:
        make_private_dir(place)
        status = place.stat()
    except OSError:
        return False
    if os.name == "nt":
        return True
    is_open = status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX
    return status.st_uid in (os.getuid(), 0) and not is_open


def _sweep(place: Path) -> None:
    for directory in _stale_in(place):
        _remove(directory / _NAME)


def _stale_in(place: Path) -> Iterator[Path]:
    for directory in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - directory.lstat().st_mtime > _STALE_S:
                yield directory


def _remove(page: Path) -> None:
    with contextlib.suppress(OSError):
        page.unlink()
    with contextlib.suppress(OSError):
        page.parent.rmdir()
