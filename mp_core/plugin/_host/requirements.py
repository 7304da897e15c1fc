"""The hooks without which a plugin is none."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Final

from mp_core.plugin._host.conformance import ConformanceError
from mp_core.plugin._host.implementations import Implemented, likeliest, spec
from mp_core.plugin.hooks import PROVIDERS

_MODEL: Final = "mp_account_model"
_PROOFS: Final = ("mp_auth_header", "mp_authenticate")
_OF_PROVIDERS: Final = frozenset({_MODEL, "mp_endpoint", "mp_tls_context"})
"""Hooks that no extension is asked for."""

_ALONE: Final = _OF_PROVIDERS | {"mp_authenticate"}
"""Hooks that are called for one plugin at a time, so that no wrapper of another stands around."""


def check_required(group: str, plugin: object, implemented: Implemented) -> None:
    """Refuse a provider without what every provider needs, and an extension that does nothing.

    Raises:
        ConformanceError: It is one.
    """
    if missing := _missing(group, implemented):
        raise ConformanceError(f"it {missing}{_meant(plugin)}")


def _missing(group: str, implemented: Implemented) -> str | None:
    if group != PROVIDERS:
        return _idle(implemented)
    if _MODEL not in implemented.hooks:
        return f"does not implement {_MODEL}"
    if implemented.hooks.isdisjoint(_PROOFS):
        return f"does not implement {', nor '.join(_PROOFS)}"
    return None


def _idle(implemented: Implemented) -> str | None:
    """Return why an extension would never be called, in words; None for one that would."""
    if implemented.dropped or implemented.hooks - _OF_PROVIDERS or implemented.wrapped - _ALONE:
        return None
    if never := sorted({*implemented.hooks, *implemented.wrapped}):
        return f"implements nothing but {', '.join(never)}, for which extensions are not asked"
    return "implements no hook: mark its functions with @hookimpl"


def _meant(plugin: object) -> str:
    """Return what its author may have meant for a hook, in words."""
    if isinstance(plugin, type) or inspect.isroutine(plugin):
        return f"; it is {plugin.__qualname__} itself, which is not called"
    close = [f"{name} be {guess}, marked with @hookimpl" for name, guess in _unmarked(plugin)]
    return f"; should {', and '.join(close)}?" if close else ""


def _unmarked(plugin: object) -> Iterator[tuple[str, str]]:
    """Yield the functions that are called almost as a hook is, with its name."""
    for name in filter(lambda name: name.startswith("mp_"), dir(plugin)):
        guess = likeliest(name, spec())
        if guess not in (None, name) and inspect.isroutine(getattr(plugin, name, None)):
            yield name, guess or ""
