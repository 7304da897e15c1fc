"""A gateway that knows two robots, and their accounts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import mp_core as mp
from mp_core.testing.fixtures import home
from tests.gateway import Gateway

__all__ = ["home"]

SECRETS = {"robot_1": "fake-secret-of-robot-1", "robot_2": "fake-secret-of-robot-2"}


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    with Gateway(**SECRETS) as running:
        monkeypatch.setenv("MP_API_BASE_URL", running.url)
        yield running


@pytest.fixture
def robots(gateway: Gateway) -> None:
    """Accounts of both robots, and one whose secret is wrong."""
    add("one", "robot-1", SECRETS["robot_1"])
    add("two", "robot-2", SECRETS["robot_2"])
    add("wrong", "robot-1", "fake-secret-of-nobody")


def add(name: str, key_id: str, secret: str) -> None:
    given = {"key_id": key_id, "secret": secret}
    mp.accounts.add(name, type="hmac", region="eu", default_project="7", **given)
