"""`mp.session`: the default account, project and workspace that the configuration holds."""

from __future__ import annotations

from mp_core._api.owner import warn_if_refuted
from mp_core._config.edit import ConfigEdit, persist_target
from mp_core._runtime.context import Context
from mp_core._sealed import sealed_face
from mp_core._values.selection import Selection, selected
from mp_core._values.session import ActiveSession
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account


@sealed_face
class DefaultSession:
    """The `[active]` table of one configuration file, and its account's default project."""

    def __init__(self, context: Context | None = None) -> None:
        """Take the surroundings, those of the process unless told otherwise."""
        self._context = context or Context()

    def show(self) -> ActiveSession:
        """Return the `[active]` table."""
        return self._context.config().active

    def use(
        self,
        *,
        account: str | None = None,
        project: str | int | None = None,
        workspace: int | None = None,
        target: str | None = None,
    ) -> ActiveSession:
        """Set what is given, in one step, and return the `[active]` table.

        The project becomes the default one of the account that is given, else of the active one. A
        workspace that is not given is dropped when account or project change.

        Raises:
            ConfigError: Something named is not there or cannot be used, or there is no active
                account.
            ValueError: A target was given beside another axis.
        """
        asked = selected(account, project, workspace, target)
        with self._context.transaction() as edit:
            _apply(edit, asked)
            active = edit.document.active
        if asked.project is not None:
            who = self._context.config().account(active.account or "")
            warn_if_refuted(self._context, who, who.default_project)
        return active


def _apply(edit: ConfigEdit, asked: Selection) -> None:
    if asked.target is not None:
        persist_target(edit, asked.target)
        return
    if asked.account is not None and asked.account != edit.document.active.account:
        edit.document.account(asked.account)
        edit.activate(asked.account)
    if asked.project is not None:
        edit.set_default_project(_active_account(edit).name, asked.project)
    if asked.workspace is not None:
        if _active_account(edit).default_project is None:
            raise _no_project(asked.workspace)
        edit.pin_workspace(asked.workspace)


def _active_account(edit: ConfigEdit) -> Account:
    name = edit.document.active.account
    if name is not None:
        return edit.document.account(name)
    raise ConfigError(
        "There is no active account to set this for.",
        hint="Name one: mp account use NAME, in Python account=.",
        code="NO_ACCOUNT",
    )


def _no_project(workspace: int) -> ConfigError:
    return ConfigError(
        f"There is no default project that the workspace {workspace} could belong to.",
        hint="Set both: mp workspace use ID --project ID, in Python project=.",
        code="NO_PROJECT",
    )


_session = DefaultSession()
show = _session.show
use = _session.use
