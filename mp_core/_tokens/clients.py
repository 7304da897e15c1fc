"""Client registrations: which client an account logs in as."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from mp_core._storage import files, paths
from mp_core._storage.locks import CACHE_TIMEOUT_S, locked
from mp_core._tokens.binding import Binding, record_in
from mp_core.errors import ConfigError
from mp_core.plugin.tokens import OAuthClientInfo, OAuthTokens

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


class FileRegistrations:
    """The slot in `accounts/<name>/client.json`; a new registration waits for `commit_for`.

    A file that belongs to somebody else is as good as none, and is left alone.
    """

    def __init__(self, root: Path, account: Account, bind: Callable[[Account], Binding]) -> None:
        """Describe the slot; nothing is read."""
        self.path = paths.account_dir(root, account.name) / "client.json"
        self._root = root
        self._bind = bind
        self._binding = bind(account)
        self._new: OAuthClientInfo | None = None

    def load(self) -> OAuthClientInfo | None:
        """Return the registration; one that cannot be read or is of another region is none."""
        if self._new is not None:
            return self._new
        try:
            record = json.loads(files.read_private(self.path) or "null")
            is_foreign = self._binding.judge(record) == "foreign"
            fields = {key: record[key] for key in OAuthClientInfo.model_fields}
            client = OAuthClientInfo.model_validate(fields)
        except (AttributeError, ConfigError, KeyError, TypeError, ValidationError, ValueError):
            return None
        return None if is_foreign else client

    def save(self, client: OAuthClientInfo) -> None:
        """Keep a registration in memory."""
        self._new = client

    def forget(self) -> None:
        """Remove the file; that it cannot be removed is no error."""
        self._new = None
        with contextlib.suppress(ConfigError):
            if self._binding.owns(self.path):
                files.delete(self.path)

    def commit_for(self, account: Account) -> Path | None:
        """Write a saved registration to an account's slot; return the file, if it is there now.

        One that cannot be written is no error: the next login registers again, no more.
        """
        path = paths.account_dir(self._root, account.name) / "client.json"
        binding = self._bind(account)
        if not binding.owns(path):
            return None
        if self._new is not None:
            record = {**self._new.model_dump(mode="json"), **binding.fields()}
            with contextlib.suppress(ConfigError), locked(path, timeout_s=CACHE_TIMEOUT_S):
                files.write_private(path, json.dumps(record, indent=2) + "\n")
        return path if path.exists() else None


def with_client(tokens: OAuthTokens, root: Path, account: Account) -> OAuthTokens:
    """Return tokens with the client that they were issued to, as far as that is known.

    Those that `mixpanel-headless` stored do not name it: it is the one in the account's directory,
    or else the one that all accounts of a region shared.
    """
    if tokens.client_id is not None or tokens.refresh_token is None:
        return tokens
    own = paths.account_dir(root, account.name) / "client.json"
    shared = root / "oauth" / f"client_{account.region}.json"
    known = (_client_id(path, account) for path in (own, shared))
    return tokens.model_copy(update={"client_id": next(filter(None, known), None)})


def _client_id(path: Path, account: Account) -> str | None:
    record = record_in(path)
    value = record.get("client_id")
    is_of_region = record.get("region", account.region) == account.region
    return value if isinstance(value, str) and value and is_of_region else None
