"""Fixtures for pytest. Import them into a `conftest.py`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mp_core.sandbox import Sandbox

__all__ = ["home", "sandbox"]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory, and an environment that says nothing about Mixpanel or proxies."""
    directory = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith("MP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(directory))
    return directory


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local Mixpanel that is running."""
    with Sandbox() as running:
        yield running
