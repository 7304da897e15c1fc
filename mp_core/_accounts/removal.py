"""Removing an account: all of it goes, or all of it stays, or what is left is named."""

from __future__ import annotations

from pathlib import Path

from mp_core._accounts.fields import in_use
from mp_core._accounts.forget import forget, has_tokens
from mp_core._runtime.context import Context
from mp_core._storage import commands
from mp_core._warning import going_on
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account


@going_on()
def removed(context: Context, name: str, *, force: bool) -> list[str]:
    """Remove an account with all that is kept of it; return the targets that it orphans.

    The configuration is written first and the tokens go next; if they cannot, it is put back. A
    process that is killed in between leaves tokens of no account, which `doctor` finds and which
    no later account of that name revives.

    Raises:
        AccountNotFoundError: There is none of this name.
        AccountInUseError: Targets use it, and `force` is not set.
        OAuthError: Its tokens belong to somebody else; nothing was changed.
        MpError: Its tokens cannot be deleted, and nothing was changed; or some file was left, which
            the message names.
    """
    forgetting = _Forgetting(context, name)
    with context.transaction() as edit:
        account = edit.document.usable_account(name)
        orphaned = edit.document.targets_of(name)
        if orphaned and not force:
            raise in_use(name, orphaned)
        edit.remove_account(name)
        edit.then(lambda: forgetting.of(account))
    forgetting.conclude()
    return orphaned


class _Forgetting:
    """The deletion of what is kept of an account that the configuration does not name any more."""

    def __init__(self, context: Context, name: str) -> None:
        self._context = context
        self._name = name
        self._left: list[Path] = []
        self._struck: BaseException | None = None

    def of(self, account: Account | None) -> None:
        """Delete all of it; what cannot be deleted beside the tokens is left.

        An interruption that came too late for the tokens waits, since they are gone.
        """
        try:
            self._left = forget(self._context, self._name, account)
        except BaseException as error:
            if isinstance(error, Exception) or has_tokens(self._context, account):
                raise
            self._struck = error
            self._left = forget(self._context, self._name, account)

    def conclude(self) -> None:
        """Raise what came in between, or what was left."""
        if self._struck is not None:
            raise self._struck
        if self._left:
            raise leftovers(f"Account {self._name!r} was removed", self._left)


def leftovers(what: str, left: list[Path]) -> ConfigError:
    """Return the error for something that was done, but for files that could not be deleted."""
    names = " and ".join(map(str, left))
    return ConfigError(
        f"{what}, but {names} could not be deleted.",
        hint=f"Delete what is left: rm -r {' '.join(map(commands.quoted, left))}",
        code="LEFTOVERS",
        details={"paths": [str(path) for path in left]},
    )
