"""A line on stderr for every call of a hook: who was called, for whom, how long, what came of it.

A line holds names and types alone. What a hook is given or returns may be a secret.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import pluggy

from mp_core.plugin._host.manager import Manager


class TracingManager(Manager):
    """A manager that says what it calls."""

    def __init__(self, project: str) -> None:
        """Take the name of the project, as pluggy does."""
        super().__init__(project)
        self._calls = _Calls()
        self.add_hookcall_monitoring(self._begin, self._end)

    def register(self, plugin: object, name: str | None = None) -> str | None:
        """Register a plugin, and follow each of its hooks."""
        registered = super().register(plugin, name)
        for caller in self.get_hookcallers(plugin) or ():
            for implementation in caller.get_hookimpls():
                if implementation.plugin is plugin:
                    self._follow(implementation)
        return registered

    def _follow(self, implementation: pluggy.HookImpl) -> None:
        """Let an implementation say when it is called: the first answer may keep others from it."""
        followed = _Followed(implementation.function, _name(implementation), self._calls)
        # pluggy calls this attribute final, and has no other way to see who was called.
        object.__setattr__(implementation, "function", followed)

    def _begin(self, *_: object) -> None:
        self._calls.stack.append(_Call(time.perf_counter(), []))

    def _end(
        self, outcome: pluggy.Result[Any], hook: str, _: object, given: Mapping[str, object]
    ) -> None:
        call = self._calls.stack.pop()
        elapsed_ms = (time.perf_counter() - call.started_at) * 1000
        words = [
            f"hook={hook}",
            *_whose(given),
            f"called={','.join(call.called) or '-'}",
            f"given={','.join(f'{name}:{_kind(value)}' for name, value in given.items()) or '-'}",
            f"ms={elapsed_ms:.2f}",
            f"outcome={_outcome(outcome)}",
        ]
        _say(f"trace: {' '.join(words)}")


class _Call(NamedTuple):
    started_at: float
    called: list[str]


class _Calls(threading.local):
    """The calls that a thread is in; one hook may lead to another."""

    def __init__(self) -> None:
        self.stack: list[_Call] = []


class _Followed:
    """A hook's function that says so when it is called.

    Attributes:
        __code__: That of the function, by which a failing plugin is found.
    """

    def __init__(self, function: Callable[..., Any], name: str, calls: _Calls) -> None:
        self.__wrapped__ = function
        self.__code__ = getattr(function, "__code__", None)
        self._name = name
        self._calls = calls

    def __call__(self, *given: Any, **named: Any) -> Any:
        if self._calls.stack:
            self._calls.stack[-1].called.append(self._name)
        return self.__wrapped__(*given, **named)


def _name(implementation: pluggy.HookImpl) -> str:
    group, _, name = implementation.plugin_name.partition(":")
    plugin = f"{group.rpartition('.')[2].removesuffix('s')}:{name}" if name else "core"
    is_wrapper = implementation.wrapper or implementation.hookwrapper
    return f"{plugin}(wrapper)" if is_wrapper else plugin


def _whose(given: Mapping[str, object]) -> list[str]:
    """Return whose call it is: that of an account, or that of an event about one."""
    about = given.get("account") or given.get("event")
    if about is None:
        return []
    name = getattr(about, "name", None) or getattr(about, "account", None)
    return [f"account={name}", f"type={getattr(about, 'type', None)}"]


def _outcome(outcome: pluggy.Result[Any]) -> str:
    if outcome.exception is not None:
        return f"raised:{type(outcome.exception).__name__}"
    return _kind(outcome.get_result())


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _say(line: str) -> None:
    """Write a line in one piece, as threads do at once; nobody has to hear it."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{_printable(line)}\n")
            sys.stderr.flush()


def _printable(line: str) -> str:
    """Return a line that is one, and steers no terminal, whatever a plugin calls itself."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
