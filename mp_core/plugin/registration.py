"""Registering plugins in a process: for notebooks, for programs that embed the core, for tests."""

from __future__ import annotations

from mp_core.plugin._host import registrations
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS


def register(type: str, plugin: object, *, replace: bool = False) -> None:
    """Let a plugin serve an account type in this process, as an installed provider does.

    It is in force at once and everywhere in the process, also for what was made before, and in its
    forked children. `MP_PLUGINS` does not keep it out: whoever registers it has loaded it. A
    session that is pickled meanwhile is served in another process only if that one registers the
    type, too.

        from mp_core import plugin

        class Acme:
            @plugin.hookimpl
            def mp_account_model(self):
                return AcmeAccount

            @plugin.hookimpl
            def mp_auth_header(self, account):
                return f"Acme {account.ticket.get_secret_value()}"

        plugin.register("acme", Acme())

    Args:
        type: The account type.
        plugin: A module, or an object, with hook implementations.
        replace: Whether it takes the place of one that is installed or registered.

    Raises:
        ProviderConflictError: There is a provider of the type.
        ProviderFailedError: The plugin does not keep the contract; nothing is registered then.
    """
    registrations.add((PROVIDERS, type), plugin, replace=replace)


def register_extension(name: str, plugin: object, *, replace: bool = False) -> None:
    """Switch an extension on in this process: for every account, whatever the settings say.

    What `[settings].extensions` of one configuration switches on is not on for another; what is
    registered is on for all of them by design, and without being named. Else see `register`.

    Args:
        name: What it is called in errors, and where sessions travel.
        plugin: A module, or an object, with hook implementations.
        replace: Whether it takes the place of one that is installed or registered.

    Raises:
        ProviderConflictError: There is an extension of this name.
        ProviderFailedError: The plugin does not keep the contract; nothing is registered then.
    """
    registrations.add((EXTENSIONS, name), plugin, replace=replace)
