"""Making a session or a target the default: `[active]` and the account's default project."""

from __future__ import annotations

from mp_core.account_model import Account
from mp_core.config import ConfigEdit
from mp_core.context import Context
from mp_core.errors import ConfigError
from mp_core.identity import is_configured
from mp_core.models import Session, Target


def persist_session(context: Context, session: Session) -> None:
    """Write account and workspace to `[active]` and the project to the account, in one step.

    Raises:
        ConfigError: The account is not in the configuration, or the file cannot be written.
    """
    with context.transaction() as edit:
        if not is_configured(edit.snapshot, session.account):
            raise _not_configured(session.account)
        _persist(edit, session.account.name, session.project_id, session.workspace_id)


def persist_target(edit: ConfigEdit, name: str) -> Target:
    """Make a target's three axes the default, inside a transaction, and return it.

    Raises:
        TargetNotFoundError: There is none of this name.
        ConfigError: Its account is not there, or cannot be used.
    """
    target = edit.snapshot.target(name)
    edit.snapshot.account(target.account)
    _persist(edit, target.account, target.project, target.workspace)
    return target


def _persist(edit: ConfigEdit, account: str, project: str, workspace: int | None) -> None:
    edit.set_default_project(account, project)
    edit.activate(account, workspace)


def _not_configured(account: Account) -> ConfigError:
    return ConfigError(
        f"Account {account.name!r} of this session is not the one in the configuration, so that the"
        " session cannot be made the default.",
        hint=f"Add it first: mp account add {account.name} --type {account.type}"
        f" --region {account.region}",
        code="NOT_CONFIGURED",
        details={"account": account.name},
    )
