"""Whether what a plugin implements would be called as its author means it.

pluggy takes the functions that bear its marker, and passes over all else. Whatever its author meant
for a hook, and nobody would ever call, is an error here.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final, NamedTuple

from mp_core.plugin._host.conformance import ConformanceError
from mp_core.plugin._host.manager import Manager
from mp_core.plugin._host.versions import ADDED, is_newer, needs_newer
from mp_core.plugin.hooks import PROJECT, PluginSpec

_PREFIX: Final = "mp_"
_MARK: Final = f"{PROJECT}_impl"
_SPEC: Final = f"{PROJECT}_spec"


class Implementation(NamedTuple):
    """A function that bears the marker.

    Attributes:
        hook: Name of the hook that it is for.
        function: The function, bound where it is a method.
        is_wrapper: Whether it stands around the others, and is none itself.
        is_optional: Whether its author knows that the hook may not be there.
    """

    hook: str
    function: Callable[..., Any]
    is_wrapper: bool
    is_optional: bool


class Implemented(NamedTuple):
    """What a plugin implements.

    Attributes:
        hooks: Names of the hooks, wrappers left out.
        wrapped: Names of the hooks around which it stands.
        dropped: Names of those that only a newer version of the contract has.
    """

    hooks: frozenset[str]
    wrapped: frozenset[str]
    dropped: tuple[str, ...]


def examined(plugin: object, version: str | None) -> Implemented:
    """Return what a plugin implements.

    Args:
        plugin: The plugin.
        version: The version of the contract that it was written for, or None if it does not say.

    Raises:
        ConformanceError: One of its functions would not be called, or not as it has to be.
    """
    found = list(_marked(plugin))
    _check_unmarked(plugin, {name for name, _ in found}, version)
    implementations = [each for _, each in found]
    known = [each for each in implementations if each.hook in spec()]
    unknown = [each for each in implementations if each.hook not in spec()]
    for each in unknown:
        _check_unknown(each, version)
    for each in known:
        _check_kind(each)
        _check_parameters(each, version)
    return Implemented(
        frozenset(each.hook for each in known if not each.is_wrapper),
        frozenset(each.hook for each in known if each.is_wrapper),
        tuple(sorted(each.hook for each in unknown if not each.is_optional)),
    )


@functools.cache
def spec() -> Mapping[str, tuple[str, ...]]:
    """Return the parameters of every hook."""
    specs = {name: each for name, each in vars(PluginSpec).items() if hasattr(each, _SPEC)}
    return {name: _taken(each.__code__) for name, each in specs.items()}


def _taken(code: CodeType) -> tuple[str, ...]:
    return code.co_varnames[1 : code.co_argcount]


def _marked(plugin: object) -> Iterator[tuple[str, Implementation]]:
    """Yield what bears the marker, with the name under which the plugin has it."""
    manager = Manager(PROJECT)
    for name in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, name)
        if options is not None:
            _check_bound(plugin, name)
            yield (
                name,
                Implementation(
                    options.get("specname") or name,
                    getattr(plugin, name),
                    bool(options.get("wrapper") or options.get("hookwrapper")),
                    bool(options.get("optionalhook")),
                ),
            )


def _check_bound(plugin: object, name: str) -> None:
    """Refuse a class whose methods would be called without an object."""
    if isinstance(plugin, type) and inspect.isfunction(inspect.getattr_static(plugin, name)):
        raise ConformanceError(
            f"it is the class {plugin.__qualname__}, whose {name} needs an object: announce one"
            f" instead, as plugin = {plugin.__qualname__}() makes it"
        )


def _check_unmarked(plugin: object, marked: Collection[str], version: str | None) -> None:
    for name in sorted({*dir(plugin)} & spec().keys() - marked):
        value = inspect.getattr_static(plugin, name, None)
        is_meant = value is not None and not isinstance(value, ModuleType)
        if is_meant and not is_newer(ADDED.get(name), version):
            raise ConformanceError(_unmarked(name, value))


def _unmarked(name: str, value: Any) -> str:
    function = getattr(value, "__func__", value)
    if not inspect.isfunction(function):
        return f"its {name} bears a hook's name, and is no function: write it with def"
    if hasattr(value, _MARK):
        return f"its {name} bears the marker in the wrong place: put @hookimpl below the others"
    return f"its {name} bears a hook's name, and not its marker: mark it with @hookimpl" + (
        _place(function)
    )


def _check_unknown(each: Implementation, version: str | None) -> None:
    """Refuse a hook that there is not, unless a newer version of the contract may have it."""
    is_later = is_newer(version) and each.hook.startswith(_PREFIX)
    if each.is_optional or is_later:
        return
    guess = likeliest(each.hook, spec()) or likeliest(_PREFIX + each.hook, spec())
    raise ConformanceError(
        f"it implements {each.hook}, and there is no such hook"
        f"{f': did you mean {guess}?' if guess else ''}{_place(each.function)}"
    )


def _check_kind(each: Implementation) -> None:
    function = each.function
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise ConformanceError(
            f"its {each.hook} is asynchronous, and hooks are called without a loop: write def"
            f" instead of async def{_place(function)}"
        )
    yields = inspect.isgeneratorfunction(function)
    if yields and not each.is_wrapper:
        raise ConformanceError(
            f"its {each.hook} yields: return the answer, or mark it with"
            f" @hookimpl(wrapper=True) if it stands around others{_place(function)}"
        )
    if each.is_wrapper and not yields:
        raise ConformanceError(
            f"its {each.hook} is marked as a wrapper, and does not yield{_place(function)}"
        )


def _check_parameters(each: Implementation, version: str | None) -> None:
    """Refuse a parameter that has to be given, and is not."""
    there = spec()[each.hook]
    for parameter in inspect.signature(each.function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.default is not parameter.empty:
            continue
        if parameter.name not in there:
            raise _surplus(each, parameter.name, version)
        if parameter.kind is parameter.KEYWORD_ONLY:
            raise ConformanceError(
                f"its {each.hook} takes {parameter.name} by keyword alone, and hooks are given"
                f" theirs by position: leave out the *{_place(each.function)}"
            )


def _surplus(each: Implementation, parameter: str, version: str | None) -> ConformanceError:
    what = f"its {each.hook} has a parameter {parameter}, which the hook does not have"
    if version is not None and is_newer(version):
        return needs_newer(what, version)
    there = spec()[each.hook]
    guess = likeliest(parameter, there)
    asked = f"did you mean {guess}? " if guess else ""
    return ConformanceError(
        f"{what}: {asked}it has {', '.join(there) or 'none'}{_place(each.function)}"
    )


def likeliest(name: str, known: Collection[str]) -> str | None:
    """Return the one of the known names that somebody meant, or None where it cannot be told."""
    from difflib import get_close_matches

    found = get_close_matches(name, known, n=1, cutoff=0.75)
    return found[0] if found else None


def _place(function: Callable[..., Any]) -> str:
    """Return file and line of a function; nothing where it has none."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return ""
    return f" ({'/'.join(Path(code.co_filename).parts[-2:])}, line {code.co_firstlineno})"
