"""Whose an account is: the person or robot whom Mixpanel named when its credential was proven.

A name is only a name. The record stands beside the account's tokens, outlives a logout, and is what
every later proof is held against.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mp_core._api.me_cache import MeCache
from mp_core._api.mismatch import mismatch, named
from mp_core._api.proof import Owner
from mp_core._cached import Cached
from mp_core._runtime.context import Context
from mp_core._storage import commands, files, paths
from mp_core._storage.locks import locked_if_possible
from mp_core._tokens.binding import Binding, record_in
from mp_core._tokens.lineage import login_of
from mp_core._values.commands import Retry, login_command
from mp_core._values.user import MeUserInfo
from mp_core._warning import tell, warn
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin.account import Account, reveal

if TYPE_CHECKING:
    from mp_core._api.me import Me
    from mp_core.plugin.tokens import OAuthTokens

_PATIENCE_S: Final = 2.0
"""How long an answer waits for whoever else writes the record, before it goes without."""


class OwnerRecord:
    """The record of an account's owner, in `owner.json` of the account's directory.

    Args:
        context: The surroundings.
        account: Whose; another one of the same name has the same record.
        tokens: The login that is to be stored, instead of the one that is.
    """

    def __init__(
        self, context: Context, account: Account, *, tokens: OAuthTokens | None = None
    ) -> None:
        self.account = account
        self._context = context
        self._tokens = tokens

    @Cached
    def _path(self) -> Path | None:
        """The file; None without a root, and for an account from elsewhere, which has none here."""
        root = self._context.root
        if root is None or self.account.token_place is not None:
            return None
        return paths.account_dir(root, self.account.name) / "owner.json"

    def get(self) -> Owner | None:
        """Return the owner at the last proof, or None while there was none."""
        return self._recorded() or self._by_last_answer()

    def of_present_credential(self) -> Owner | None:
        """Return the owner, unless the credential was changed since it was proven.

        What the configuration holds under a name says nothing about an account from elsewhere.
        """
        owner = self.get() if self._context.has_configured(self.account) else None
        return owner if owner is not None and self._is_held(owner) else None

    def displaced_by(self, me: Me) -> Owner | None:
        """Return the owner whose place somebody else would take; None where it is their own."""
        owner = self.get()
        return None if owner is None or owner.is_(me, self.account.region) else owner

    def confirm(self, me: Me) -> None:
        """Hold a later proof of the stored credential against the record, and bring it up to date.

        A credential that was changed by hand is the person's own take-over, which is said.

        Raises:
            OwnerMismatchError: The same credential now is somebody else's.
        """
        if self._path is None or not self._context.has_configured(self.account):
            return
        if not self._is_mine(record_in(self._path)):
            return  # Another configuration file's account has the record.
        known, other = self._recorded(), self.displaced_by(me)
        if other is not None and self._is_held(other):
            raise mismatch(self.account, other.user, me, self._take_over())
        if known is None or not self._says_the_same(known, me):
            self._note(self._path, me)
        if other is not None:
            self._warn_of_change(other.user, me)

    @contextmanager
    def admitted(self, me: Me, retry: Retry, *, take_over: bool = False) -> Iterator[Owner | None]:
        """Hold the account while a credential that has proven itself is stored, then record whose.

        The block gets the owner whom the credential's displaces, if that is somebody else.

        Args:
            me: Whom the credential proved to be.
            retry: What a person types to do so once more, on purpose.
            take_over: Whether another owner may take the place of the present one.

        Raises:
            OwnerMismatchError: The account is somebody else's; the block has not run.
            OAuthError: The record is that of another configuration file's account.
            ConfigError: The record is locked for long, does not tell whose the account is, or
                cannot name the new owner.
        """
        if self._path is None:
            yield None
            return
        with locked_if_possible(self._path):
            self._check_binding(self._path)
            if self.get() is None:
                _check_tells(self._path)
            other = self.displaced_by(me)
            if other is not None and not take_over:
                raise mismatch(self.account, other.user, me, retry)
            if other is not None:
                _check_writable(self._path)
            yield other
            try:
                self._write(self._path, me)
            except ConfigError as error:
                if other is not None:
                    raise
                self._warn_if_unrecorded(error)

    def _recorded(self) -> Owner | None:
        record = record_in(self._path) if self._path else {}
        return Owner.parsed(record) if self._is_mine(record) else None

    def _by_last_answer(self) -> Owner | None:
        """Return whom the last answer named, for a credential that was proven without a record."""
        me = MeCache(self._context, self.account).last()
        if me is None or me.user is None:
            return None
        salt = secrets.token_hex(16)
        region, digest = self.account.region, self._digest(salt)
        return Owner(region, me.user, self._names(me), salt, digest, self._login_id())

    def _note(self, path: Path, me: Me) -> None:
        """Write the record; like a cache, one that cannot be written is no error."""
        try:
            with locked_if_possible(path, timeout_s=_PATIENCE_S):
                self._write(path, me)
        except ConfigError:
            return

    def _write(self, path: Path, me: Me) -> None:
        assert me.user is not None  # A proof names a user.
        salt = secrets.token_hex(16)
        record = {
            **self._binding.fields(),
            "user": me.user.model_dump(exclude_none=True),
            "projects": self._names(me),
            "salt": salt,
            "fields": self._digest(salt),
            "login_id": self._login_id(),
        }
        files.write_private(path, json.dumps(record, indent=2) + "\n")

    def _is_mine(self, record: Mapping[str, Any]) -> bool:
        return self._binding.judge(self._elsewhere(record)) != "foreign"

    def _check_binding(self, path: Path) -> None:
        record = self._elsewhere(record_in(path))
        if self._binding.judge(record) == "foreign":
            raise self._binding.refusal(record, path)

    @property
    def _binding(self) -> Binding:
        return self._context.binding(self.account)

    def _elsewhere(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return a record as that of the account's type and region: it has one owner in all."""
        return {**record, "type": self.account.type, "region": self.account.region}

    def _says_the_same(self, known: Owner, me: Me) -> bool:
        return self._is_held(known) and (known.user, known.projects) == (me.user, self._names(me))

    def _is_held(self, owner: Owner) -> bool:
        """Return whether the credential that was proven is the one that is here now.

        A login that is gone was not changed: it still is its owner's.
        """
        login_id = self._login_id()
        is_same_login = login_id is None or login_id == owner.login_id
        return is_same_login and hmac.compare_digest(owner.fields, self._digest(owner.salt))

    def _digest(self, salt: str) -> str:
        fields = {k: value for k, value in reveal(self.account).items() if k != "default_project"}
        text = json.dumps(fields, sort_keys=True, default=str)
        return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()

    def _login_id(self) -> str | None:
        if not self._context.host_of(self.account).stores_tokens(self.account):
            return None
        try:
            tokens = self._tokens or self._context.vault_of(self.account).peek(self.account)
        except OAuthError:
            return None
        return login_of(tokens) if tokens else None

    def _names(self, me: Me) -> dict[str, str | None]:
        return {project.id: project.name for project in me.projects_in(self.account.region)}

    def _take_over(self) -> Retry:
        """Return what proves the credential that is there once more."""
        has_login = self._context.host_of(self.account).has_login(self.account)
        update = f"mp account update {self.account.name}"
        return Retry(login_command(self.account) if has_login else update)

    def _warn_of_change(self, before: MeUserInfo, me: Me) -> None:
        warn(
            f"The credential of account {self.account.name!r} was changed: it now acts as"
            f" {named(me.user)}; before it was {named(before)}.",
            stacklevel=3,
        )

    def _warn_if_unrecorded(self, error: ConfigError) -> None:
        if self._recorded() is None:
            tell(
                f"Whose account {self.account.name!r} is could not be recorded, so that nobody will"
                f" be told when somebody else logs in to it. {error.message}",
                stacklevel=4,
            )


def warn_if_refuted(context: Context, account: Account, project: str | None) -> None:
    """Warn of a project that is chosen and was not among those of the account's last proof."""
    owner = OwnerRecord(context, account).of_present_credential()
    if owner is None or project is None or not owner.projects or project in owner.projects:
        return
    warn(
        f"Project {project} is not among those that {named(owner.user)} may read in region"
        f" {account.region} as account {account.name!r}; see: mp -a {account.name} project list"
        " --refresh",
        stacklevel=3,
    )


def _check_tells(path: Path) -> None:
    """Refuse to take a record that cannot be read for none: the account has an owner.

    Raises:
        ConfigError: It is there and does not tell whose the account is.
    """
    if files.read_private(path) is not None and Owner.parsed(record_in(path)) is None:
        raise files.unreadable(
            path,
            "it does not tell whose the account is",
            hint="If you know that it is yours, remove it and try again:"
            f" rm {commands.quoted(path)}",
        )


def _check_writable(path: Path) -> None:
    """Write what is there once more, so that nothing has changed where a record cannot be."""
    text = files.read_private(path)
    if text is not None:
        files.write_private(path, text)
