"""Attributes that are computed once for an object, when they are first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar, overload

T = TypeVar("T")


class Cached(Generic[T]):
    """A method's answer as an attribute; threads that ask at once may each compute it.

    That of `functools` holds a lock before Python 3.12, one for all objects: each waits for every
    other one, and a forked child for a thread of its parent, for ever.
    """

    def __init__(self, method: Callable[[Any], T]) -> None:
        """Take the method, whose name the attribute has."""
        self._method: Final = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Cached[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Cached[T] | T:
        """Compute the answer and keep it with the object, where it is found before this is."""
        if instance is None:
            return self
        answer: T = vars(instance).setdefault(self._method.__name__, self._method(instance))
        return answer
