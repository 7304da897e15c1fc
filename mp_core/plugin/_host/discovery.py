"""What is installed beside the core, and the commands that change that."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import importlib_metadata

from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS

DISTRIBUTION = "mp-core"

UNNAMED = "an unnamed distribution"
_FIELD = re.compile(r"^(Name|Version): *(.+?) *$", re.MULTILINE)


class Installed(NamedTuple):
    """A plugin that an installed distribution announces.

    Attributes:
        name: The entry point's name: an account type, or an extension's name.
        group: The entry-point group.
        distribution: Name of the distribution.
        version: Its version.
        entry_point: What loads it.
    """

    name: str
    group: str
    distribution: str
    version: str
    entry_point: importlib_metadata.EntryPoint

    @property
    def package(self) -> str:
        """The top-level package that holds the plugin."""
        return re.split(r"[.:]", self.entry_point.value, maxsplit=1)[0]

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip()


@functools.cache
def installed() -> Mapping[tuple[str, str], tuple[Installed, ...]]:
    """Return the announced plugins by (group, name), from one scan a process.

    More than one entry under a key means that distributions are in conflict.
    """
    found: dict[tuple[str, str], tuple[Installed, ...]] = {}
    points = importlib_metadata.entry_points()
    for group in (PROVIDERS, EXTENSIONS):
        for point in sorted(points.select(group=group), key=lambda point: point.name):
            plugin = _describe(point)
            found[group, point.name] = (*found.get((group, point.name), ()), plugin)
    return found


def _describe(point: importlib_metadata.EntryPoint) -> Installed:
    name, version = _identity(point)
    return Installed(point.name, point.group, name or UNNAMED, version, point)


def _identity(point: importlib_metadata.EntryPoint) -> tuple[str, str]:
    """Return name and version; empty where a half-removed distribution has lost its metadata.

    They are looked up as they stand: to parse all of the metadata, as `point.dist.name` does, takes
    as long as loading a plugin.
    """
    try:
        head = _metadata(point).partition("\n\n")[0]
    except (OSError, ValueError):
        head = ""
    fields = dict(_FIELD.findall(head))
    return fields.get("Name", ""), fields.get("Version", "")


def _metadata(point: importlib_metadata.EntryPoint) -> str:
    if point.dist is None:
        return ""
    return point.dist.read_text("METADATA") or point.dist.read_text("PKG-INFO") or ""


def distribution_for(type_or_class: str) -> str:
    """Return the distribution that provides an account type or class by convention.

    The distributions in the core's own extras come first; else `mp-` and the name in kebab case.
    """
    for candidate in _companions():
        if _squeeze(candidate.removeprefix("mp-")) == _squeeze(type_or_class):
            return candidate
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type_or_class).lower()
    return "mp-" + words.replace("_", "-")


def matching_type(class_name: str, types: Iterable[str]) -> str | None:
    """Return the account type whose class would have this name, or None."""
    return next((name for name in types if _squeeze(name) == _squeeze(class_name)), None)


def _squeeze(name: str) -> str:
    return re.sub(r"account$", "", name.replace("-", "").replace("_", "").lower())


def _companions() -> list[str]:
    try:
        lines = importlib_metadata.requires(DISTRIBUTION) or []
    except importlib_metadata.PackageNotFoundError:
        return []
    names = [re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0] for line in lines]
    return [name for name in names if name.startswith("mp-")]
