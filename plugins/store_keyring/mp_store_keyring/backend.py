"""Which keyring is used: the one that is chosen, or that the library `keyring` finds.

What a person has chosen is never exchanged for something else, and nothing that forgets, or that
keeps secrets in clear, is taken for a keyring.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Final

from keyring import get_keyring
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as NullKeyring

from mp_store_keyring.refusals import IN_FILES, unusable

VARIABLE: Final = "PYTHON_KEYRING_BACKEND"
"""The variable by which a person chooses a backend of the library `keyring`."""


def chosen() -> KeyringBackend:
    """Return the backend in which logins are kept.

    Raises:
        ConfigError: There is none, or the one that was chosen cannot be used.
    """
    backend: KeyringBackend | None = _found(os.environ.get(VARIABLE))
    if isinstance(backend, ChainerBackend):
        # What its first one cannot keep is not to end up in a lesser one.
        backend = next(iter(backend.backends), None)
    if backend is None or isinstance(backend, NoKeyring):
        hint = f"Start one, as gnome-keyring or KWallet, {IN_FILES}"
        raise unusable("none is running, and none can be started", hint)
    if reason := _unsafe(backend):
        raise unusable(f"{_class_name(backend)} {reason}", _another())
    return backend


def _found(name: str | None) -> KeyringBackend:
    try:
        backend = get_keyring()
        is_as_chosen = name is None or type(backend) is _class(name)
    except Exception as error:
        reason = _choice(name, f"cannot be used ({type(error).__name__}: {_line(error)})")
    else:
        if is_as_chosen:
            return backend
        reason = _choice(name, f"is not the one in force, which is {_class_name(backend)}")
    raise unusable(reason, _correction(name))


def _class(name: str) -> object:
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(module), attribute)


def _choice(name: str | None, what: str) -> str:
    chosen = "the backend that keyringrc.cfg names" if name is None else f"{VARIABLE}={name}"
    return f"{chosen} {what}"


def _correction(name: str | None) -> str:
    if name is None:
        return f"See which backends there are: keyring --list-backends · {IN_FILES}"
    return f"Correct {VARIABLE}, or run: unset {VARIABLE} · {IN_FILES}"


def _unsafe(backend: KeyringBackend) -> str | None:
    if isinstance(backend, NullKeyring):
        return "keeps nothing"
    names = {each.__name__.lower() for each in type(backend).__mro__}
    return "keeps secrets in clear" if any("plaintext" in name for name in names) else None


def _another() -> str:
    return f"Name another one: export {VARIABLE}=MODULE.CLASS · {IN_FILES}"


def _class_name(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
