"""The file that keeps an account's tokens."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from mp_core._frozen import problems
from mp_core._storage import files, paths
from mp_core._storage.directories import READ_ONLY
from mp_core._storage.drafts import Draft, drafted
from mp_core._tokens.binding import Binding, record_in
from mp_core._tokens.clients import with_client
from mp_core._tokens.lineage import fingerprint, is_fetched_for, newest
from mp_core._tokens.moves import is_left_behind, moving
from mp_core._values.commands import way_back
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin.tokens import TOKEN_ERROR, OAuthTokens

if TYPE_CHECKING:
    from mp_core.plugin.account import Account

_SPARE: Final = 4096
"""How many bytes more than twice the old tokens are kept for the new ones."""


class SlotEmptiedError(ConfigError):
    """Somebody has logged out while the tokens were being refreshed."""


def token_file(root: Path, account: Account) -> Path:
    """Return the token file of an account's slot."""
    place = account.token_place
    directory = root / place.directory if place else paths.account_dir(root, account.name)
    return directory / "tokens.json"


class FileTokenStore:
    """The slot in `tokens.json` of an account's directory, which belongs to one binding.

    Tokens that were stored for another account are neither returned nor replaced nor deleted,
    whatever the directory's name (names may differ only in case on some file systems). An account
    from elsewhere brings tokens with it: they count until they are replaced here, and again when
    newer ones come.
    """

    def __init__(self, root: Path, account: Account, binding: Binding) -> None:
        """Describe the slot; nothing is read."""
        self.path = token_file(root, account)
        self._root = root
        self._account = account
        self._binding = binding
        self._seed = account.token_place.seed if account.token_place else None
        self._draft: Draft | None = None
        self._spent: OAuthTokens | None = None

    def load(self) -> OAuthTokens | None:
        """Return the tokens, or None when there are none.

        Raises:
            OAuthError: The file is there and cannot be used, or belongs to somebody else.
        """
        found = self._found()
        return None if found is None else with_client(found, self._root, self._account)

    def _found(self) -> OAuthTokens | None:
        record = self._record()
        if record is None or not self._is_mine(record):
            return self._seed
        if is_left_behind(record, self._binding, self._root):
            return None
        stored = self._tokens(record)
        # Whatever the clocks of two machines say, what was bought with a token is newer than it.
        is_replaced = record.get("replaces") == fingerprint(self._seed)
        return stored if is_replaced else newest(stored, self._seed)

    def save(self, tokens: OAuthTokens) -> str:
        """Replace the file and return its path.

        Raises:
            ConfigError: It cannot be written; the old one is unchanged.
            OAuthError: It belongs to somebody else.
            SlotEmptiedError: It was deleted since it was prepared.
        """
        self.check()
        text = self._text(tokens)
        if self._draft is None:
            files.write_private(self.path, text)
            return str(self.path)
        try:
            self._draft.put(text)
        except FileNotFoundError:
            raise emptied(self.path) from None
        except OSError as error:
            raise files.unwritable(self.path, error) from None
        return str(self.path)

    @contextmanager
    def prepared(self, spent: OAuthTokens, *, must_fit: bool) -> Iterator[None]:
        """Have room beside the file for the tokens that take the place of others; hold its lock.

        Args:
            spent: The others.
            must_fit: Whether a full disk is an error.

        Raises:
            ConfigError: There is no room. That nobody can write to the place is no error.
        """
        room = 2 * len(self._text(spent)) + _SPARE if must_fit else 0
        with ExitStack() as stack:
            try:
                self._draft = stack.enter_context(drafted(self.path, room=room))
            except OSError as error:
                if must_fit and error.errno not in READ_ONLY:
                    raise files.unwritable(self.path, error) from None
            self._spent = spent
            yield

    def is_withdrawn(self) -> bool:
        """Return whether the file was deleted since it was prepared."""
        return self._draft is not None and self._draft.is_withdrawn()

    def leave_for(self, name: str) -> None:
        """Say that the tokens belong to an account of another name, once it is configured.

        Raises:
            ConfigError: It cannot be written.
        """
        if record := record_in(self.path):
            files.write_private(self.path, json.dumps(moving(record, name), indent=2) + "\n")

    def holds_login(self) -> bool:
        """Return whether the file holds tokens, and they are this account's."""
        record = record_in(self.path)
        return "access_token" in record and not self._is_foreign(record)

    def vacate(self) -> None:
        """Remove the tokens that the file holds, since they are kept elsewhere now.

        Raises:
            ConfigError: They cannot be removed.
        """
        if self.holds_login():
            files.delete(self.path, beside=self._draft)

    def delete(self) -> bool:
        """Remove the file and return whether there was one.

        Raises:
            ConfigError: It cannot be removed.
            OAuthError: It belongs to somebody else.
        """
        self.check()
        return files.delete(self.path)

    def _text(self, tokens: OAuthTokens) -> str:
        replaced = {"replaces": fingerprint(self._seed), "continues": fingerprint(self._spent)}
        told = {key: value for key, value in replaced.items() if value is not None}
        # The slot of a plugin's store holds the storage root, which may move with its files.
        unbound = tokens.model_copy(update={"slot": None})
        record = {**unbound.reveal(), **self._binding.fields(), **told}
        return json.dumps(record, indent=2) + "\n"

    def check(self) -> None:
        """Raise if the file belongs to somebody else.

        Raises:
            OAuthError: It does.
        """
        record = record_in(self.path)
        if not self._account.token_place and self._is_foreign(record):
            raise self._binding.refusal(record, self.path)

    @property
    def key(self) -> str:
        """What tells this slot from every other one, of other storage roots too."""
        material = [os.path.realpath(self._root), *astuple(self._binding)]
        return hashlib.sha256(json.dumps(material).encode()).hexdigest()[:32]

    @property
    def slot(self) -> str:
        """The key, and behind it what people would say for it."""
        config = self._root / (self._binding.config or "")
        return f"{self.key} {self._account.type} {self._account.region} {config}"

    def _is_mine(self, record: Mapping[str, Any]) -> bool:
        if not self._is_foreign(record):
            return True
        if self._account.token_place:
            return False
        raise self._binding.refusal(record, self.path)

    def _is_foreign(self, record: Mapping[str, Any]) -> bool:
        # Whoever holds the same credential could fetch the same again, as one of the environment
        # that is used beside several configuration files.
        is_same = is_fetched_for(self._account, record.get("login_id"))
        return not is_same and self._binding.judge(record) == "foreign"

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


def emptied(path: Path) -> SlotEmptiedError:
    """Return the error for new tokens of a login that is no longer wanted."""
    return SlotEmptiedError(f"{path} was deleted meanwhile.", details={"path": str(path)})
