"""Edits of the configuration inside a transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mp_core._config.document import ConfigDocument, is_configured
from mp_core._values.session import ActiveSession, Session, Target
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account, reveal

if TYPE_CHECKING:
    from mp_core._config.changes import Change


class ConfigEdit:
    """The file inside a transaction; every change is checked and shows in `document` at once.

    Args:
        text: The text of the file.
        document: What it holds.
    """

    def __init__(self, text: str, document: ConfigDocument) -> None:
        self.document = document
        self._before = document.tables
        self._text = text
        self._paths: dict[tuple[str, ...], None] = {}
        self._following: list[Callable[[], object]] = []
        self._renamed: dict[str, str] = {}

    def outcome(self) -> tuple[str, ConfigDocument]:
        """Return the text of the file with all changes, and the document that was read back."""
        from mp_core._config.toml_edit import edited

        text, tables = edited(self._text, self._before, self.document.tables, self._paths)
        return text, self.document.with_tables(dict(tables))

    def changes(self) -> list[Change]:
        """Return what is changed so far about accounts."""
        from mp_core._config.changes import changes

        return changes(self._before, self.document.tables, self._renamed)

    def then(self, action: Callable[[], object]) -> None:
        """Do something once the file is written, and put the file back if that fails.

        So what the configuration no longer names is deleted last: a process that is killed before
        leaves something behind, and has taken nothing away.
        """
        self._following.append(action)

    @property
    def has_followers(self) -> bool:
        """Whether something is to be done once the file is written."""
        return bool(self._following)

    def follow(self) -> None:
        """Do what is to be done once the file is written."""
        for action in self._following:
            action()

    def put_account(self, account: Account) -> None:
        """Add or replace an account's block."""
        self._put_account(account.name, reveal(account))

    def remove_account(self, name: str) -> None:
        """Remove an account's block; `[active]` is emptied if it named the account."""
        self._put(("accounts", name), None)
        if self._active.account == name:
            self.activate(None)

    def rename_account(self, old: str, new: str) -> None:
        """Give an account's block another name, in `[active]` and in its targets as well."""
        active = self._active
        self._renamed[new] = old
        self._put(("accounts", new), self.document.block(old))
        for name in self.document.targets_of(old):
            block = self.document.tables["targets"][name]
            self._put(("targets", name), {**block, "account": new})
        self._put(("accounts", old), None)
        if active.account == old:
            self.activate(new, active.workspace)

    def put_target(self, target: Target) -> None:
        """Add or replace a target's block."""
        fields = target.model_dump(exclude={"name"}, exclude_none=True)
        self._put(("targets", target.name), fields)

    def remove_target(self, name: str) -> None:
        """Remove a target's block."""
        self._put(("targets", name), None)

    def activate(self, account: str | None, workspace: int | None = None) -> None:
        """Set both keys of `[active]`; None removes one."""
        fields = {"account": account, "workspace": workspace}
        self._put(("active",), {key: value for key, value in fields.items() if value is not None})

    def pin_workspace(self, workspace: int | None) -> None:
        """Set or remove the workspace of `[active]`."""
        self.activate(self.document.active.account, workspace)

    def set_default_project(self, name: str, project: str | None) -> None:
        """Set an account's default project, or take it away.

        A workspace that was pinned for the active account's old project is dropped.
        """
        block = {**self.document.block(name), "default_project": project}
        self._put_account(name, {key: value for key, value in block.items() if value is not None})

    def put_extensions(self, names: Sequence[str]) -> None:
        """Set which extensions are switched on; the other settings stay."""
        settings = self.document.tables.get("settings", {})
        self._put(("settings",), {**settings, "extensions": [*names]})

    @property
    def _active(self) -> ActiveSession:
        """The `[active]` table; a broken one is in force nowhere, and stops no other edit."""
        try:
            return self.document.active
        except ConfigError:
            return ActiveSession()

    def _put_account(self, name: str, block: dict[str, Any]) -> None:
        """Write the block; a workspace pin does not outlive the project that it was made for."""
        active = self._active
        old = self.document.block(name) if name in self.document.account_names() else {}
        self._put(("accounts", name), block)
        moved = any(old.get(key) != block.get(key) for key in ("default_project", "region"))
        if active.account == name and active.workspace and moved:
            self.pin_workspace(None)

    def _put(self, path: tuple[str, ...], table: Mapping[str, Any] | None) -> None:
        from mp_core._config.toml_edit import replaced

        self.document = self.document.with_tables(replaced(self.document.tables, path, table))
        self._paths[path] = None


def persist_session(edit: ConfigEdit, session: Session) -> None:
    """Make a session's account, project and workspace the default, inside a transaction.

    Raises:
        ConfigError: Its account is not the one in the configuration.
    """
    if not is_configured(edit.document, session.account):
        raise _not_configured(session.account)
    _persist(edit, session.account.name, session.project_id, session.workspace_id)


def persist_target(edit: ConfigEdit, name: str) -> Target:
    """Make a target's three axes the default, inside a transaction, and return it.

    Raises:
        TargetNotFoundError: There is none of this name.
        ConfigError: Its account is not there, or cannot be used.
    """
    target = edit.document.target(name)
    edit.document.account(target.account)
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
