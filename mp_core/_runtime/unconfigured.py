"""Tokens of an account that no configuration knows: what the files of its slot say suffices."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from mp_core._network.endpoints import REGIONS
from mp_core._runtime.admission import admit
from mp_core._storage import files, paths
from mp_core._tokens.store import FileTokenStore
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin.account import NAME_PATTERN, Account
from mp_core.plugin.tokens import TOKEN_ERROR

if TYPE_CHECKING:
    from mp_core._runtime.context import Context


class _Nobody(Account):
    """An account of which no more is known than the name of its slot."""

    def is_long_lived(self) -> bool:
        return True


def stored_token(context: Context, name: str, region: str, rejected: str | None) -> str:
    """Return the access token of the account that has this slot, refreshed if the slot tells how.

    Raises:
        OAuthError: There is none, or it is stale and nobody knows how to refresh it.
        ProviderError: Its provider is missing or failed.
        ConfigError: A policy refuses the account.
    """
    root = context.root
    if root is None or region not in REGIONS or re.fullmatch(NAME_PATTERN, name) is None:
        raise _unknown(name, region)
    type_ = _stored_type(root, name) or ""
    account = _account(context, {"type": type_, "name": name, "region": region})
    nobody = _Nobody(type=type_, name=name, region=region)
    admit(context, account or nobody)
    if account is None:
        return _fresh(context, root, nobody, rejected)
    try:
        return context.vault.access_token(account, rejected=rejected)
    except OAuthError as error:
        if error.code == TOKEN_ERROR:
            error.hint = _way_on(account.name, account.region, account.type)
        raise


def _stored_type(root: Path, name: str) -> str | None:
    """Return the type that the token file tells, if there is one and it tells any."""
    try:
        text = files.read_private(paths.account_dir(root, name) / "tokens.json")
        record = json.loads(text) if text else None
    except (ConfigError, ValueError, RecursionError):
        return None
    type_ = record.get("type") if isinstance(record, dict) else None
    return type_ if isinstance(type_, str) else None


def _account(context: Context, fields: dict[str, str]) -> Account | None:
    """Return the account, or None where its type is not told or has fields that are needed."""
    if not fields["type"]:
        return None
    try:
        return context.host.model(fields["type"]).model_validate(fields)
    except ValidationError:
        return None


def _fresh(context: Context, root: Path, account: Account, rejected: str | None) -> str:
    tokens = FileTokenStore(root, account, context.binding(account)).load()
    if tokens is None:
        raise _unknown(account.name, account.region)
    token = tokens.access_token.get_secret_value()
    if token == rejected or tokens.is_expired(now=datetime.now(UTC)):
        raise _stale(account)
    return token


def _unknown(name: str, region: str) -> OAuthError:
    return OAuthError(
        f"There is no account {name!r} in region {region!r}, neither configured nor logged in.",
        hint=_way_on(name, region),
        code=TOKEN_ERROR,
        details={"account": name, "region": region},
    )


def _stale(account: Account) -> OAuthError:
    return OAuthError(
        f"The token of account {account.name!r} has expired, and how to refresh it is not known:"
        " the account is not configured.",
        hint=_way_on(account.name, account.region, account.type),
        code=TOKEN_ERROR,
        details={"account": account.name, "region": account.region},
    )


def _way_on(name: str, region: str, type_: str = "") -> str:
    return f"Add the account: mp account add {name} --type {type_ or 'TYPE'} --region {region}"
