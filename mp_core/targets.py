"""`mp.targets`: named triples of account, project and workspace."""

from __future__ import annotations

import builtins

from pydantic import ValidationError

from mp_core._api.owner import warn_if_refuted
from mp_core._config.document import unknown_account, unknown_target
from mp_core._config.edit import persist_target
from mp_core._frozen import problems
from mp_core._runtime.context import Context
from mp_core._sealed import sealed_face
from mp_core._values.session import Target
from mp_core._warning import warn
from mp_core.errors import ConfigError


@sealed_face
class Targets:
    """The targets of one configuration file."""

    def __init__(self, context: Context | None = None) -> None:
        """Take the surroundings, those of the process unless told otherwise."""
        self._context = context or Context()

    def list(self) -> builtins.list[Target]:
        """Return all targets by name; a broken one is left out with a warning."""
        config = self._context.config()
        found = []
        for name in config.target_names():
            try:
                found.append(config.target(name))
            except ConfigError as error:
                warn(error.message, stacklevel=2)
        return found

    def show(self, name: str) -> Target:
        """Return one target.

        Raises:
            TargetNotFoundError: There is none of this name.
        """
        return self._context.config().target(name)

    def add(
        self, name: str, *, account: str, project: str | int, workspace: int | None = None
    ) -> Target:
        """Add a target.

        Raises:
            AccountNotFoundError: The account is not configured.
            ConfigError: The name is taken, or a value is invalid.
        """
        target = _target(name, account, str(project), workspace)
        with self._context.transaction() as edit:
            if name in edit.document.target_names():
                raise _exists(name)
            if account not in edit.document.account_names():
                raise unknown_account(account, edit.document.account_names())
            edit.put_target(target)
        if (found := self._context.config().usable_account(account)) is not None:
            warn_if_refuted(self._context, found, target.project)
        return target

    def use(self, name: str) -> Target:
        """Make a target's account, project and workspace the default, in one step.

        Raises:
            TargetNotFoundError: There is none of this name.
            ConfigError: Its account is not there, or cannot be used.
        """
        with self._context.transaction() as edit:
            return persist_target(edit, name)

    def remove(self, name: str) -> None:
        """Remove a target; its account stays.

        Raises:
            TargetNotFoundError: There is none of this name.
        """
        with self._context.transaction() as edit:
            if name not in edit.document.target_names():
                raise unknown_target(name, edit.document.target_names())
            edit.remove_target(name)


def _target(name: str, account: str, project: str, workspace: int | None) -> Target:
    try:
        return Target(name=name, account=account, project=project, workspace=workspace)
    except ValidationError as error:
        reason = problems(error)
    raise ConfigError(
        f"The target {name!r} is invalid: {reason}.",
        hint="A name has 1 to 64 letters, digits, _ and -; ids are digits.",
        code="INVALID_TARGET",
    )


def _exists(name: str) -> ConfigError:
    return ConfigError(
        f"There is already a target {name!r}.",
        hint=f"Remove it first: mp target remove {name}",
        code="TARGET_EXISTS",
        details={"target": name},
    )


_targets = Targets()
list = _targets.list
show = _targets.show
add = _targets.add
use = _targets.use
remove = _targets.remove
