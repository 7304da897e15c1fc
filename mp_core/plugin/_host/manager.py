"""The plugin manager of pluggy, as it is used here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pluggy


class Manager(pluggy.PluginManager):
    """A manager that does not look for hooks among the special names of every module and object."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        """Return what an attribute's marker says, or None for an attribute without one."""
        return None if name.startswith("__") else super().parse_hookimpl_opts(plugin, name)

    def enable_tracing(self) -> Callable[[], None]:
        """Trace calls as pluggy does, but for what is given and returned, which may be secret."""
        trace = self.trace.root.get("hook")

        def before(name: str, implementations: object, given: Mapping[str, object]) -> None:
            trace.root.indent += 1
            trace(name, dict.fromkeys(given, "***"))

        def after(outcome: pluggy.Result[Any], name: str, *_: object) -> None:
            if outcome.exception is None:
                trace("finish", name, "-->", type(outcome.get_result()).__name__)
            trace.root.indent -= 1

        return self.add_hookcall_monitoring(before, after)
