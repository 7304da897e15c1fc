"""A slot as the account's plugins keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mp_core._tokens.binding import FOREIGN
from mp_core._tokens.lineage import is_fetched_for
from mp_core._tokens.store import FileTokenStore
from mp_core.errors import MpError, OAuthError
from mp_core.plugin._host.host import Host
from mp_core.plugin.tokens import OAuthTokens

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


class PluginStore(NamedTuple):
    """A slot as the account's plugins keep it, by default in the file.

    A plugin may go by less than the key of the slot, as by the account's name alone: then tokens
    of another slot come back, which are used by nobody here, and stay where they are.
    """

    host: Host
    account: Account
    file: FileTokenStore

    @property
    def key(self) -> str:
        return self.file.key

    def load(self) -> OAuthTokens | None:
        tokens = self.host.load_tokens(self.account, self.file)
        if tokens is None or tokens.slot is None:
            return tokens
        is_same = is_fetched_for(self.account, tokens.login_id)
        if tokens.slot.partition(" ")[0] != self.key and not is_same:
            raise _elsewhere(self.account, tokens.slot, self.file.slot)
        return tokens.model_copy(update={"slot": None})

    def save(self, tokens: OAuthTokens) -> str:
        if (foreign := self._foreign()) is not None:
            raise foreign
        bound = tokens.model_copy(update={"slot": self.file.slot})
        return self.host.persist_tokens(self.account, bound, self.file)

    def delete(self) -> bool:
        self.file.check()
        if self._foreign() is not None:
            return self.file.delete()
        return self.host.delete_tokens(self.account, self.file)

    def _foreign(self) -> OAuthError | None:
        """Return what is said of tokens of another slot, where the plugin would touch them."""
        try:
            self.load()
        except OAuthError as error:
            return error if error.code == FOREIGN else None
        except MpError:
            return None
        return None


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
