"""Finding an account class by its name, among the installed providers."""

from __future__ import annotations

from mp_core.errors import ProviderNotInstalledError
from mp_core.plugin._host.discovery import distribution_of_class, matching_type
from mp_core.plugin._host.host import default_host
from mp_core.plugin._host.installers import how_to_install
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import PROVIDERS


def account_class(name: str) -> type[Account]:
    """Return the account class of this name, such as `AcmeAccount` for the type `acme`.

    Raises:
        ProviderNotInstalledError: No installed provider has it.
        ProviderError: Its provider is not allowed, in conflict, or failed.
    """
    known = default_host().loader.scan()
    type_ = matching_type(name, (type_ for group, type_ in known if group == PROVIDERS))
    if type_ is not None:
        model = default_host().model(type_)
        if model.__name__ == name:
            return model
    distribution = distribution_of_class(name)
    raise ProviderNotInstalledError(
        f"{name} is not available: no installed provider has an account class of this name.",
        hint=how_to_install(name, distribution),
        details={"class": name, **({"distribution": distribution} if distribution else {})},
    )
