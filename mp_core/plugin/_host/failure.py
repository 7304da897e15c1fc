"""Why a plugin could not be loaded, as the error that its accounts raise."""

from __future__ import annotations

from typing import NamedTuple

from mp_core.errors import ProviderFailedError
from mp_core.plugin._host.blame import one_line
from mp_core.plugin._host.conformance import ConformanceError
from mp_core.plugin._host.discovery import REGISTERED, Installed
from mp_core.plugin._host.installers import reinstall_command, way_to_update
from mp_core.plugin.hooks import PROVIDERS


class ProviderFailure(NamedTuple):
    """Why a plugin could not be loaded.

    Attributes:
        type: The account type (or the extension's name).
        group: The entry-point group.
        distribution: Name of the distribution.
        version: Its version.
        cause: What happened, in one line.
        hint: What to do about it.
    """

    type: str
    group: str
    distribution: str
    version: str
    cause: str
    hint: str

    @classmethod
    def of(cls, plugin: Installed, error: BaseException) -> ProviderFailure:
        """Return what an exception means for the plugin that was being loaded."""
        known = error if isinstance(error, ConformanceError) else None
        return cls(
            type=plugin.name,
            group=plugin.group,
            distribution=plugin.distribution,
            version=plugin.version,
            cause=str(known) if known else one_line(error, plugin.package),
            hint=(known.hint if known else None) or _renewal(plugin, error),
        )

    @property
    def source(self) -> str:
        """Where the plugin is from, in words."""
        return f"{self.distribution} {self.version}".strip() or REGISTERED

    def error(self) -> ProviderFailedError:
        """Return the failure as the error that its accounts raise."""
        is_provider = self.group == PROVIDERS
        what = f"provider of {self.type} accounts" if is_provider else f"extension {self.type!r}"
        return ProviderFailedError(
            f"The {what}, {self.source}, could not be loaded: {self.cause}.",
            hint=self.hint,
            details={"type": self.type, "distribution": self.distribution},
        )


class Trial(NamedTuple):
    """What loading a plugin showed.

    Attributes:
        contract: The version of the contract that it was written for, or None if it does not say.
        import_ms: How long it took, in milliseconds.
        failure: Why it is not used, or None when it is.
        dropped: Names of its hooks that only a newer version of the contract has.
    """

    contract: str | None
    import_ms: float
    failure: ProviderFailure | None
    dropped: tuple[str, ...] = ()


def _renewal(plugin: Installed, error: BaseException) -> str:
    """Return the advice for a plugin that does not load.

    Where its own code is missing, an update finds that it is the newest already, and does nothing.
    """
    if isinstance(error, ModuleNotFoundError) and error.name == plugin.package:
        return f"Reinstall it: {reinstall_command(plugin.distribution)}"
    return way_to_update(plugin)
