"""One version of the configuration file, validated block by block as blocks are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from mp_core._cached import Cached
from mp_core._config.toml_syntax import tables_in
from mp_core._frozen import Frozen, problems
from mp_core._values.headers import NO_HEADERS, Headers
from mp_core._values.session import ActiveSession, Target, is_same
from mp_core.errors import AccountNotFoundError, ConfigError, ProviderError, TargetNotFoundError
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account

_LEGACY: Final = ("config_version", "default", "credentials", "projects")
_Model = TypeVar("_Model", bound=Frozen)


class ConfigDocument:
    """One version of the file. Blocks are validated when they are asked for, each on its own."""

    def __init__(self, path: Path | None, tables: dict[str, Any], host: Host) -> None:
        """Take what the file holds, which nobody may change any more.

        Args:
            path: The file.
            tables: What it holds.
            host: The plugins that may be used; the file says which extensions are.

        Raises:
            ConfigError: It is a legacy layout.
        """
        _refuse_legacy(path, tables)
        self.path = path
        self.tables = tables
        self._allowed = host
        self._accounts: dict[str, Account] = {}
        self._targets: dict[str, Target] = {}

    @classmethod
    def parsed(cls, path: Path | None, text: str, host: Host) -> ConfigDocument:
        """Return what a text holds, behind the byte order mark that it may have.

        Raises:
            ConfigError: It is no TOML, or a legacy layout.
        """
        return cls(path, tables_in(path, text), host)

    def unvalidated(self) -> ConfigDocument:
        """Return the version with every account still to be validated: plugins are asked again."""
        return ConfigDocument(self.path, self.tables, self._allowed)

    def with_tables(self, tables: dict[str, Any]) -> ConfigDocument:
        """Return the version with other tables; accounts whose very block is kept stay validated.

        Under other settings none does: extensions have a say in what an account may be.
        """
        version = ConfigDocument(self.path, tables, self._allowed)
        if tables.get("settings") is self.tables.get("settings"):
            old, new = (each.get("accounts", {}) for each in (self.tables, tables))
            known = self._accounts.copy().items()  # Another thread may add one meanwhile.
            version._accounts = {name: kept for name, kept in known if new.get(name) is old[name]}
        return version

    def account_names(self) -> list[str]:
        """Return the names of all accounts, valid or not, sorted."""
        return sorted(self._group("accounts"))

    def target_names(self) -> list[str]:
        """Return the names of all targets, sorted."""
        return sorted(self._group("targets"))

    def block(self, name: str) -> dict[str, Any]:
        """Return an account's block as it stands in the file.

        Raises:
            AccountNotFoundError: There is none.
            ConfigError: It is not a table.
        """
        blocks = self._group("accounts")
        if name not in blocks:
            raise unknown_account(name, self.account_names())
        if not isinstance(blocks[name], dict):
            raise self._invalid(f"accounts.{name}", "it is not a table")
        return dict(blocks[name])

    def account(self, name: str) -> Account:
        """Return a configured account.

        Raises:
            AccountNotFoundError: There is none of this name.
            ProviderError: Its provider is missing or failed.
            ConfigError: Its block is invalid, or a plugin refuses it.
        """
        if name not in self._accounts:
            account = self._validated(name, self.block(name))
            self.host.validate(account, "load")
            self._accounts[name] = account.served_by(self.host.plugins)
        return self._accounts[name]

    def usable_account(self, name: str) -> Account | None:
        """Return a configured account, or None when its block or its provider is unusable.

        Raises:
            AccountNotFoundError: There is none of this name.
            ConfigError: The accounts are no table.
        """
        if name not in (known := self.account_names()):
            raise unknown_account(name, known)
        try:
            return self.account(name)
        except ConfigError:
            return None

    def target(self, name: str) -> Target:
        """Return a target.

        Raises:
            TargetNotFoundError: There is none of this name.
            ConfigError: Its block is invalid.
        """
        if name not in self._targets:
            self._targets[name] = self._target(name)
        return self._targets[name]

    def targets_of(self, account: str) -> list[str]:
        """Return the names of the targets that use an account, sorted."""
        blocks = self._group("targets").items()
        return sorted(
            name
            for name, block in blocks
            if isinstance(block, dict) and block.get("account") == account
        )

    @Cached
    def active(self) -> ActiveSession:
        """The `[active]` table.

        Raises:
            ConfigError: It is invalid.
        """
        return self._model(ActiveSession, "active", self.tables.get("active", {}))

    @Cached
    def headers(self) -> Headers:
        """The custom header of `[settings]`, as the headers of a session.

        Raises:
            ConfigError: It is malformed, or sets a header that it must not.
        """
        header = self._settings.get("custom_header")
        if header is None:
            return NO_HEADERS
        is_pair = isinstance(header, dict) and header.keys() == {"name", "value"}
        if not is_pair or not isinstance(header["name"], str):
            raise self._invalid("settings", "custom_header needs a name and a value")
        try:
            return Headers({header["name"]: header["value"]})
        except ValueError as error:
            raise self._invalid("settings", str(error)) from None

    @Cached
    def extensions(self) -> list[str]:
        """The names of the extensions that are switched on.

        Raises:
            ConfigError: They are no list of names.
        """
        names = self._settings.get("extensions", [])
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return names
        raise self._invalid("settings", "extensions is not a list of names")

    @Cached
    def host(self) -> Host:
        """The plugins that serve the accounts of this version: its extensions are on.

        Raises:
            ConfigError: They are no list of names.
        """
        return self._allowed.with_extensions(self.extensions)

    @property
    def _settings(self) -> dict[str, Any]:
        return self._group("settings")

    def _group(self, name: str) -> dict[str, Any]:
        group = self.tables.get(name, {})
        if isinstance(group, dict):
            return group
        raise self._invalid(name, "it is not a table")

    def _target(self, name: str) -> Target:
        blocks = self._group("targets")
        if name not in blocks:
            raise unknown_target(name, self.target_names())
        return self._model(Target, f"targets.{name}", blocks[name], name=name)

    def _validated(self, name: str, block: dict[str, Any]) -> Account:
        kind = block.get("type")
        if not isinstance(kind, str):
            raise self._invalid(f"accounts.{name}", "it has no type")
        try:
            return self._model(self.host.model(kind), f"accounts.{name}", block, name=name)
        except ProviderError as error:
            error.details["account"] = name
            raise

    def _model(self, model: type[_Model], table: str, block: Any, **extra: Any) -> _Model:
        if not isinstance(block, dict):
            raise self._invalid(table, "it is not a table")
        if own := extra.keys() & block.keys():
            raise self._invalid(table, f"the key {min(own)} is not allowed here")
        try:
            return model.model_validate({**block, **extra})
        except ValidationError as error:
            raise self._invalid(table, problems(error)) from None

    def _invalid(self, table: str, reason: str) -> ConfigError:
        return ConfigError(
            f"[{table}] in {self.path} is invalid: {reason}.",
            hint=f"Correct the table [{table}] in {self.path}.",
            details={"path": str(self.path), "table": table},
        )


def unknown_account(name: str, known: list[str]) -> AccountNotFoundError:
    """Return the error for an account that is not there."""
    return AccountNotFoundError(
        f"There is no account {name!r}. {_known('accounts', known)}",
        hint=f"See: mp account list · add it: mp account add {name} --type TYPE --region REGION",
        details={"account": name, "known": known},
    )


def unknown_target(name: str, known: list[str]) -> TargetNotFoundError:
    """Return the error for a target that is not there."""
    return TargetNotFoundError(
        f"There is no target {name!r}. {_known('targets', known)}",
        hint="See: mp target list · "
        f"add it: mp target add {name} --account ACCOUNT --project PROJECT",
        details={"target": name, "known": known},
    )


def _known(what: str, names: list[str]) -> str:
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"Known {what}: {shown}." if names else f"No {what} are configured."


def _refuse_legacy(path: Path | None, tables: Mapping[str, Any]) -> None:
    found = [key for key in _LEGACY if key in tables]
    active = tables.get("active")
    if isinstance(active, dict) and "project" in active:
        found.append("[active].project")
    if found:
        raise ConfigError(
            f"{path} has a legacy layout: {', '.join(found)}.",
            hint="Remove what is named, then add the accounts again with `mp account add`;"
            " a project belongs into its account as default_project.",
            details={"path": str(path), "keys": found},
        )


def is_configured(config: ConfigDocument, account: Account) -> bool:
    """Return whether the configuration holds this very account, not another one of its name."""
    try:
        return is_same(config.account(account.name), account)
    except ConfigError:
        return False
