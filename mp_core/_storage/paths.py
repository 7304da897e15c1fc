"""Where files live, computed from an environment mapping at call time."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Final

from mp_core import _env as variables
from mp_core._env import Environ
from mp_core.errors import ConfigError


def home(env: Environ) -> Path | None:
    """Return the home directory, or None for a user that has none.

    `HOME` decides; without it the password database does, as `os.path.expanduser` documents.
    """
    if value := variables.get(env, "HOME"):
        return Path(value)
    return user_home()


def user_home() -> Path | None:
    """Return the home directory that the password database gives to the user of this process."""
    try:
        import pwd

        directory = pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):
        return None
    return Path(directory) if directory else None


def expand(env: Environ, path: str | Path) -> Path:
    """Return the path with a leading `~` replaced by the home directory.

    Raises:
        ConfigError: The path starts with `~` and there is no home directory.
    """
    text = os.fspath(path)
    if text != "~" and not text.startswith("~/"):
        return Path(text)
    directory = home(env)
    if directory is None:
        raise no_home()
    return directory / text[1:].lstrip("/")


def storage_root(env: Environ) -> Path | None:
    """Return `MP_STORAGE_DIR`, else `~/.mp`; None when there is no home to put it in."""
    value, home_value = variables.get(env, variables.STORAGE_DIR), variables.get(env, "HOME")
    if value or home_value:
        return _storage_root(value, home_value)
    return _storage_root.__wrapped__(None, None)  # It depends on the user that this process is.


def config_file(env: Environ) -> Path | None:
    """Return `MP_CONFIG_PATH`, else `config.toml` in the storage root; None without a home."""
    if value := variables.get(env, variables.CONFIG_PATH):
        return expand(env, value)
    root = storage_root(env)
    return _child(root, "config.toml") if root else None


def config_identity(root: Path, config: Path) -> str:
    """Return what a configuration file is known by to the files below a storage root.

    Its path relative to the root where it lies inside, so that a home that moves or is mounted
    elsewhere loses nothing; else its real path. A link stands for itself where it lies inside: a
    file that moves to where a link then leads is the same one.
    """
    real_root = os.path.realpath(root)
    beside = os.path.join(os.path.realpath(config.parent), config.name)
    for path in (beside, os.path.realpath(config)):
        if Path(path).is_relative_to(real_root):
            return Path(path).relative_to(real_root).as_posix()
    return os.path.realpath(config)


@functools.lru_cache(maxsize=64)
def _storage_root(value: str | None, home_value: str | None) -> Path | None:
    env = {"HOME": home_value} if home_value else {}
    if value:
        return expand(env, value)
    directory = home(env)
    return directory / ".mp" if directory else None


@functools.lru_cache(maxsize=64)
def _child(directory: Path, name: str) -> Path:
    return directory / name


_INSIDE: Final = frozenset({"accounts", "bridges"})
"""The directories that a storage root has."""

BRIDGE_HERE: Final = Path("mixpanel_auth.json")
"""The bridge of the current directory."""


def bridge_candidates(env: Environ) -> list[Path]:
    """Return where a bridge is searched for, in order."""
    at_home = _bridge_at_home(variables.get(env, "HOME"))
    return [at_home, BRIDGE_HERE] if at_home else [BRIDGE_HERE]


@functools.lru_cache(maxsize=64)
def _bridge_at_home(home_value: str | None) -> Path | None:
    directory = home({"HOME": home_value} if home_value else {})
    return directory / ".claude" / "mixpanel" / "auth.json" if directory else None


def account_dir(root: Path, name: str) -> Path:
    """Return the directory of an account's tokens, client registration and cache."""
    return root / "accounts" / name


def root_of(path: Path) -> Path:
    """Return the directory that a private file's surroundings begin with: its storage root.

    For other files, as a configuration or a bridge of another place, it is their own directory.
    """
    for directory in (path.parent.parent, path.parent):
        if directory.name in _INSIDE:
            return directory.parent
    return path.parent


def no_home() -> ConfigError:
    """Return the error for something that must be kept when there is no place to keep it."""
    return ConfigError(
        "There is no home directory to keep files in.",
        hint=f"Set {variables.STORAGE_DIR} to a directory that you own.",
    )
