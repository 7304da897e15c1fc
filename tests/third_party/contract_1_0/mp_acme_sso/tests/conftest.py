"""A single sign-on, and an account that logs in there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mp_acme_sso import AcmeSsoAccount
from mp_core.testing.fixtures import clock, home
from tests.sso import Sso, made

__all__ = ["clock", "home"]


@pytest.fixture
def sso() -> Iterator[Sso]:
    with Sso() as running:
        yield running


@pytest.fixture
def account(sso: Sso) -> AcmeSsoAccount:
    return made(issuer=sso.url)
