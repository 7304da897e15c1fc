"""Checks that a store shows its secrets to nobody else, and fails in words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import pytest

from mp_core._runtime.context import Context
from mp_core._storage import paths
from mp_core.errors import MpError, ProviderFailedError
from mp_core.plugin.account import Account
from mp_core.testing.effects import command_lines, effects
from mp_core.testing.extensions.keeping import ACCESS, REFRESH, KeepingChecks, tokens_with
from mp_core.testing.extensions.placement import Placement
from mp_core.testing.secrecy import told
from mp_core.testing.subject import leaked

_SECRETS: Final = [ACCESS, REFRESH]
_WRITES: Final = "writes the file "


class SeclusionChecks(KeepingChecks):
    """No secret is where others see it, and what fails says why."""

    def unusable(self) -> AbstractContextManager[object] | None:
        """Return a block in which the place of the tokens cannot be used, as a locked keyring.

        Without one, the errors of the store are not checked.
        """
        return None

    def test_no_file_shows_a_secret_to_others(
        self, account: Account, context: Context, placement: Placement, store: Any
    ) -> None:
        with effects() as found:
            store(context, account, tokens_with())
        for file in _files_near(found, context):
            assert not (_shows(file) and file.stat().st_mode & 0o077), (
                f"{file} holds a secret, and others may read it: make it with the mode 0600 (as"
                " os.open does, when it is given one), whatever the umask."
            )

    def test_no_command_line_shows_a_secret(
        self, account: Account, context: Context, placement: Placement, store: Any
    ) -> None:
        with command_lines() as found:
            store(context, account, tokens_with())
            placement.process().vault.peek(account)
        assert not leaked(" ".join(found), _SECRETS), (
            "A secret stands on a command line, which every user of the machine sees: give it to"
            " the program on its standard input."
        )

    def test_nothing_is_printed_and_no_secret_is_logged(
        self,
        account: Account,
        context: Context,
        placement: Placement,
        store: Any,
        capfd: pytest.CaptureFixture[str],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        place = store(context, account, tokens_with())
        placement.process().vault.peek(account)
        placement.process().vault.discard(account)
        shown = "".join(capfd.readouterr())
        assert not shown, f"The store prints {shown!r}. Raise what is wrong, and print nothing."
        assert not leaked(caplog.text, _SECRETS), "The store logs a secret."
        assert not leaked(place, _SECRETS), "mp_persist_tokens returns a secret."

    def test_its_representation_shows_no_secret(
        self, account: Account, context: Context, plugin: object, store: Any
    ) -> None:
        store(context, account, tokens_with())
        assert not leaked(f"{plugin!r} {plugin}", _SECRETS), (
            "repr() of the store shows a secret, and so does every traceback that it stands in."
        )

    def test_a_place_that_cannot_be_used_is_an_error_that_says_what_to_do(
        self, account: Account, context: Context, placement: Placement, store: Any
    ) -> None:
        unusable = self.unusable()
        if unusable is None:
            pytest.skip("the method `unusable` returns no block in which the store fails")
        store(context, account, tokens_with())
        with unusable:
            new = placement.process()
            for hook, act in _calls(new, account):
                self._check_error(hook, act)

    def _check_error(self, hook: str, act: Callable[[], object]) -> None:
        error = _error_of(act)
        assert error is not None, (
            f"{hook} says nothing of a place that cannot be used: raise ConfigError, or a login is"
            " lost without a word."
        )
        assert not isinstance(error, ProviderFailedError), (
            f"{hook} must raise ConfigError or OAuthError, and nothing else: {error}"
        )
        assert error.hint, f"The error of {hook} must say what to do, as its hint: {error}"
        assert not leaked(told(error), _SECRETS), f"The error of {hook} shows a secret."


def _error_of(act: Callable[[], object]) -> MpError | None:
    try:
        act()
    except MpError as error:
        return error
    return None


def _calls(context: Context, account: Account) -> Iterator[tuple[str, Callable[[], object]]]:
    slot = context.vault.slot(account)
    yield "mp_load_tokens", slot.load
    yield "mp_persist_tokens", lambda: slot.save(tokens_with())
    yield "mp_delete_tokens", slot.delete


def _files_near(found: list[str], context: Context) -> Iterator[Path]:
    """Yield the files of the home, and those beside what was written."""
    home = paths.home(context.env)
    yield from () if home is None else filter(Path.is_file, home.rglob("*"))
    written = {Path(said.removeprefix(_WRITES)).parent for said in found if _WRITES in said}
    for directory in filter(Path.is_dir, written):
        yield from filter(Path.is_file, directory.iterdir())


def _shows(file: Path) -> bool:
    try:
        content = file.read_bytes()
    except OSError:
        return False
    return any(secret.encode() in content for secret in _SECRETS)
