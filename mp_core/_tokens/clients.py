"""Client registrations: which client an account logs in as."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from mp_core._storage import files, paths
from mp_core._storage.locks import locked
from mp_core.errors import ConfigError
from mp_core.plugin.tokens import OAuthClientInfo

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


class FileRegistrations:
    """The slot in `accounts/<name>/client.json`; a new registration waits for `commit_for`."""

    def __init__(self, root: Path, account: Account) -> None:
        """Describe the slot; nothing is read."""
        self.path = paths.account_dir(root, account.name) / "client.json"
        self._root = root
        self._region = account.region
        self._new: OAuthClientInfo | None = None

    def load(self) -> OAuthClientInfo | None:
        """Return the registration; one that cannot be read or is of another region is none."""
        if self._new is not None:
            return self._new
        try:
            record = json.loads(files.read_private(self.path) or "null")
            fields = {key: record[key] for key in OAuthClientInfo.model_fields}
            client = OAuthClientInfo.model_validate(fields)
        except (ConfigError, KeyError, TypeError, ValidationError, ValueError):
            return None
        return client if client.region == self._region else None

    def save(self, client: OAuthClientInfo) -> None:
        """Keep a registration in memory."""
        self._new = client

    def forget(self) -> None:
        """Remove the file; that it cannot be removed is no error."""
        self._new = None
        with contextlib.suppress(ConfigError):
            files.delete(self.path)

    def commit_for(self, account: Account) -> Path | None:
        """Write a saved registration to an account's slot; return the file, if it is there now.

        One that cannot be written is no error: the next login registers again, no more.
        """
        path = paths.account_dir(self._root, account.name) / "client.json"
        if self._new is not None:
            with contextlib.suppress(ConfigError), locked(path):
                files.write_private(path, self._new.model_dump_json(indent=2) + "\n")
        return path if path.exists() else None
