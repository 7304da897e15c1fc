"""The environment variables that the core reads, one documented constant each.

Functions take the environment as a mapping, so nothing here depends on the process. An empty
variable counts as unset everywhere, with one exception: an empty `MP_PLUGINS` allows no plugin.

A value is read without the mark and the line end that files and commands leave around it. What is
a word loses spaces, too; of a path or a secret they are a part. Ids and the region, which decide
whose data a call is about, are taken as they are, and refused when they are anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

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
REQUIRE_EXTENSIONS = "MP_REQUIRE_EXTENSIONS"
TRACE_PLUGINS = "MP_TRACE_PLUGINS"
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
    REQUIRE_EXTENSIONS: "Comma-separated names of extensions that are on, and must work.",
    TRACE_PLUGINS: "1, true, yes or on: print every call of a plugin, without what it is given.",
    ACCOUNT: "Default of the command line's `--account`; the library does not read it.",
    TARGET: "Default of the command line's `--target`; the library does not read it.",
}
"""What each variable does, for people to read."""

_EXACT = frozenset({PROJECT_ID, WORKSPACE_ID, REGION})
_WORDS = frozenset(
    {IGNORE_ENV, API_BASE_URL, PLUGINS, REQUIRE_EXTENSIONS, TRACE_PLUGINS, ACCOUNT, TARGET}
)
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"0{0,9}[1-9][0-9]{0,17}")


def get(env: Environ, name: str) -> str | None:
    """Return a variable's value, or None when it is unset or empty."""
    value = env.get(name) or ""
    if name in _EXACT:
        return value or None
    if not isinstance(env, Readings):  # It has read the value already, and loses one line end.
        value = without_line_end(value)
    return (value.strip() if name in _WORDS else value) or None


def without_line_end(text: str) -> str:
    """Return a text without a byte order mark before it, and without one line end behind it."""
    return text.removeprefix("\ufeff").removesuffix("\n").removesuffix("\r")


class Readings(Mapping[str, str]):
    """An environment as `get` reads it, for those who look into it themselves."""

    __slots__ = ("_env",)

    def __init__(self, env: Environ) -> None:
        """Take the environment."""
        self._env = env

    def __getitem__(self, name: str) -> str:
        value = get(self._env, name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._env if get(self._env, name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


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
    if env.get(PLUGINS) is None:
        return None
    return frozenset(_names(env, PLUGINS))


def required_extensions(env: Environ) -> frozenset[str]:
    """Return the names that `MP_REQUIRE_EXTENSIONS` holds."""
    return frozenset(_names(env, REQUIRE_EXTENSIONS))


def _names(env: Environ, variable: str) -> list[str]:
    names = (get(env, variable) or "").split(",")
    return [name.strip() for name in names if name.strip()]


def malformed(name: str, expected: str) -> ConfigError:
    """Return the error for a variable whose value cannot be used. The value is not repeated."""
    return ConfigError(
        f"The environment variable {name} is malformed: expected {expected}.",
        hint=f"Correct {name}, or run: unset {name}",
        details={"variable": name},
    )
