"""What a loaded plugin is made of: its hooks, the fields of its accounts, and its file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from mp_core._frozen import Frozen
from mp_core.plugin._fields import COMMON, is_secret, variable_of
from mp_core.plugin._host.manager import Manager
from mp_core.plugin.hooks import PROJECT, PluginSpec

if TYPE_CHECKING:
    import pluggy
    from pydantic.fields import FieldInfo

    from mp_core.plugin.account import Account


Order = Literal["tryfirst", "trylast"]


class HookDetail(Frozen):
    """One hook that a plugin implements.

    Attributes:
        name: Its name.
        is_wrapper: Whether it is around the other implementations, and none by itself.
        order: Where it is called among the others, when that is not its usual place.
        parameters: The parameters that it asks for.
    """

    name: str
    is_wrapper: bool
    order: Order | None
    parameters: tuple[str, ...]


class FieldDetail(Frozen):
    """One field that an account type adds to those of every account.

    Attributes:
        name: Its name.
        type: The type of its values, as Python writes it.
        is_required: Whether an account needs it.
        is_secret: Whether it is a secret, or holds one.
        variable: The variable that may hold it at a login, where the type has a secret.
        about: What its author says about it.
    """

    name: str
    type: str
    is_required: bool
    is_secret: bool
    variable: str | None
    about: str | None


def hooks_of(plugin: object) -> tuple[HookDetail, ...]:
    """Return the hooks of the contract that a plugin implements, by name."""
    manager = Manager(PROJECT)
    manager.add_hookspecs(PluginSpec)
    manager.register(plugin)
    callers = [each for each in manager.get_hookcallers(plugin) or () if each.spec is not None]
    details = [_hook(caller.name, each) for caller in callers for each in caller.get_hookimpls()]
    return tuple(sorted(details, key=lambda detail: detail.name))


def fields_of(model: type[Account]) -> tuple[FieldDetail, ...]:
    """Return the fields that an account type adds, in the order of its model."""
    own = {name: info for name, info in model.model_fields.items() if name not in COMMON}
    has_secret = any(map(is_secret, own.values()))
    return tuple(_field(name, info, has_variable=has_secret) for name, info in own.items())


def variables_of(fields: Iterable[FieldDetail]) -> tuple[str, ...]:
    """Return the variables that may hold the fields, sorted."""
    return tuple(sorted({field.variable for field in fields if field.variable}))


def file_of(plugin: object) -> str | None:
    """Return the file that a plugin was loaded from; None for one that was made in memory."""
    own = getattr(plugin, "__file__", None)
    module = sys.modules.get(getattr(plugin, "__module__", None) or "")
    return own or getattr(module, "__file__", None)


def _hook(name: str, implementation: pluggy.HookImpl) -> HookDetail:
    return HookDetail(
        name=name,
        is_wrapper=bool(implementation.wrapper or implementation.hookwrapper),
        order=_order(implementation),
        parameters=tuple(implementation.argnames),
    )


def _order(implementation: pluggy.HookImpl) -> Order | None:
    if implementation.tryfirst:
        return "tryfirst"
    return "trylast" if implementation.trylast else None


def _field(name: str, info: FieldInfo, *, has_variable: bool) -> FieldDetail:
    return FieldDetail(
        name=name,
        type=_spelled(info.annotation),
        is_required=info.is_required(),
        is_secret=is_secret(info),
        variable=variable_of(name, info) if has_variable else None,
        about=info.description,
    )


def _spelled(annotation: Any) -> str:
    """Return a type as its author wrote it, without the modules."""
    is_class = isinstance(annotation, type) and not hasattr(annotation, "__args__")
    text = annotation.__name__ if is_class else str(annotation)
    return re.sub(r"\b[A-Za-z_][\w.]*\.(?=[A-Za-z_])", "", text)
