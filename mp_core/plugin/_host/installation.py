"""What installs into an environment, as the environment itself tells.

Applications of `pipx` and tools of `uv` lie wherever variables say, but each holds the record of
whatever made it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

Kind = Literal["pipx", "uv tool", "uv", "system", "pip"]

_PIPX: Final = "pipx_metadata.json"
_UV: Final = "uv-receipt.toml"
_MANAGED: Final = "EXTERNALLY-MANAGED"


class Installation(NamedTuple):
    """What changes the environment that runs.

    Attributes:
        kind: `pipx` and `uv tool` made it for an application; `uv` stands in for a `pip` that it
            lacks; to one of the `system` nothing may be added (PEP 668); `pip` for all others.
        name: The application's name, for those two.
        wanted: What the application was asked to hold beside itself, by the normalized name of each
            distribution, as it is asked for, ready to be typed.
        application: What the application itself was asked for as, ready to be typed.
    """

    kind: Kind
    name: str = ""
    wanted: Mapping[str, str] = {}
    application: str = ""


def installation_at(prefix: str) -> Installation:
    """Return what changes the environment at a place."""
    root = Path(prefix)
    if (root / _PIPX).is_file():
        return _pipx(root.name, _read(root / _PIPX))
    if (root / _UV).is_file():
        return _uv_tool(root.name, _read(root / _UV))
    if _is_managed():
        return Installation("system")
    return Installation("pip" if importlib.util.find_spec("pip") else "uv")


def normalized(name: str) -> str:
    """Return a distribution's name as it is compared."""
    return name.lower().replace("_", "-").replace(".", "-")


def _read(path: Path) -> Mapping[str, Any]:
    """Return what a record holds; nothing where it cannot be read."""
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
        found = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_managed() -> bool:
    """Return whether the Python outside of all environments runs, and is the system's own."""
    library = sysconfig.get_path("stdlib", sysconfig.get_default_scheme())
    return sys.prefix == sys.base_prefix and os.path.exists(os.path.join(library, _MANAGED))


def _pipx(name: str, record: Mapping[str, Any]) -> Installation:
    injected = record.get("injected_packages")
    names = injected if isinstance(injected, dict) else {}
    return Installation("pipx", name, {normalized(each): each for each in names})


def _uv_tool(name: str, record: Mapping[str, Any]) -> Installation:
    tool = record.get("tool")
    asked = tool.get("requirements") if isinstance(tool, dict) else None
    wanted = [each for each in asked or () if isinstance(each, dict) and each.get("name")]
    options = {normalized(str(each["name"])): each for each in wanted}
    main = options.pop(normalized(name), {"name": name})
    kept = {key: _option(each) for key, each in options.items()}
    return Installation("uv tool", name, kept, _requirement(main))


def _option(asked: Mapping[str, Any]) -> str:
    return f"--with{'-editable' if 'editable' in asked else ''} {_requirement(asked)}"


def _requirement(asked: Mapping[str, Any]) -> str:
    """Return a requirement as it is typed, from the form in which `uv` keeps it."""
    for kind in ("editable", "directory", "path"):
        if kind in asked:
            return shlex.quote(str(asked[kind]))
    extras = asked.get("extras")
    name = str(asked["name"]) + (f"[{','.join(map(str, extras))}]" if extras else "")
    for kind, scheme in (("url", ""), ("git", "git+")):
        if kind in asked:
            return shlex.quote(f"{name} @ {scheme}{asked[kind]}")
    marker = f" ; {asked['marker']}" if "marker" in asked else ""
    return shlex.quote(f"{name}{asked.get('specifier', '')}{marker}")
