"""The file that keeps an account's tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mp_core._frozen import problems
from mp_core._storage import files, paths
from mp_core._tokens.lineage import fingerprint, newest
from mp_core._values.commands import way_back
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin.tokens import TOKEN_ERROR, OAuthTokens

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


def token_file(root: Path, account: Account) -> Path:
    """Return the token file of an account's slot."""
    place = account.token_place
    directory = root / place.directory if place else paths.account_dir(root, account.name)
    return directory / "tokens.json"


class FileTokenStore:
    """The slot in `tokens.json` of an account's directory, bound to its name, type and region.

    Tokens that were stored for another account are not returned, whatever the directory's name
    (names may differ only in case on some file systems). An account from elsewhere brings tokens
    with it: they count until they are replaced here, and again when newer ones come.
    """

    def __init__(self, root: Path, account: Account) -> None:
        """Describe the slot; nothing is read."""
        self.path = token_file(root, account)
        self._account = account
        self._seed = account.token_place.seed if account.token_place else None

    def load(self) -> OAuthTokens | None:
        """Return the tokens, or None when there are none for this account.

        Raises:
            OAuthError: The file is there and cannot be used; log in again.
        """
        record = self._record()
        if record is None or not self._is_mine(record):
            return self._seed
        stored = self._tokens(record)
        # Whatever the clocks of two machines say, what was bought with a token is newer than it.
        is_replaced = record.get("replaces") == fingerprint(self._seed)
        return stored if is_replaced else newest(stored, self._seed)

    def save(self, tokens: OAuthTokens) -> str:
        """Replace the file and return its path."""
        record = {**tokens.reveal(), **self._binding()}
        if self._seed is not None:
            record["replaces"] = fingerprint(self._seed)
        files.write_private(self.path, json.dumps(record, indent=2) + "\n")
        return str(self.path)

    def delete(self) -> bool:
        """Remove the file and return whether there was one."""
        return files.delete(self.path)

    def _binding(self) -> dict[str, str]:
        return {
            "account": self._account.name,
            "type": self._account.type,
            "region": self._account.region,
        }

    def _is_mine(self, record: Mapping[str, Any]) -> bool:
        return all(record.get(key, value) == value for key, value in self._binding().items())

    def _tokens(self, record: Mapping[str, Any]) -> OAuthTokens:
        fields = {key: record[key] for key in OAuthTokens.model_fields if key in record}
        try:
            return OAuthTokens.model_validate(fields)
        except ValidationError as error:
            raise self._unusable(problems(error)) from None

    def _record(self) -> dict[str, Any] | None:
        try:
            text = files.read_private(self.path)
            record = None if text is None else json.loads(text)
        except ConfigError as error:
            raise self._unusable(error.message) from None
        except (ValueError, RecursionError):
            raise self._unusable("it is not JSON") from None
        if record is None or isinstance(record, dict):
            return record
        raise self._unusable("it is not a JSON object")

    def _unusable(self, reason: str) -> OAuthError:
        remedy = way_back(self._account)
        return OAuthError(
            f"The stored tokens of account {self._account.name!r} cannot be used: {reason}",
            hint=f"Delete {self.path}. {remedy}" if self._account.token_place else remedy,
            code=TOKEN_ERROR,
            details={"account": self._account.name, "path": str(self.path)},
        )
