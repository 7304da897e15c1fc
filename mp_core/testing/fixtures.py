"""Fixtures for pytest. Import them into a `conftest.py`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mp_core.sandbox import Sandbox
from mp_core.testing.clock import FakeClock

__all__ = ["clock", "home", "isolate", "sandbox"]


def isolate(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a directory the home, and an environment that is silent on Mixpanel and proxies."""
    for name in list(os.environ):
        if name.startswith("MP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(directory))


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory, and an environment that says nothing about Mixpanel or proxies."""
    directory = tmp_path_factory.mktemp("home")
    isolate(directory, monkeypatch)
    return directory


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until it is told to go on."""
    return FakeClock()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local Mixpanel that is running."""
    with Sandbox() as running:
        yield running
