"""Every distribution that Python finds, each read by itself: one that is broken hides no other."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

import importlib_metadata

LEFTOVER: Final = ("~", "-")
"""How the names begin that `pip` gives to what it is about to remove; it ignores them itself."""

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


class Distribution:
    """A distribution as a finder shows it, of which anything may be missing or malformed.

    Attributes:
        path: Where its metadata is; empty where the finder does not say.
        stem: What its directory is called, such as `mp_acme-1.0`, without the suffix.
    """

    __slots__ = ("_found", "_place", "path", "stem")

    def __init__(self, found: Any) -> None:
        """Take what a finder yields; nothing is read yet."""
        self._found = found
        self._place = getattr(found, "_path", None)
        path = "" if self._place is None else str(self._place).rstrip("/")  # As in an archive.
        self.path = path if os.path.isabs(path) or not path else os.path.abspath(path)
        self.stem = os.path.splitext(os.path.basename(path))[0]

    @property
    def given_name(self) -> str:
        """The name that its directory bears; empty where that is none."""
        name = self.stem.partition("-")[0]
        return name if _NAME.fullmatch(name) else ""

    @property
    def key(self) -> str:
        """What tells it from others: its name as it is compared, or where it is."""
        name = self.given_name or ("" if self.path else self.identity()[0])
        return _normalized(name) or self.path or str(id(self))

    @property
    def is_leftover(self) -> bool:
        """Whether `pip` was interrupted while it removed this."""
        return self.stem.startswith(LEFTOVER)

    def read(self, file: str) -> bytes | None:
        """Return a file of the metadata, or None where there is none.

        Raises:
            Exception: It cannot be read; whose code reads it, and what that raises, is not known.
        """
        if self._place is None:
            text = self._found.read_text(file)
            return None if text is None else text.encode("utf-8", "surrogateescape")
        try:
            found: bytes = self._place.joinpath(file).read_bytes()
        except (FileNotFoundError, NotADirectoryError, KeyError):
            return None
        return found

    def metadata(self) -> bytes | None:
        """Return its core metadata, in whichever layout it is, or None where there is none.

        Raises:
            Exception: As `read` does.
        """
        found = self.read("METADATA") or self.read("PKG-INFO")
        if found is None and self._place is not None and self._place.is_file():
            found = self._place.read_bytes()  # The oldest layout: a file instead of a directory.
        return found

    def identity(self) -> tuple[str, str]:
        """Return name and version; from the directory's name where the metadata does not say.

        They are looked up as they stand: to parse all of the metadata takes as long as loading a
        plugin.
        """
        fields = fields_in(self.text())
        _, _, version = self.stem.partition("-")
        return fields.get("Name") or self.given_name, fields.get("Version") or version

    def replaces(self, other: Distribution) -> bool:
        """Return whether this counts although another of its name is found before it."""
        if self is other:
            return False
        if not (self.text() and other.text()):
            return bool(self.text())
        return self.is_beside(other) and _modified(self.path) > _modified(other.path)

    def is_beside(self, other: Distribution) -> bool:
        """Return whether another one is in the same directory, and not the same one."""
        if self is other:
            return False  # So is nearly every one that is asked, and links take time to follow.
        mine, theirs = os.path.realpath(self.path), os.path.realpath(other.path)
        return mine != theirs and os.path.dirname(mine) == os.path.dirname(theirs)

    def text(self) -> bytes:
        """Return its core metadata, or nothing where it cannot be read."""
        try:
            return self.metadata() or b""
        except Exception:
            return b""


class Found(NamedTuple):
    """What one search shows.

    Attributes:
        distributions: Those that count: of one name the first on the search path, as for `import`.
        stale: Older records that lie beside those of the same distribution.
        leftovers: What `pip` left behind.
        failures: Finders that failed, with what they raised.
    """

    distributions: list[Distribution]
    stale: list[Distribution]
    leftovers: list[Distribution]
    failures: list[tuple[str, Exception]]


def search() -> Found:
    """Ask every finder of the process for its distributions, and read none of them."""
    failures: list[tuple[str, Exception]] = []
    everything = list(_all(failures))
    counting, stale = _counting(one for one in everything if not one.is_leftover)
    return Found(counting, stale, [one for one in everything if one.is_leftover], failures)


def _all(failures: list[tuple[str, Exception]]) -> Iterator[Distribution]:
    paths = search_path()
    new_context: Callable[..., object] = importlib_metadata.DistributionFinder.Context
    context = new_context(path=paths)
    for finder in list(sys.meta_path):
        try:
            find = getattr(finder, "find_distributions", None)
            for found in find(context) if find else ():
                yield Distribution(found)
        except Exception as error:
            failures.append((_label(finder), error))


def search_path() -> list[str]:
    """Return the entries of the search path that may hold something."""
    return list(filter(_is_searched, sys.path))


def _is_searched(entry: object) -> bool:
    """Return whether an entry of the search path is a directory, or may be an archive.

    `import` passes over what is no text, and whoever opened a pipe would wait for ever.
    """
    return isinstance(entry, str) and (os.path.isdir(entry or ".") or os.path.isfile(entry))


def _label(finder: object) -> str:
    kind = finder if isinstance(finder, type) else type(finder)
    return f"{kind.__module__}.{kind.__qualname__}"


def _counting(
    everything: Iterable[Distribution],
) -> tuple[list[Distribution], list[Distribution]]:
    first: dict[str, Distribution] = {}
    stale: list[Distribution] = []
    for one in everything:
        other = first.setdefault(one.key, one)
        winner, loser = (one, other) if one.replaces(other) else (other, one)
        first[one.key] = winner
        if loser.is_beside(winner):
            stale.append(loser)
    return list(first.values()), stale


def _normalized(name: str) -> str:
    """Return a name as it is compared: see the specification of names and normalization."""
    return name.lower().replace("-", "_").replace(".", "_")


def _modified(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


_FIELD: Final = re.compile(rb"^(Name|Version): *([!-~]+) *\r?$", re.MULTILINE)


def fields_in(metadata: bytes) -> dict[str, str]:
    """Return the name and the version that metadata states, if they can be such."""
    head = re.split(rb"\r?\n\r?\n", metadata, maxsplit=1)[0]
    found = {key.decode(): value.decode() for key, value in _FIELD.findall(head)}
    if not _NAME.fullmatch(found.get("Name", "")):
        found.pop("Name", None)
    return found
