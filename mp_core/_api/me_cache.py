"""The cache of what `/me` answers, which belongs to one credential.

The classes of the answer load with the first answer that there is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from mp_core._cached import Cached
from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core._runtime.credential import credential_text
from mp_core._storage import files, paths
from mp_core._storage.locks import CACHE_TIMEOUT_S, locked
from mp_core._tokens.lineage import login_of
from mp_core._tokens.vault import utc_now
from mp_core.errors import ConfigError, OAuthError

if TYPE_CHECKING:
    from mp_core._api.me import Me, MeRecord
    from mp_core.plugin.account import Account
    from mp_core.plugin.tokens import OAuthTokens

LIFETIME: Final = timedelta(hours=24)
"""How long an answer is believed."""


class MeCache:
    """The cached `/me` answer of one account.

    An answer is bound to the address and the credential it was fetched with, by a salted hash; for
    stored tokens the login stands for the credential, so that a refresh keeps the cache. Accounts
    that are not in the configuration leave nothing on disk.
    """

    def __init__(
        self,
        context: Context,
        account: Account,
        *,
        tokens: OAuthTokens | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Describe the cache; nothing is read.

        Args:
            context: The surroundings.
            account: Whose answer.
            tokens: The login that it belongs to, instead of the one that is stored.
            clock: Returns the time.
        """
        self._context = context
        self.account = account
        self._tokens = tokens
        self._clock = clock
        self._stamp: object = None
        self._record: MeRecord | None = None

    @Cached
    def path(self) -> Path | None:
        """The file, or None when there is no storage root."""
        root = self._context.root
        return paths.account_dir(root, self.account.name) / "me.json" if root else None

    def get(self) -> Me | None:
        """Return the answer that was cached for this very credential, or None."""
        record = self._own()
        # A clock that was ahead has dated answers that would be believed for ever.
        if record is None or abs(self._clock() - record.fetched_at) > LIFETIME:
            return None
        return record.me

    def last(self) -> Me | None:
        """Return the last answer to this very credential, however long ago that was."""
        record = self._own()
        return record.me if record else None

    def fetch(self, ask: Callable[[], Me], confirm: Callable[[Me], None] = lambda me: None) -> Me:
        """Ask, and keep the answer unless the credential has changed meanwhile.

        A cache that cannot be written is no error.

        Args:
            ask: Asks.
            confirm: Refuses an answer to the credential that still is the present one, by raising.
        """
        salt = secrets.token_hex(16)
        fingerprint = self.fingerprint(salt)
        me = ask()
        if fingerprint == self.fingerprint(salt):
            confirm(me)
            self._keep_as(me, salt, fingerprint)
        return me

    def _keep_as(self, me: Me, salt: str, fingerprint: str | None) -> None:
        """Keep an answer to the credential that a fingerprint stands for, if it is at hand."""
        from mp_core._api.me import MeRecord

        if fingerprint is not None:
            now = self._clock()
            self._keep(MeRecord(salt=salt, fingerprint=fingerprint, fetched_at=now, me=me))

    def put(self, me: Me) -> None:
        """Keep an answer; a cache that cannot be written is no error."""
        self.fetch(lambda: me)

    def _keep(self, record: MeRecord) -> None:
        self._record = record
        if self.path is not None and self._is_configured():
            self._write(self.path, record)

    def _write(self, path: Path, record: MeRecord) -> None:
        binding = self._context.binding(self.account)
        if not binding.owns(path):
            return
        bound = record.model_copy(update=binding.fields())
        try:
            with locked(path, timeout_s=CACHE_TIMEOUT_S):
                files.write_private(path, bound.model_dump_json() + "\n")
        except ConfigError:
            return
        self._stamp = files.stamp(path)

    def _own(self) -> MeRecord | None:
        """Return the record if it is of this very credential."""
        record = self._current()
        if record is None or record.me.user is None:
            return None
        return record if self._is_own(record) else None

    def _is_own(self, record: MeRecord) -> bool:
        """Return whether it is of this very credential.

        One that does not say whose it is was made when the account's name was part of the hash.
        """
        own = self.fingerprint(record.salt)
        if not record.binding and record.fingerprint != own:
            own = self._hashed(record.salt, self.account.name)
        return record.fingerprint == own

    def _current(self) -> MeRecord | None:
        """Return the record in memory while the file is the one it came from or went to."""
        stamp = files.stamp(self.path) if self.path is not None and self._is_configured() else None
        if stamp != self._stamp:
            self._record, self._stamp = self._read(), stamp
        return self._record

    def _read(self) -> MeRecord | None:
        try:
            text = files.read_private(self.path) if self.path else None
        except ConfigError:
            return None
        record = None if text is None else _parsed(text)
        if record is None or self._context.binding(self.account).judge(record.binding) == "foreign":
            return None
        return record

    def _is_configured(self) -> bool:
        return self._context.has_configured(self.account)

    def fingerprint(self, salt: str = "") -> str | None:
        """Return a hash of address and credential, or None when the credential is not at hand."""
        return self._hashed(salt)

    def _hashed(self, salt: str, *more: str) -> str | None:
        context, account = self._context, self.account
        try:
            resolver = _LoginNames(context, account, self._tokens)
            credential = credential_text(context, account, resolver)
            base = context.destination(account).base_url("app")
        except (OAuthError, ConfigError):
            return None
        material = json.dumps([*more, account.type, account.region, base, credential])
        return hmac.new(salt.encode(), material.encode(), hashlib.sha256).hexdigest()


def _parsed(text: str) -> MeRecord | None:
    from mp_core._api.me import MeRecord

    try:
        return MeRecord.model_validate_json(text)
    except ValidationError:
        return None


class _LoginNames(OnDiskTokenResolver):
    """Stands for the credential without refreshing it: a stored login is named, not used."""

    def __init__(self, context: Context, account: Account, tokens: OAuthTokens | None) -> None:
        super().__init__(context=context, account=account)
        self._vault = context.vault_of(account)
        self._tokens = tokens

    def get_token(self, account: Account) -> str:
        tokens = self._tokens or self._vault.peek(account)
        if tokens is None:
            raise OAuthError("There is no login to name.")
        return login_of(tokens)
