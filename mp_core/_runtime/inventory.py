"""The installed plugins: whether each can be used, why not, and which accounts depend on it."""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from mp_core._config.document import ConfigDocument
from mp_core._frozen import Frozen
from mp_core._runtime import activation
from mp_core._runtime.activation import Activation, unknown
from mp_core._runtime.anatomy import (
    FieldDetail,
    HookDetail,
    fields_of,
    file_of,
    hooks_of,
    variables_of,
)
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError, ProviderConflictError, ProviderError, ProviderFailedError
from mp_core.plugin._host.broken import BrokenDistribution, broken_distributions
from mp_core.plugin._host.discovery import REGISTERED
from mp_core.plugin._host.loading import Key
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS

PluginKind = Literal["provider", "extension"]
PluginStatus = Literal["available", "not_loaded", "off", "failed", "conflict", "blocked", "missing"]

_OFF: Final = "It is not named in [settings].extensions."
_TO_SWITCH_ON: Final = "To switch it on: mp plugins enable {}"


class PluginSummary(Frozen):
    """One plugin at a glance; of plugins in conflict, each.

    Attributes:
        name: The account type, or the extension's name.
        kind: What it is. An extension serves the accounts of all types.
        distribution: Name of the distribution that announces it, or None when none does.
        version: The distribution's version.
        contract: The version of the contract that it was written for, if it was loaded and says so.
        status: `available` and `failed` once it was loaded, before that `not_loaded`; `off` for an
            extension that is not switched on; `conflict` when several distributions claim the name;
            `blocked` by `MP_PLUGINS`; `missing` when the configuration needs it.
        reason: Why it cannot be used, and the way out; or that code has registered it.
        import_ms: How long loading took, in milliseconds, if it was loaded.
        accounts: Names of the configured accounts of a provider's type.
    """

    name: str
    kind: PluginKind
    distribution: str | None
    version: str | None
    contract: str | None
    status: PluginStatus
    reason: str | None
    import_ms: float | None
    accounts: tuple[str, ...]


class PluginDetail(PluginSummary):
    """All there is to say about one plugin.

    Attributes:
        hooks: The hooks that it implements, if it was loaded.
        fields: The fields that a provider's accounts have beside those of every account.
        variables: The environment variables that it is asked about, or that may hold a field.
        file: The file that it was loaded from.
        is_required: Whether `MP_REQUIRE_EXTENSIONS` names it.
    """

    hooks: tuple[HookDetail, ...] = ()
    fields: tuple[FieldDetail, ...] = ()
    variables: tuple[str, ...] = ()
    file: str | None = None
    is_required: bool = False


