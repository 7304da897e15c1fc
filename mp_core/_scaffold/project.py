"""`mp plugins new`: a provider's project that builds, installs and passes its tests as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from mp_core._version import __version__
from mp_core.errors import ConfigError
from mp_core.plugin._host.discovery import installed
from mp_core.plugin.hooks import CONTRACT, PROVIDERS

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST: Final = 40
_RESERVED: Final = ("account", "core", "env", "env_account")
"""Names after which a package or a class would be called that is there already."""


def new_project(name: str, parent: Path) -> Path:
    """Write the project of a provider into a new directory, and return the directory.

    Args:
        name: The account type, such as `acme_sso`; everything is named after it.
        parent: Where the directory is made.

    Raises:
        ConfigError: The name is malformed or taken, the directory is there, or it cannot be made.
    """
    _check(name)
    root = parent / _distribution(name)
    try:
        root.mkdir()
        for path, text in _files(name):
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


def _check(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise ConfigError(
            f"{name!r} is no name for an account type: it takes up to {_LONGEST} lower-case letters"
            " and digits, in words joined by _.",
            hint="For example: mp plugins new acme_sso",
        )
    claims = installed().get((PROVIDERS, name), ())
    if claims or name in _RESERVED:
        owner = f"{claims[0]} provides it" if claims else "mp-core has it for itself"
        raise ConfigError(
            f"The account type {name!r} is taken: {owner}.",
            hint="Choose another name: mp plugins new NAME",
        )


def _files(name: str) -> Iterator[tuple[Path, str]]:
    """Yield the project's files with their content, filled in from the template."""
    words = "".join(word.capitalize() for word in name.split("_"))
    values = {
        "type": name,
        "class": words if words.endswith("Account") else f"{words}Account",
        "package": f"mp_{name}",
        "distribution": _distribution(name),
        "variable": f"{name.upper()}_TICKET",
        "contract": CONTRACT,
        "version": __version__,
    }
    for path, text in _template(resources.files("mp_core._scaffold") / "template", Path()):
        target = str(path).removesuffix(".txt").replace("package/", f"mp_{name}/")
        yield Path(target), re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)


def _template(directory: Traversable, path: Path) -> Iterator[tuple[Path, str]]:
    for entry in directory.iterdir():
        if entry.is_dir():
            yield from _template(entry, path / entry.name)
        else:
            yield path / entry.name, entry.read_text(encoding="utf-8")


def _distribution(name: str) -> str:
    return f"mp-{name.replace('_', '-')}"
