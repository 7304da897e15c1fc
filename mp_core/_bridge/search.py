"""The bridge file: one account with its secrets, on its way to another machine.

A file that was found by searching must belong to the user alone. One that `MP_AUTH_FILE` names may
be what an orchestrator mounts: a link, readable by all, owned by somebody else; that is warned of.
"""

from __future__ import annotations

import functools
import os
import stat
from pathlib import Path
from typing import NamedTuple

from mp_core import _env as variables
from mp_core._bridge.file import MAX_SIZE, BridgeFile, account_of, parsed
from mp_core._runtime.context import Context
from mp_core._sealed import sealed
from mp_core._storage import commands, files, paths
from mp_core._warning import warn
from mp_core.errors import ConfigError, ProviderError
from mp_core.plugin._host.host import Host


class FoundBridge(NamedTuple):
    """A bridge file and where it is.

    Attributes:
        path: The file.
        content: What it holds; its account is bound to a token slot of its own.
        is_found_here: Whether it was found in the current directory.
    """

    path: Path
    content: BridgeFile
    is_found_here: bool = False


@sealed
def load_bridge(path: str | Path | None = None) -> BridgeFile | None:
    """Return a bridge file, or None when the given path, or every one searched, does not exist.

    Searched are `MP_AUTH_FILE`, `~/.claude/mixpanel/auth.json` and `./mixpanel_auth.json`.

    Raises:
        ConfigError: A file is there and cannot be read, is not trusted, or does not validate.
    """
    context = Context()
    if path is not None:
        found = _read_if_there(paths.expand(context.env, path), context.host, is_named=True)
    else:
        found = find_bridge(context)
    return found.content if found else None


def find_bridge(context: Context) -> FoundBridge | None:
    """Return the bridge of these surroundings, or None when there is none.

    Raises:
        ConfigError: `MP_AUTH_FILE` points nowhere, or a file cannot be used.
    """
    path = locate(context)
    if path is None:
        return None
    is_named = variables.get(context.env, variables.AUTH_FILE) is not None
    found = _read_if_there(path, context.host, is_named=is_named)
    if found is None and is_named:
        raise _nowhere(path)
    return found


def locate(context: Context) -> Path | None:
    """Return where the bridge is, or where `MP_AUTH_FILE` says that it is."""
    if value := variables.get(context.env, variables.AUTH_FILE):
        return paths.expand(context.env, value)
    found = (path for path in paths.bridge_candidates(context.env) if os.path.exists(path))
    return next(found, None)


def _read_if_there(path: Path, host: Host, *, is_named: bool) -> FoundBridge | None:
    stamp = files.stamp(path)
    if stamp is None:
        return None
    content = _read(path, stamp, host, is_named)
    return FoundBridge(path.absolute(), content, is_found_here=path == paths.BRIDGE_HERE)


@functools.lru_cache(maxsize=8)
def _read(path: Path, stamp: object, host: Host, is_named: bool) -> BridgeFile:
    """Return a file's content, parsed once per version of it."""
    text = files.read_mounted(path, MAX_SIZE) if is_named else _read_own(path)
    try:
        content = parsed(text, host)
    except ConfigError as error:
        raise _unusable(path.absolute(), error) from None
    account = account_of(content).served_by(host.plugins)
    return content.model_copy(update={"account": account})


def _read_own(path: Path) -> str:
    """Return the text of a file that is the user's alone: regular, no link, closed to others."""
    status = path.lstat()
    closed = not status.st_mode & 0o077 and status.st_uid == os.getuid()
    if not stat.S_ISREG(status.st_mode) or not closed:
        raise _untrusted(path.absolute())
    return files.read_private(path, MAX_SIZE) or ""


def _untrusted(path: Path) -> ConfigError:
    return ConfigError(
        f"The bridge {path} is not used: it must be a regular file that belongs to you and is"
        " closed to others, since it was found by searching.",
        hint=f"If it is yours: {commands.chmod_command(path)} · or name it:"
        f" export {variables.AUTH_FILE}={commands.quoted(path)}",
        code="UNTRUSTED_BRIDGE",
        details={"path": str(path)},
    )


def _unusable(path: Path, error: ConfigError) -> ConfigError:
    """Return the error with the file's name, of the same class, with the same way out."""
    details = {**error.details, "path": str(path)}
    code = error.code if isinstance(error, ProviderError) else "INVALID_BRIDGE"
    return type(error)(
        f"The bridge {path} cannot be used: {error.message}",
        hint=error.hint or "Export it again on the other side: mp account export-bridge --to PATH",
        code=code,
        details=details,
    )


def announce(found: FoundBridge) -> None:
    """Say that a bridge of the current directory is in use."""
    if found.is_found_here:
        warn(
            f"Account {found.content.account.name!r} comes from the bridge {found.path}.",
            stacklevel=2,
        )


def _nowhere(path: Path) -> ConfigError:
    return ConfigError(
        f"{variables.AUTH_FILE} points nowhere: there is no {path}.",
        hint=f"Correct it, or run: unset {variables.AUTH_FILE}",
        code="NO_BRIDGE",
        details={"path": str(path)},
    )
