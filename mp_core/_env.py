"""The environment variables that the core reads, one documented constant each.

Functions take the environment as a mapping, so nothing here depends on the process. An empty
variable counts as unset everywhere, with one exception: an empty `MP_PLUGINS` allows no plugin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mp_core.errors import ConfigError

Environ = Mapping[str, str]

PROJECT_ID = "MP_PROJECT_ID"
WORKSPACE_ID = "MP_WORKSPACE_ID"
REGION = "MP_REGION"
IGNORE_ENV = "MP_IGNORE_ENV"
CONFIG_PATH = "MP_CONFIG_PATH"
STORAGE_DIR = "MP_STORAGE_DIR"
AUTH_FILE = "MP_AUTH_FILE"
API_BASE_URL = "MP_API_BASE_URL"
PLUGINS = "MP_PLUGINS"
ACCOUNT = "MP_ACCOUNT"
TARGET = "MP_TARGET"

EFFECTS = {
    PROJECT_ID: "Project of every call: a string of digits.",
    WORKSPACE_ID: "Workspace of every call: a positive number.",
    REGION: "Region of an identity that comes from the environment: us, eu or in.",
    IGNORE_ENV: "1, true, yes or on: resolution skips the environment.",
    CONFIG_PATH: "Path of the configuration, instead of `config.toml` in the storage directory.",
    STORAGE_DIR: "Directory of configuration, tokens and caches, instead of `~/.mp`.",
    AUTH_FILE: "Path of a bridge file, ahead of the places that are searched.",
    API_BASE_URL: "Scheme and host that replace those of every Mixpanel address.",
    PLUGINS: "Comma-separated names of the plugins that may load; empty means none.",
    ACCOUNT: "Default of the command line's `--account`; the library does not read it.",
    TARGET: "Default of the command line's `--target`; the library does not read it.",
}
"""What each variable does, for people to read."""

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"0{0,9}[1-9][0-9]{0,17}")


def get(env: Environ, name: str) -> str | None:
    """Return a variable's value, or None when it is unset or empty."""
    return env.get(name) or None


def is_set(env: Environ, name: str) -> bool:
    """Return whether a switch variable is on.

    Raises:
        ConfigError: The value is neither yes nor no.
    """
    value = (get(env, name) or "0").strip().lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise malformed(name, "1 or 0")


def project_id(env: Environ) -> str | None:
    """Return `MP_PROJECT_ID`, or None.

    Raises:
        ConfigError: It is not a string of digits.
    """
    value = get(env, PROJECT_ID)
    if value is None or is_project_id(value):
        return value
    raise malformed(PROJECT_ID, "a project id: digits only")


def workspace_id(env: Environ) -> int | None:
    """Return `MP_WORKSPACE_ID`, or None.

    Raises:
        ConfigError: It is not a positive number.
    """
    value = get(env, WORKSPACE_ID)
    if value is None:
        return None
    if is_workspace_id(value):
        return int(value)
    raise malformed(WORKSPACE_ID, "a workspace id: a positive number")


def is_project_id(text: str) -> bool:
    """Return whether a text is the id of a project: digits only."""
    return _DIGITS.fullmatch(text) is not None


def is_workspace_id(text: str) -> bool:
    """Return whether a text is the id of a workspace: a positive number that fits into 64 bits."""
    return _NUMBER.fullmatch(text) is not None


def allowed_plugins(env: Environ) -> frozenset[str] | None:
    """Return the names that `MP_PLUGINS` allows, or None when it is unset and all may load."""
    value = env.get(PLUGINS)
    if value is None:
        return None
    return frozenset(name.strip() for name in value.split(",") if name.strip())


def malformed(name: str, expected: str) -> ConfigError:
    """Return the error for a variable whose value cannot be used. The value is not repeated."""
    return ConfigError(
        f"The environment variable {name} is malformed: expected {expected}.",
        hint=f"Correct {name}, or run: unset {name}",
        details={"variable": name},
    )
