"""Renaming an account: all that is its own goes along, or nothing does."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from mp_core._accounts.fields import refuse_taken, validated
from mp_core._accounts.forget import (
    BESIDE_TOKENS,
    ME,
    OWNER,
    TOKENS,
    account_file,
    forget_beside,
    forget_earlier,
    owns,
)
from mp_core._accounts.known_owner import note_known_owner
from mp_core._accounts.removal import leftovers
from mp_core._config.document import ConfigDocument
from mp_core._runtime.context import Context
from mp_core._storage import files
from mp_core._storage.locks import locked
from mp_core._tokens.binding import record_in
from mp_core._tokens.vault import utc_now
from mp_core._warning import going_on
from mp_core.errors import ConfigError, MpError
from mp_core.plugin.account import Account

_PATIENCE_S: Final = 2.0
"""How long a copy waits for whoever else writes under the new name, in seconds."""


@going_on()
def rename(context: Context, old: str, new: str) -> None:
    """Give an account another name, in its block, `[active]`, its targets and all that is stored.

    What is stored is copied first, then the configuration is written, and the copies under the old
    name go last. So a process that is killed in between loses nothing: whichever name the
    configuration holds has all of it, and the other one is no account's.

    Raises:
        AccountNotFoundError: There is none of the old name.
        AccountExistsError: There is one of the new name.
        ConfigError: The new name is none, or the account cannot be used.
        OAuthError: What is stored belongs to somebody else.
        MpError: Something cannot be copied, and nothing was changed; or it cannot be deleted under
            the old name, and the message says what was left.
    """
    with ExitStack() as stack:
        with context.transaction() as edit:
            account = edit.document.account(old)
            successor = _successor(context, edit.document, account, new)
            forget_earlier(context, successor)
            move = _Move(context, account, successor)
            stack.enter_context(move.locked())
            stack.push(move.undone_unless_written)
            move.copy()
            edit.rename_account(old, new)
        move.finish()


def _successor(context: Context, config: ConfigDocument, account: Account, name: str) -> Account:
    successor = validated(context, {**config.block(account.name), "name": name}, "update")
    refuse_taken(config, name)
    return successor


class _Move:
    """What is stored of an account, on its way to another name."""

    def __init__(self, context: Context, account: Account, successor: Account) -> None:
        self._context = context
        self._account = account
        self._successor = successor
        has_tokens = context.host.stores_tokens(account)
        accounts = (account, successor) if has_tokens else ()
        self._slots = [context.vault.slot(each) for each in accounts]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep everybody else from refreshing: what they have under way is waited for."""
        with ExitStack() as stack:
            for slot in self._slots:
                stack.enter_context(slot.locked())
            yield

    def copy(self) -> None:
        """Have all of it under both names.

        Raises:
            MpError: Something cannot be read, or cannot be written.
        """
        note_known_owner(self._context, self._account)
        for file in BESIDE_TOKENS:
            if file != ME:
                self._copy(file)
        with contextlib.suppress(ConfigError):  # A cache that stays behind costs one request.
            self._copy(ME)
        if self._slots:
            source, target = self._slots
            if (tokens := source.read(before_refresh=True)) is not None:
                # A process that was killed may have spent them.
                target.save(source.adopt(tokens, utc_now()) or tokens)
                source.leave_for(self._successor.name)

    def undone_unless_written(self, *failure: object) -> None:
        """Delete the copies under the new name, unless the configuration holds it by now."""
        if failure[0] is None or self._is_written():
            return
        for slot in self._slots[1:]:
            with contextlib.suppress(MpError):
                slot.delete()
        forget_beside(self._context, self._successor.name, self._successor)

    def finish(self) -> None:
        """Delete what is left under the old name.

        Raises:
            MpError: Something cannot be deleted; it is named.
        """
        what = f"Account {self._account.name!r} is now {self._successor.name!r}"
        failure = self._emptied()
        left = forget_beside(self._context, self._account.name, self._account)
        path = account_file(self._context, self._account.name, TOKENS)
        if failure is not None and path is not None and path.exists():
            left.append(path)
        if left:
            raise leftovers(what, left)
        if failure is not None:
            failure.message = f"{what}, but its login is kept under both. {failure.message}"
            failure.args = (failure.message,)
            raise failure

    def _emptied(self) -> MpError | None:
        """Empty the slot of the old name; return why that cannot be done, if so."""
        try:
            for slot in self._slots[:1]:
                slot.delete()
        except MpError as error:
            return copy.copy(error)
        return None

    def _copy(self, file: str) -> None:
        context = self._context
        source = account_file(context, self._account.name, file)
        target = account_file(context, self._successor.name, file)
        if source is None or target is None:
            return
        if not owns(context, self._account.name, self._account, source):
            return
        if record := record_in(source):
            bound = {**record, **self._binding(file)}
            with locked(target, timeout_s=_PATIENCE_S):
                files.write_private(target, json.dumps(bound, indent=2) + "\n")

    def _binding(self, file: str) -> dict[str, str]:
        """Return what a copy says of whose it is; an owner's region is where they were proven."""
        fields = self._context.binding(self._successor).fields()
        return {key: fields[key] for key in fields if (file, key) != (OWNER, "region")}

    def _is_written(self) -> bool:
        try:
            return self._successor.name in self._context.store.read().account_names()
        except ConfigError:
            return False
