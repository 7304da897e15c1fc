"""The contract of a provider, as tests that its author inherits."""

from __future__ import annotations

from mp_core.testing.bridge import BridgeChecks
from mp_core.testing.connection import ConnectionChecks
from mp_core.testing.credential import CredentialChecks
from mp_core.testing.environment import EnvironmentChecks
from mp_core.testing.grants import GrantChecks
from mp_core.testing.header import HeaderChecks
from mp_core.testing.imports import ImportChecks
from mp_core.testing.model import ModelChecks
from mp_core.testing.persistence import PersistenceChecks
from mp_core.testing.secrecy import SecrecyChecks
from mp_core.testing.signing import SigningChecks


class ProviderContract(
    ModelChecks,
    SecrecyChecks,
    CredentialChecks,
    HeaderChecks,
    SigningChecks,
    ConnectionChecks,
    EnvironmentChecks,
    PersistenceChecks,
    GrantChecks,
    BridgeChecks,
    ImportChecks,
):
    """Everything that a provider owes the core. Subclass it, and override the fixture `account`.

    A type that logs in or refreshes also overrides `tokens`, one that the environment can hold
    `environment`; where the type's server answers a token request in its own way, override the
    method `answer`. Every failure says what to change in the provider.
    """
