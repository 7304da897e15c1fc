"""What the tests of the sandbox stand on: a client of its API, and a program to log in to."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from mp_core.sandbox import Sandbox
from tests.support.oauth_client import Program, open_program
from tests.support.sandbox_calls import open_client


@pytest.fixture
def program(sandbox: Sandbox) -> Iterator[Program]:
    with open_program(sandbox) as opened:
        yield opened


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with open_client(sandbox) as opened:
        yield opened
