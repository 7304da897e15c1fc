"""What is installed beside the core, and the commands that change that."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import importlib_metadata

from mp_core.plugin._host.distributions import Distribution, Found, search
from mp_core.plugin._host.entry_points import FILE, parsed, variables_among
from mp_core.plugin.hooks import EXTENSIONS, PROJECT, PROVIDERS

DISTRIBUTION = "mp-core"
REGISTERED: Final = "registered in this process"
"""Where a plugin is from that no distribution announces, in words."""

_GROUPS = (PROVIDERS, EXTENSIONS)
_MARK = f"{PROJECT}.".encode()
"""What a file with entry points of ours holds, and those of most others do not."""
_COMPANION = re.compile(
    rb"""^Requires-Dist: *(mp-[a-z0-9-]+) *;.*extra *== *['"]providers['"]""", re.MULTILINE
)


class Installed(NamedTuple):
    """A plugin that an installed distribution announces.

    Attributes:
        name: The entry point's name: an account type, or an extension's name.
        group: The entry-point group.
        distribution: Name of the distribution; empty for what code has registered.
        version: Its version.
        entry_point: What loads it.
        variables: The variables of the environment that the distribution announces for a provider,
            which is asked where one of them is set; None where it announces nothing of the kind,
            so that the provider is always asked.
    """

    name: str
    group: str
    distribution: str
    version: str
    entry_point: importlib_metadata.EntryPoint
    variables: tuple[str, ...] | None = None

    @property
    def package(self) -> str:
        """The top-level package that holds the plugin."""
        return re.split(r"[.:]", self.entry_point.value, maxsplit=1)[0]

    @property
    def is_registered(self) -> bool:
        """Whether no distribution announces it: code has registered it in this process."""
        return not self.distribution

    @property
    def title(self) -> str:
        """Its name, and where it is from."""
        return f"{self.name}, {self}" if self.is_registered else f"{self.name} of {self}"

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip() or REGISTERED


class Scan(NamedTuple):
    """What one look at the installed distributions shows.

    Attributes:
        plugins: The announced plugins by (group, name). More than one under a key are in conflict.
        found: The distributions themselves.
    """

    plugins: Mapping[tuple[str, str], tuple[Installed, ...]]
    found: Found


@functools.cache
def scanned() -> Scan:
    """Return what is installed, from one scan a process."""
    found = search()
    plugins: dict[tuple[str, str], tuple[Installed, ...]] = {}
    for distribution in found.distributions:
        for plugin in _announced(distribution):
            others = plugins.setdefault((plugin.group, plugin.name), ())
            plugins[plugin.group, plugin.name] = (*others, plugin)
    return Scan(dict(sorted(plugins.items())), found)


def installed() -> Mapping[tuple[str, str], tuple[Installed, ...]]:
    """Return the announced plugins by (group, name), from one scan a process.

    More than one entry under a key means that distributions are in conflict.
    """
    return scanned().plugins


def _announced(distribution: Distribution) -> Iterator[Installed]:
    try:
        data = distribution.read(FILE) or b""
    except Exception:
        return  # `mp doctor` says why.
    if _MARK not in data:
        return
    everything = parsed(data).entries
    entries = dict.fromkeys(entry for entry in everything if entry.group in _GROUPS)
    name, version = distribution.identity() if entries else ("", "")
    variables = variables_among(everything)
    for entry in entries if name else ():
        point = importlib_metadata.EntryPoint(entry.name, entry.value, entry.group)
        theirs = variables.get(entry.name) if entry.group == PROVIDERS else None
        yield Installed(entry.name, entry.group, name, version, point, theirs)


def known_distribution(type_: str) -> str | None:
    """Return the distribution that provides an account type, or None where nobody knows it.

    Only those in the core's own extra `providers` are known. A name that is made up may belong to
    anybody who registers it.
    """
    return next((name for name in _companions() if _type_in(name) == type_), None)


def distribution_of_class(class_name: str) -> str | None:
    """Return the distribution that has an account class; see `known_distribution`."""
    types = {_type_in(name): name for name in _companions()}
    return types.get(matching_type(class_name, types) or "")


def matching_type(class_name: str, types: Iterable[str]) -> str | None:
    """Return the account type whose class would have this name, or None."""
    return next((name for name in types if _squeeze(name) == _squeeze(class_name)), None)


def _squeeze(name: str) -> str:
    return re.sub(r"account$", "", name.replace("-", "").replace("_", "").lower())


def _type_in(distribution: str) -> str:
    return distribution.removeprefix("mp-").replace("-", "_")


def _companions() -> list[str]:
    """Return the names in the core's extra `providers`; none where its metadata is missing."""
    for distribution in scanned().found.distributions:
        if distribution.key == DISTRIBUTION.replace("-", "_"):
            return [name.decode() for name in _COMPANION.findall(distribution.text())]
    return []
