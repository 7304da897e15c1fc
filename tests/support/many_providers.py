"""A directory of many providers, each of which looks for its own variable in the environment."""

from __future__ import annotations

from pathlib import Path

from tests.support.home_files import write_config
from tests.support.provider_texts import provider_text
from tests.support.site_directory import Site

ACTIVE = "type0"
"""The type of the account in the configuration of `configure_one`."""

_FINDING = """
from mp_core.plugin import env_account

@hookimpl
def mp_account_from_env(env):
    return env_account(env, FakeAccount, {{"card": "{variable}"}}, rank={rank})
"""


def variable_of(type_: str) -> str:
    """Return the variable that holds the credential of a type."""
    return f"ACME_{type_.upper()}"


def site_of(root: Path, count: int) -> Site:
    """Install so many distributions, each with a provider and its variable."""
    site = Site(root)
    for number in range(count):
        type_ = f"type{number}"
        finding = _FINDING.format(variable=variable_of(type_), rank=number)
        source = provider_text(type_, ["card: SecretStr"]) + finding
        variables = {variable_of(type_): type_}
        site.install(f"acme-{type_}", providers={type_: source}, variables=variables)
    return site


def configure_one(home: Path) -> None:
    """Configure an account of one of the types, which is active."""
    fields = f'type = "{ACTIVE}"\nregion = "us"\ndefault_project = "1"\ncard = "fake-card"\n'
    write_config(home, f'[active]\naccount = "team"\n[accounts.team]\n{fields}')
