"""The configuration file: read once per version, edited in place under a lock."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mp_core import files, paths
from mp_core.account_model import Account, reveal
from mp_core.errors import ConfigError
from mp_core.locks import locked
from mp_core.models import ActiveSession, Target
from mp_core.registry import Registry
from mp_core.snapshot import ConfigSnapshot


class ConfigStore:
    """The configuration file at one path."""

    def __init__(self, path: Path | None, registry: Registry) -> None:
        """Describe the store; nothing is read. Without a path it is empty and cannot be written."""
        self.path = path
        self._registry = registry
        self._cached: tuple[object, ConfigSnapshot] = (object(), self._snapshot(""))

    def read(self) -> ConfigSnapshot:
        """Return the file's present version; parsed again only when the file has changed.

        Raises:
            ConfigError: It is there and cannot be used.
        """
        stamp = files.stamp(self.path) if self.path else None
        known, snapshot = self._cached
        if known != stamp:
            snapshot = self._snapshot(self._text())
            self._cached = stamp, snapshot
        return snapshot

    @contextmanager
    def transaction(self) -> Iterator[ConfigEdit]:
        """Lock the file, read it again, and write what the block changes, or nothing if it raises.

        Raises:
            ConfigError: The file cannot be used, or cannot be written.
        """
        if self.path is None:
            raise paths.no_home()
        with locked(self.path):
            before = self._snapshot(self._text())
            edit = ConfigEdit(before, self._registry)
            yield edit
            if edit.snapshot.text != before.text:
                files.write_private(self.path, edit.snapshot.text)

    def _text(self) -> str:
        return (files.read_private(self.path) or "") if self.path else ""

    def _snapshot(self, text: str) -> ConfigSnapshot:
        return ConfigSnapshot(self.path, text, self._registry)


@functools.lru_cache(maxsize=16)
def config_store(path: Path | None, registry: Registry) -> ConfigStore:
    """Return the process's store for a path, so that all share one parsed version."""
    return ConfigStore(path, registry)


class ConfigEdit:
    """The file inside a transaction; every change is checked and shows in `snapshot` at once."""

    def __init__(self, snapshot: ConfigSnapshot, registry: Registry) -> None:
        self.snapshot = snapshot
        self._registry = registry

    def put_account(self, account: Account) -> None:
        """Add or replace an account's block."""
        self._put_account(account.name, reveal(account))

    def remove_account(self, name: str) -> None:
        """Remove an account's block; `[active]` is emptied if it named the account."""
        self._put(("accounts", name), None)
        if self._active.account == name:
            self.activate(None)

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
        self.activate(self.snapshot.active.account, workspace)

    def set_default_project(self, name: str, project: str) -> None:
        """Set an account's default project.

        A workspace that was pinned for the active account's old project is dropped.
        """
        self._put_account(name, {**self.snapshot.block(name), "default_project": project})

    @property
    def _active(self) -> ActiveSession:
        """The `[active]` table; a broken one is in force nowhere, and stops no other edit."""
        try:
            return self.snapshot.active
        except ConfigError:
            return ActiveSession()

    def _put_account(self, name: str, block: dict[str, Any]) -> None:
        """Write the block; a workspace pin does not outlive the project that it was made for."""
        active = self._active
        old = self.snapshot.block(name) if name in self.snapshot.account_names() else {}
        self._put(("accounts", name), block)
        moved = any(old.get(key) != block.get(key) for key in ("default_project", "region"))
        if active.account == name and active.workspace and moved:
            self.pin_workspace(None)

    def _put(self, path: tuple[str, ...], table: Mapping[str, Any] | None) -> None:
        from mp_core.toml_edit import edit_table

        text = edit_table(self.snapshot.text, path, table)
        self.snapshot = ConfigSnapshot(self.snapshot.path, text, self._registry)
