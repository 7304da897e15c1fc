"""A gateway, and two accounts with a certificate each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import mp_core as mp
from mp_core.testing.fixtures import home
from tests.authority import Authority
from tests.gateway import Gateway

__all__ = ["home"]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("certificates are made with openssl")
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def ops(authority: Authority) -> Path:
    return authority.certified("ops")


@pytest.fixture(scope="session")
def dev(authority: Authority) -> Path:
    return authority.certified("dev")


@pytest.fixture
def gateway(authority: Authority) -> Iterator[Gateway]:
    with Gateway(authority.server_context()) as running:
        yield running


@pytest.fixture
def accounts(gateway: Gateway, authority: Authority, ops: Path, dev: Path) -> None:
    for name, certificate in (("ops", ops), ("dev", dev)):
        mp.accounts.add(
            name,
            type="gateway",
            region="eu",
            default_project="7",
            gateway=gateway.url,
            certificate=str(certificate),
            authority=str(authority.file),
        )
