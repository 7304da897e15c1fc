"""Writing a bridge for another machine, and removing one."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_core import to_jsonable_python

from mp_core._bridge.file import MAX_SIZE, account_of, parsed
from mp_core._bridge.headers import headers_of
from mp_core._bridge.search import locate
from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core._runtime.recording import VetoesRecorded, record
from mp_core._storage import files
from mp_core._storage.locks import locked_if_possible
from mp_core._values.selection import Selection
from mp_core.errors import ConfigError, ProviderError
from mp_core.plugin.account import Account, reveal
from mp_core.plugin.tokens import OAuthTokens


def export_bridge(
    context: Context, account: Account, to: Path, asked: Selection, *, with_refresh_token: bool
) -> Path:
    """Write a bridge that carries an account, and return its absolute path.

    Raises:
        ConfigError: The account cannot be carried, or the file cannot be written.
        OAuthError: The account's token cannot be had.
        ProviderError: An audit log that is required did not take it; there is no file then.
    """
    with VetoesRecorded(context):
        context.host.validate(account, "bridge")
    fields, tokens = _exported(context, account)
    if tokens is not None and not with_refresh_token:
        tokens = {key: value for key, value in tokens.items() if key != "refresh_token"}
    content = {
        "version": 2,
        "account": {**fields, "name": account.name},
        "tokens": tokens,
        "project": asked.project,
        "workspace": asked.workspace,
        "headers": dict(headers_of(context, account)),
    }
    text = _text(account, {key: value for key, value in content.items() if value is not None})
    _check(context, account, text)
    _write(context, to, text)
    _record(context, account, to.absolute())
    return to.absolute()


def _record(context: Context, account: Account, path: Path) -> None:
    try:
        record(context, account, "exported", to=str(path))
    except ProviderError:
        files.delete(path)
        raise


def scope(context: Context, account: Account, given: Selection, asked: Selection) -> Selection:
    """Return the project and workspace that go along: those given, else those asked for.

    A workspace goes with its own project, and a target's scope with the target's own account.
    """
    if given.project is not None:
        return given
    target = context.config().target(asked.target) if asked.target else None
    if target is not None and target.account == account.name:
        asked = Selection(project=target.project, workspace=target.workspace)
    return Selection(project=asked.project, workspace=given.workspace or asked.workspace)


def remove_bridge(context: Context, at: Path | None) -> bool:
    """Remove a bridge, by default the one in force, and the tokens refreshed from it.

    Raises:
        ConfigError: The file is there and is no bridge, or cannot be removed.
    """
    path = at or locate(context)
    if path is None or not os.path.exists(path):
        return False
    text = _read(path)
    if text is None:
        raise ConfigError(
            f"{path} is not removed: it is no bridge file.",
            hint="Name the file that was exported: mp account remove-bridge --at PATH",
        )
    account = _carried(context, text)
    was_there = files.delete(path)
    if account is not None:
        context.vault.discard(account)
    return was_there


def _exported(
    context: Context, account: Account
) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """Return record and tokens, as the provider exports them or else as they are kept."""
    resolver = OnDiskTokenResolver(context=context, account=account)
    tokens = _tokens(context, account)
    own = context.host.export_bridge(account, tokens, resolver)
    if own is not None:
        return own
    return reveal(account), tokens.reveal() if tokens else None


def _tokens(context: Context, account: Account) -> OAuthTokens | None:
    """Return the tokens, fresh; an account that should be logged in and is not is an error."""
    if not context.host.stores_tokens(account):
        return None
    can_ask = context.host.has_login(account) or context.host.can_fetch(account)
    if context.vault.peek(account) is None and not can_ask:
        return None
    return context.vault.tokens(account)


def _text(account: Account, content: Mapping[str, Any]) -> str:
    try:
        return json.dumps(content, indent=2, default=_plain) + "\n"
    except (TypeError, ValueError):
        reason = "one of its fields has no form in JSON."
    raise _not_exportable(account, reason)


def _plain(value: Any) -> Any:
    """Return what JSON has a form for: a provider's fields may be dates, paths and the like."""
    return value.get_secret_value() if isinstance(value, SecretStr) else to_jsonable_python(value)


def _check(context: Context, account: Account, text: str) -> None:
    """Refuse to write what the other side would refuse to read."""
    try:
        parsed(text, context.host)
    except ConfigError as error:
        raise _not_exportable(account, error.message) from None


def _not_exportable(account: Account, reason: str) -> ConfigError:
    return ConfigError(
        f"Account {account.name!r} cannot be exported: {reason}",
        hint="Carry another account, such as one with a credential of its own.",
        code="NOT_EXPORTABLE",
        details={"account": account.name},
    )


def _write(context: Context, path: Path, text: str) -> None:
    # The lock is kept among the files of this side: nothing but the bridge itself goes to the path.
    lock = context.root / "bridges" / "export" if context.root else None
    try:
        with locked_if_possible(lock) if lock else nullcontext():
            files.write_private(path, text)
    except ConfigError as error:
        raise ConfigError(
            error.message,
            hint=f"{error.hint} · or name another file: mp account export-bridge --to PATH",
            code=error.code,
            details=error.details,
        ) from None


def _read(path: Path) -> str | None:
    """Return the text of what looks like a bridge, whether or not it can be used."""
    text = files.read_unjudged(path, MAX_SIZE)
    try:
        content = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    is_bridge = isinstance(content, dict) and {"version", "account"} <= content.keys()
    return text if is_bridge else None


def _carried(context: Context, text: str) -> Account | None:
    """Return the account of a bridge, or None when the file can only be removed."""
    try:
        return account_of(parsed(text, context.host))
    except ConfigError:
        return None
