"""Making a session the default: `[active]` and the account's default project."""

from __future__ import annotations

from mp_core.account_model import Account
from mp_core.config import ConfigEdit
from mp_core.context import Context
from mp_core.errors import ConfigError
from mp_core.models import Session


def persist_session(context: Context, session: Session) -> None:
    """Write account and workspace to `[active]` and the project to the account, in one step.

    Raises:
        ConfigError: The account is not in the configuration, or the file cannot be written.
    """
    with context.store.transaction() as edit:
        _refuse_foreign(edit, session)
        persist(edit, session.account.name, session.project_id, session.workspace_id)


def persist(edit: ConfigEdit, account: str, project: str, workspace: int | None) -> None:
    """Set all three axes inside a transaction."""
    edit.set_default_project(account, project)
    edit.activate(account, workspace)


def _refuse_foreign(edit: ConfigEdit, session: Session) -> None:
    name = session.account.name
    known = edit.snapshot.account_names()
    # The default project may differ: it is what a switch of project changes.
    same = name in known and _identity(edit.snapshot.account(name)) == _identity(session.account)
    if not same:
        raise ConfigError(
            f"Account {name!r} of this session is not the one in the configuration, so that the"
            " session cannot be made the default.",
            hint=f"Add it first: mp account add {name} --type {session.account.type}",
            code="NOT_CONFIGURED",
            details={"account": name},
        )


def _identity(account: Account) -> dict[str, object]:
    return {key: value for key, value in account if key != "default_project"}