class Plugins:
    """The plugins of one environment, beside one configuration file."""

    def __init__(self, context: Context | None = None) -> None:
        """Take the surroundings, those of the process unless told otherwise."""
        self._context = context or Context()
        self._host = self._context.bare_host
        self._loader = self._host.loader

    def list(self, *, load: bool = False) -> builtins.list[PluginSummary]:
        """Return all plugins, the providers first, each group by name.

        Args:
            load: Whether to load what can be used. Without it nothing is imported, and what is
                wrong with a plugin itself shows only if it was loaded before.

        Raises:
            ConfigError: The configuration file cannot be used.
        """
        config = self._context.config()
        return [row for key in self._keys(config) for row in self._summaries(key, config, load)]

    def show(self, name: str, *, load: bool = True) -> PluginDetail:
        """Return one plugin with all that loading it shows; see `list`.

        Raises:
            ProviderNotInstalledError: There is none of this name, and nothing needs one.
            ConfigError: The configuration file cannot be used.
        """
        config = self._context.config()
        known = {other: (group, other) for group, other in reversed(self._keys(config))}
        if name not in known:
            raise unknown(name, known)
        if load:
            self._try(known[name])
        summary = next(self._summaries(known[name], config, load))
        return PluginDetail(
            **dict(summary),
            **self._anatomy(known[name]),
            is_required=known[name][0] == EXTENSIONS and name in self._host.required,
        )

    def enable(self, name: str) -> Activation:
        """Switch an extension on in the configuration file, once it has shown that it loads.

        Raises:
            ProviderNotInstalledError: There is none of this name.
            ProviderError: It does not load, or is not allowed.
            ConfigError: It is a provider, or the configuration file cannot be used.
        """
        return activation.enable(self._context, name)

    def disable(self, name: str) -> Activation:
        """Switch an extension off in the configuration file, also one that is gone.

        Raises:
            ProviderNotInstalledError: There is none of this name.
            ConfigError: It is a provider, or the configuration file cannot be used.
        """
        return activation.disable(self._context, name)

    def broken(self) -> builtins.list[BrokenDistribution]:
        """Return the installed distributions that are broken, whether they hold plugins or not."""
        return broken_distributions()

    def _keys(self, config: ConfigDocument) -> builtins.list[Key]:
        """Return what is installed or needed: the providers by name, then the extensions."""
        types = {
            (PROVIDERS, type_) for name in config.account_names() if (type_ := _type(config, name))
        }
        needed = types | {(EXTENSIONS, name) for name in config.host.plugins.extensions}
        return sorted(
            {*self._loader.scan(), *needed}, key=lambda key: (key[0] != PROVIDERS, key[1])
        )

    def _summaries(self, key: Key, config: ConfigDocument, load: bool) -> Iterator[PluginSummary]:
        group, name = key
        status, reason = self._status(key, config, load)
        trial = self._loader.trial(group, name)
        for plugin in sorted(self._loader.scan().get(key, ()), key=str) or (None,):
            yield PluginSummary(
                name=name,
                kind="provider" if group == PROVIDERS else "extension",
                distribution=plugin.distribution or None if plugin else None,
                version=plugin.version or None if plugin else None,
                contract=trial.contract if trial else None,
                status=status,
                reason=reason,
                import_ms=trial.import_ms if trial else None,
                accounts=_accounts(config, name) if group == PROVIDERS else (),
            )

    def _try(self, key: Key) -> None:
        """Load a plugin, also one that is off; why it does not load stays on record."""
        with contextlib.suppress(ProviderError):
            self._loader.plugin(*key)

    def _anatomy(self, key: Key) -> dict[str, Any]:
        """Return what a plugin is made of; nothing for one that is not loaded."""
        trial = self._loader.trial(*key)
        if trial is None or trial.failure is not None:
            return {}
        plugin = self._loader.plugin(*key)
        fields = fields_of(self._loader.models[key[1]]) if key[0] == PROVIDERS else ()
        return {
            "hooks": hooks_of(plugin),
            "fields": fields,
            "variables": self._variables(key, fields),
            "file": file_of(plugin),
        }

    def _variables(self, key: Key, fields: Iterable[FieldDetail]) -> tuple[str, ...]:
        """Return the variables that its distribution announces, then those of its fields."""
        announced = self._loader.announced(*key).variables or ()
        return tuple(dict.fromkeys([*announced, *variables_of(fields)]))

    def _status(
        self, key: Key, config: ConfigDocument, load: bool
    ) -> tuple[PluginStatus, str | None]:
        try:
            self._loader.announced(*key)
            if self._is_off(key, config):
                return "off", f"{_OFF} {_TO_SWITCH_ON.format(key[1])}"
            if not load and self._loader.trial(*key) is None:
                return "not_loaded", None
            self._loader.plugin(*key)
        except ProviderError as error:
            return self._judged(key, error), f"{error.message} {error.hint}"
        return "available", REGISTERED if self._loader.is_registered(key) else None

    def _is_off(self, key: Key, config: ConfigDocument) -> bool:
        """Return whether an extension is off, and not known to be one that does not load."""
        trial = self._loader.trial(*key)
        if key[0] != EXTENSIONS or (trial and trial.failure):
            return False
        return key[1] not in config.host.plugins.extensions

    def _judged(self, key: Key, error: ProviderError) -> PluginStatus:
        if isinstance(error, ProviderConflictError):
            return "conflict"
        if isinstance(error, ProviderFailedError):
            return "failed"
        return "blocked" if key in self._loader.scan() else "missing"


def _accounts(config: ConfigDocument, type_: str) -> tuple[str, ...]:
    return tuple(name for name in config.account_names() if _type(config, name) == type_)


def _type(config: ConfigDocument, account: str) -> str | None:
    """Return the type in an account's block, or None where there is none that could be one."""
    try:
        value = config.block(account).get("type")
    except ConfigError:
        return None
    return value if isinstance(value, str) and value else None
