"""What the tests of a plugin stand on: the contract as tests, a home, a clock, a local Mixpanel.

A provider's tests begin with a subclass that supplies an account, and what else its type has:

    from mp_core.testing import ProviderContract

    class TestContract(ProviderContract):
        @pytest.fixture
        def account(self) -> AcmeAccount:
            return AcmeAccount(name="team", region="eu", default_project="1", ticket="fake-ticket")

        @pytest.fixture
        def environment(self) -> dict[str, str]:
            return {"ACME_TICKET": "fake-ticket", "MP_PROJECT_ID": "1", "MP_REGION": "eu"}

An extension's tests do the same with `TokenStoreContract`, `PolicyContract` and `AuditContract`:

    from mp_core.testing import PolicyContract, SampleAccount

    class TestPolicy(PolicyContract):
        @pytest.fixture
        def extension(self) -> str:
            return "acme_policy"  # Its entry point; or the module or object with its hooks.

        @pytest.fixture
        def accepted(self) -> list[SampleAccount]:
            return [SampleAccount(name="inside", region="eu")]

        @pytest.fixture
        def refused(self) -> list[SampleAccount]:
            return [SampleAccount(name="outside", region="us")]

The fixtures `home`, `clock` and `sandbox` go into a `conftest.py`:

    from mp_core.testing.fixtures import clock, home, sandbox
"""

import pkgutil

import pytest

# Without this, Python with -O would check nothing.
pytest.register_assert_rewrite(
    *(f"{__name__}.{part.name}" for part in pkgutil.iter_modules(__path__))
)

from mp_core.testing.clock import FakeClock  # noqa: E402 - What is loaded already stays as it is.
from mp_core.testing.contract import ProviderContract  # noqa: E402 - So does this.
from mp_core.testing.extensions.contracts import (  # noqa: E402 - And this.
    AuditContract,
    PolicyContract,
    TokenStoreContract,
)
from mp_core.testing.extensions.samples import SampleAccount  # noqa: E402 - And this.
from mp_core.testing.registration import plugins  # noqa: E402 - And this.

__all__ = [
    "AuditContract",
    "FakeClock",
    "PolicyContract",
    "ProviderContract",
    "SampleAccount",
    "TokenStoreContract",
    "plugins",
]
