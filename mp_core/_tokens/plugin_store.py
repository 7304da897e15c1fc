"""A slot as the account's plugins keep it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from mp_core._tokens.binding import FOREIGN
from mp_core._tokens.lineage import is_fetched_for, login_of
from mp_core._tokens.offered import OfferedStore
from mp_core._tokens.store import FileTokenStore
from mp_core._tokens.whereabouts import Note, Whereabouts
from mp_core._warning import tell
from mp_core.errors import MpError, OAuthError
from mp_core.plugin._host.host import Host
from mp_core.plugin.tokens import OAuthTokens

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


class PluginStore(NamedTuple):
    """A slot as the account's plugins keep it, by default in the file.

    A plugin may go by less than the key of the slot, as by the account's name alone: then tokens
    of another slot come back, which are used by nobody here, and stay where they are.

    The plugins in force decide alone: a login that was made while others were in force is used by
    nobody, and goes with the next login.
    """

    host: Host
    account: Account
    file: FileTokenStore

    @property
    def key(self) -> str:
        return self.file.key

    def load(self) -> OAuthTokens | None:
        stores = self.host.stores(self.account)
        offered = OfferedStore(self.file, self._is_declined(stores))
        tokens = self.host.load_tokens(self.account, offered)
        if tokens is None or tokens is offered.loaded or not stores:
            return self._mine(tokens)
        return self._present(self._mine(tokens), is_bound=tokens.slot is not None)

    def save(self, tokens: OAuthTokens) -> str:
        if (foreign := self._foreign()) is not None:
            raise foreign
        stores = self.host.stores(self.account)
        if not stores:
            self.note.withdraw()
        bound = tokens.model_copy(update={"slot": self.file.slot})
        offered = OfferedStore(self.file, accepts=True)
        place = self.host.persist_tokens(self.account, bound, offered)
        if stores:
            self._moved(login_of(tokens), stores, is_declined=offered.was_saved)
        return place

    def delete(self) -> bool:
        self.file.check()
        if self._foreign() is not None:
            return self.file.delete()
        had_any = self.host.delete_tokens(self.account, self.file)
        if self.host.stores(self.account):
            self.note.forget()
        elif left := self.note.withdraw():
            self._tell_of(left)
        return had_any

    def elsewhere(self) -> str | None:
        """Return where there is a login of this slot that the plugins in force do not keep."""
        stores, noted = self.host.stores(self.account), self.note.read()
        if stores and not self._is_declined(stores) and self.file.holds_login():
            return f"{self.file.path} holds a login from before {_named(stores)} was switched on."
        if not stores and noted is not None and noted.login and not noted.is_declined:
            return f"Its login is kept by {_named(noted.stores)}, which is switched off."
        return None

    @property
    def note(self) -> Note:
        """What is noted of which store was given the login."""
        return Note(self.file.path.parent, self.key)

    def _is_declined(self, stores: Sequence[str]) -> bool:
        """Return whether the file decides: there is no other store, or it has left it the login."""
        noted = self.note.read() if stores else None
        return not stores or (noted is not None and noted.is_declined_by(stores))

    def _mine(self, tokens: OAuthTokens | None) -> OAuthTokens | None:
        if tokens is None or tokens.slot is None:
            return tokens
        is_same = is_fetched_for(self.account, tokens.login_id)
        if tokens.slot.partition(" ")[0] != self.key and not is_same:
            raise _elsewhere(self.account, tokens.slot, self.file.slot)
        return tokens.model_copy(update={"slot": None})

    def _present(self, tokens: OAuthTokens | None, *, is_bound: bool) -> OAuthTokens | None:
        """Return tokens that a plugin keeps, unless another login was made since.

        A plugin that does not keep all of them loses what names their login.
        """
        noted = self.note.read()
        if tokens is None:
            return None
        if noted is None:
            return None if self.file.holds_login() else tokens
        is_same = noted.login == login_of(tokens) if is_bound else noted.login is not None
        return tokens if is_same else None

    def _moved(self, login: str, stores: Sequence[str], *, is_declined: bool) -> None:
        """Have the login in one place alone, and note which; until then it counts nowhere."""
        if not is_declined:
            self.file.vacate()
        self.note.write(login, stores, is_declined=is_declined)

    def _tell_of(self, left: Whereabouts) -> None:
        if not left.is_declined:
            tell(
                f"A login of account {self.account.name!r} is still kept by"
                f" {_named(left.stores)}, which is switched off. Nothing here uses it any more, but"
                " it was neither deleted nor revoked.",
                stacklevel=2,
            )

    def _foreign(self) -> OAuthError | None:
        """Return what is said of tokens of another slot, where the plugin would touch them."""
        try:
            self.load()
        except OAuthError as error:
            return error if error.code == FOREIGN else None
        except MpError:
            return None
        return None


def _named(stores: Sequence[str]) -> str:
    return f"the token store {' and '.join(stores)}"


def _elsewhere(account: Account, theirs: str, mine: str) -> OAuthError:
    """Return the error for tokens that a plugin returned and that were stored in another slot."""
    sides = [_described(slot) for slot in (theirs, mine)]
    return OAuthError(
        f"What the token store holds for account {account.name!r} belongs to {sides[0]}, and this"
        f" is {sides[1]}; it was left as it is.",
        hint="Use a store that tells the two apart, by `store.key`"
        f" · or rename one of the two: mp account rename {account.name} NEW",
        code=FOREIGN,
        details={"account": account.name},
    )


def _described(slot: str) -> str:
    _, type_, region, config = (*slot.split(" ", 3), "", "", "")[:4]
    return f"the account of type {type_} and region {region} in {config}"
