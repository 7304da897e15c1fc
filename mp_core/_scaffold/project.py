"""`mp plugins new`: a plugin's project that builds, installs and passes its tests as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from mp_core._scaffold.kind import DEFAULT, KINDS, Kind
from mp_core._version import __version__
from mp_core.errors import ConfigError
from mp_core.plugin._host.discovery import installed, known_distribution
from mp_core.plugin.hooks import CONTRACT, ENVIRONMENT

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST: Final = 40
_RESERVED: Final = ("account", "core", "env", "env_account")
"""Names after which a package or a class would be called that is there already."""
_USAGE: Final = "usage.md.txt"
"""What a kind adds to the README that all have in common."""


def new_project(name: str, parent: Path, kind: str = DEFAULT) -> Path:
    """Write the project of a plugin into a new directory, and return the directory.

    Args:
        name: The account type or the extension, such as `acme_sso`; everything is named after it.
        parent: Where the directory is made.
        kind: What the plugin is: one of `KINDS`.

    Raises:
        ConfigError: The name is malformed or taken, the directory is there, or it cannot be made.
    """
    _check(name, KINDS[kind])
    root = parent / _distribution(name)
    try:
        root.mkdir()
        for path, text in _files(name, kind):
            target = root / path
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except FileExistsError:
        raise ConfigError(
            f"{root} is already there, and nothing is overwritten.",
            hint="Remove it, or run the command in another directory.",
        ) from None
    except OSError as error:
        raise ConfigError(
            f"The project cannot be written to {root}: {error.strerror or error}.",
            hint="Run the command in a directory that you own.",
        ) from None
    return root


def _check(name: str, kind: Kind) -> None:
    what = "account type" if kind.is_provider else "extension"
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise ConfigError(
            f"{name!r} is no name for an {what}: it takes up to {_LONGEST} lower-case letters"
            " and digits, in words joined by _.",
            hint="For example: mp plugins new acme_sso",
        )
    if owner := _owner(name):
        raise ConfigError(
            f"The {what} {name!r} is taken: {owner}.",
            hint="Choose another name: mp plugins new NAME",
        )


def _owner(name: str) -> str | None:
    """Return who has a name, or the distribution that a project of this name would be."""
    if name in _RESERVED:
        return "mp-core has it for itself"
    for (_, other), claims in installed().items():
        if other == name or claims[0].distribution == _distribution(name):
            return f"{claims[0]} provides it"
    known = known_distribution(name)
    return f"{known} provides it, which is not installed" if known else None


def _files(name: str, kind: str) -> Iterator[tuple[Path, str]]:
    """Yield the project's files with their content, filled in from the templates."""
    template = resources.files("mp_core._scaffold") / "template"
    values = _values(name, kind)
    usage = (template / kind / _USAGE).read_text(encoding="utf-8")
    values["usage"] = _filled(usage, values).rstrip()
    for part in ("shared", kind):
        for path, text in _template(template / part, Path()):
            target = str(path).removesuffix(".txt").replace("package/", f"mp_{name}/")
            yield Path(target), _filled(text, values)


def _values(name: str, kind: str) -> dict[str, str]:
    words, found = "".join(word.capitalize() for word in name.split("_")), KINDS[kind]
    needs = sorted((f"mp-core>={__version__}", *found.needs))
    return {
        "name": name,
        "kind": kind,
        "class": words if words.endswith("Account") else f"{words}Account",
        "package": f"mp_{name}",
        "distribution": _distribution(name),
        "prefix": name.upper(),
        "summary": found.summary,
        "description": found.description.format(name=name),
        "role": found.role,
        "dependencies": ", ".join(f'"{need}"' for need in needs),
        "announcement": "\n\n".join(_announced(name, found)),
        "contract": CONTRACT,
        "version": __version__,
    }


def _announced(name: str, kind: Kind) -> Iterator[str]:
    """Yield the entry points: the plugin itself, and the variables that it is looked for by."""
    what = "account type" if kind.is_provider else "name in `mp plugins enable`"
    yield (
        f"# The entry point's name is the {what}.\n"
        f'[project.entry-points."{kind.group}"]\n{name} = "mp_{name}"'
    )
    if kind.variables:
        rows = "\n".join(f'{name.upper()}_{variable} = "{name}"' for variable in kind.variables)
        yield (
            "# The plugin is imported for the environment where one of these is set.\n"
            f'[project.entry-points."{ENVIRONMENT}"]\n{rows}'
        )


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)


def _template(directory: Traversable, path: Path) -> Iterator[tuple[Path, str]]:
    for entry in directory.iterdir():
        if entry.is_dir():
            yield from _template(entry, path / entry.name)
        elif entry.name != _USAGE:
            yield path / entry.name, entry.read_text(encoding="utf-8")


def _distribution(name: str) -> str:
    return f"mp-{name.replace('_', '-')}"
