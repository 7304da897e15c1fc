"""One entry of the keyring: what it holds of one slot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from mp_core.errors import ConfigError
from mp_store_keyring.backend import chosen
from mp_store_keyring.calls import calls
from mp_store_keyring.refusals import failed, locked, too_long

T = TypeVar("T")

SERVICE: Final = "mp"
"""What the entries are filed under; the user name of each is the key of a slot."""

_WINDOWS: Final = "keyring.backends.Windows"
_WINDOWS_LIMIT: Final = 2560
"""CRED_MAX_CREDENTIAL_BLOB_SIZE, in bytes of UTF-16."""


class Entry(NamedTuple):
    """The entry of one slot."""

    key: str

    def read(self) -> str | None:
        """Return what it holds, or None.

        Raises:
            ConfigError: The keyring cannot be used, is locked, or does not answer.
        """
        return _done(lambda backend: backend.get_password(SERVICE, self.key))

    def write(self, text: str) -> str:
        """Let it hold a text, and return in which keyring that is, for people to read.

        Raises:
            ConfigError: The keyring cannot be used, is locked, does not answer, or has no room.
        """

        def keep(backend: KeyringBackend) -> str:
            _check_size(backend, text)
            backend.set_password(SERVICE, self.key, text)
            if backend.get_password(SERVICE, self.key) != text:
                raise failed(backend.name, "it does not give back what it was given")
            return f"the system keyring ({backend.name})"

        return _done(keep)

    def remove(self) -> bool:
        """Remove it and return whether it was there.

        Raises:
            ConfigError: The keyring cannot be used, is locked, or does not answer.
        """

        def delete(backend: KeyringBackend) -> bool:
            if backend.get_password(SERVICE, self.key) is None:
                return False
            backend.delete_password(SERVICE, self.key)
            return True

        return _done(delete)


def _done(work: Callable[[KeyringBackend], T]) -> T:
    return calls().result(lambda: _guarded(work))


def _guarded(work: Callable[[KeyringBackend], T]) -> T:
    """Do the work; what the backend raises is told by its type, since it may hold the secret."""
    backend = chosen()
    try:
        return work(backend)
    except ConfigError:
        raise
    except KeyringLocked:
        refusal = locked()
    except Exception as error:
        refusal = failed(backend.name, type(error).__name__)
    raise refusal


def _check_size(backend: KeyringBackend, text: str) -> None:
    if any(each.__module__ == _WINDOWS for each in type(backend).__mro__):
        size = len(text.encode("utf-16-le"))
        if size > _WINDOWS_LIMIT:
            raise too_long(backend.name, size, _WINDOWS_LIMIT)
