"""Where an extension under test is found, so that a new process finds it, too."""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from mp_core._runtime.context import Context
from mp_core._storage import files, paths
from mp_core.plugin._host.discovery import installed
from mp_core.plugin._host.host import Host
from mp_core.plugin._host.registrations import Registrations
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS
from mp_core.testing.extensions.samples import PROVIDERS_OF_SAMPLES

UNNAMED: Final = "extension_under_test"
"""Name of an extension that is no installed one."""


@dataclass(frozen=True)
class Placement:
    """An extension, and how another process finds it.

    Attributes:
        name: Under which it is switched on.
        plugin: The module or object; None for an installed one, which the core loads.
    """

    name: str
    plugin: object | None = None

    def host(self) -> Host:
        """Return a host that has loaded nothing so far, and serves the samples."""
        mine = {} if self.plugin is None else {(EXTENSIONS, self.name): self.plugin}
        samples = {(PROVIDERS, type_): each for type_, each in PROVIDERS_OF_SAMPLES.items()}
        return Host({}, scan=Registrations({**mine, **samples}).scan)

    def process(self, env: Mapping[str, str] | None = None) -> Context:
        """Return the surroundings as a new process has them, the extension switched on.

        Args:
            env: The environment, instead of that of the process.
        """
        plugins = self.host()
        context = Context(plugins=plugins) if env is None else Context(env=env, plugins=plugins)
        _switch_on(self.name, paths.config_file(context.env))
        return context

    def recipe(self) -> dict[str, str]:
        """Return what another process makes the same of."""
        if self.plugin is None:
            return {"name": self.name}
        if isinstance(self.plugin, ModuleType):
            return {"name": self.name, "module": self.plugin.__name__}
        try:
            data = pickle.dumps(self.plugin)
        except Exception as error:
            pytest.skip(f"a new process cannot have the extension: {error}")
        return {"name": self.name, "pickle": base64.b64encode(data).decode()}

    @classmethod
    def made_of(cls, recipe: Mapping[str, str]) -> Placement:
        """Return the extension that another process has described."""
        if module := recipe.get("module"):
            return cls(recipe["name"], import_module(module))
        if data := recipe.get("pickle"):
            return cls(recipe["name"], pickle.loads(base64.b64decode(data)))
        return cls(recipe["name"])


def placed(extension: object) -> Placement:
    """Return where an extension is found; an installed one must be announced."""
    if not isinstance(extension, str):
        return Placement(UNNAMED, extension)
    assert (EXTENSIONS, extension) in installed(), (
        f"Nothing announces the extension {extension!r}. Write into pyproject.toml:\n\n"
        f'  [project.entry-points."{EXTENSIONS}"]\n'
        f'  {extension} = "the_module_with_its_hooks"\n\n'
        "and install the project again, as pip install --editable . does."
    )
    return Placement(extension)


def _switch_on(name: str, config: Path | None) -> None:
    if config is not None and not config.exists():
        files.write_private(config, f"[settings]\nextensions = {json.dumps([name])}\n")
