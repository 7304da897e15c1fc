"""The bridge file: one account with its secrets, on its way to another machine.

A file that was found by searching must belong to the user alone. One that `MP_AUTH_FILE` names may
be what an orchestrator mounts: a link, readable by all, owned by somebody else; that is warned of.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import stat
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, Self

from pydantic import (
    Field,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from mp_core import env as variables
from mp_core import files, paths
from mp_core.account_model import Account, ProjectId, TokenSlot, registry_in
from mp_core.context import Context
from mp_core.errors import ConfigError, CredentialWarning, ProviderError
from mp_core.frozen import Frozen, problems
from mp_core.headers import NO_HEADERS, Headers
from mp_core.models import WorkspaceId
from mp_core.registry import Registry
from mp_core.tokens import OAuthTokens, fingerprint

_VERSION: Final = 2
MAX_SIZE: Final = 1024 * 1024
"""Largest bridge file, in bytes."""


class BridgeFile(Frozen):
    """Version 2 of the bridge file.

    Attributes:
        version: 2.
        account: The account, with its secrets.
        tokens: Its tokens, for a type that logs in.
        project: The project to use, instead of the account's default one.
        workspace: The workspace to use with that project.
        headers: Extra request headers.
    """

    version: Literal[2]
    account: SerializeAsAny[Account]
    tokens: OAuthTokens | None = None
    project: ProjectId | None = None
    workspace: WorkspaceId | None = None
    headers: Headers = Field(default=NO_HEADERS)

    @field_validator("tokens", mode="before")
    @classmethod
    def _known_keys(cls, value: Any) -> Any:
        """Ignore keys that a later writer may add."""
        if not isinstance(value, Mapping):
            return value
        return {key: value[key] for key in OAuthTokens.model_fields if key in value}

    @model_validator(mode="after")
    def _tokens_fit(self, info: ValidationInfo) -> Self:
        registry, account = registry_in(info), self.account
        if self.tokens is None and registry.has_login(account):
            raise ValueError(f"an account of type {account.type} needs tokens")
        if self.tokens is not None and not registry.stores_tokens(account):
            raise ValueError(f"an account of type {account.type} has no tokens")
        return self


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


def load_bridge(path: str | Path | None = None) -> BridgeFile | None:
    """Return a bridge file, or None when the given path, or every one searched, does not exist.

    Searched are `MP_AUTH_FILE`, `~/.claude/mixpanel/auth.json` and `./mixpanel_auth.json`.

    Raises:
        ConfigError: A file is there and cannot be read, is not trusted, or does not validate.
    """
    context = Context()
    if path is not None:
        found = _read_if_there(paths.expand(context.env, path), context.registry, is_named=True)
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
    found = _read_if_there(path, context.registry, is_named=is_named)
    if found is None and is_named:
        raise _nowhere(path)
    return found


def locate(context: Context) -> Path | None:
    """Return where the bridge is, or where `MP_AUTH_FILE` says that it is."""
    if value := variables.get(context.env, variables.AUTH_FILE):
        return paths.expand(context.env, value)
    found = (path for path in paths.bridge_candidates(context.env) if os.path.exists(path))
    return next(found, None)


def _read_if_there(path: Path, registry: Registry, *, is_named: bool) -> FoundBridge | None:
    stamp = files.stamp(path)
    if stamp is None:
        return None
    content = _read(path, stamp, registry, is_named)
    return FoundBridge(path.absolute(), content, is_found_here=path == paths.BRIDGE_HERE)


@functools.lru_cache(maxsize=8)
def _read(path: Path, stamp: object, registry: Registry, is_named: bool) -> BridgeFile:
    """Return a file's content, parsed once per version of it."""
    text = files.read_mounted(path, MAX_SIZE) if is_named else _read_own(path)
    try:
        content = parsed(text, registry)
    except ConfigError as error:
        raise _unusable(path.absolute(), error) from None
    return content.model_copy(update={"account": account_of(content)})


def parsed(text: str, registry: Registry) -> BridgeFile:
    """Return what the text of a bridge file holds.

    Raises:
        ProviderError: No provider of this registry serves the account's type.
        ConfigError: It is no bridge of version 2; the message is the reason alone.
    """
    record = _record(text)
    _check_provider(record.get("account"), registry)
    try:
        return BridgeFile.model_validate(record, context=registry)
    except ValidationError as error:
        reason = problems(error)
    raise ConfigError(f"{reason}.")


def _record(text: str) -> Any:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        record = None
    # The exception is gone here: it holds the text, and the text the secrets.
    if not isinstance(record, dict):
        raise ConfigError("it is not a JSON object.")
    if record.get("version") != _VERSION:
        raise ConfigError(
            f"it is not of version {_VERSION}, which is the one that is read here.",
            hint="Export it again, with the same release of mp-core on both sides.",
        )
    return record


def _check_provider(account: Any, registry: Registry) -> None:
    """Raise what is wrong with the provider itself: a validation could not say how to mend it."""
    if isinstance(account, dict) and isinstance(account.get("type"), str):
        registry.model(account["type"])


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
        hint=f"If it is yours: {files.chmod_command(path)} · or name it:"
        f" export {variables.AUTH_FILE}={files.quoted(path)}",
        code="UNTRUSTED_BRIDGE",
        details={"path": str(path)},
    )


def account_of(content: BridgeFile) -> Account:
    """Return a bridge's account, in a slot that no local account and no other login shares."""
    account, tokens = content.account, content.tokens
    login = (tokens.login_id or tokens.client_id or fingerprint(tokens)) if tokens else None
    key = json.dumps([account.name, account.type, account.region, login])
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return account.in_slot(TokenSlot(f"bridges/{digest}", tokens))


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
        warnings.warn(
            f"Account {found.content.account.name!r} comes from the bridge {found.path}.",
            CredentialWarning,
            stacklevel=2,
        )


def _nowhere(path: Path) -> ConfigError:
    return ConfigError(
        f"{variables.AUTH_FILE} points nowhere: there is no {path}.",
        hint=f"Correct it, or run: unset {variables.AUTH_FILE}",
        code="NO_BRIDGE",
        details={"path": str(path)},
    )
