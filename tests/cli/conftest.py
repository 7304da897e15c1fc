"""A user with three accounts at the sandbox, one active, and two targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from mp_core.sandbox import Sandbox
from tests.support.home_files import write_config
from tests.support.shell import Shell

CONFIG = """\
[active]
account = "ci"

[accounts.ci]
type = "service_account"
region = "us"
default_project = "3018488"
username = "ci.fake.robot"
secret = "fake-secret-of-ci"

[accounts.agent]
type = "oauth_token"
region = "us"
default_project = "10"
token_env = "AGENT_TOKEN"

[accounts.me]
type = "oauth_browser"
region = "us"

[targets.ecom]
account = "agent"
project = "9"
workspace = 92

[targets.bare]
account = "ci"
project = "3018489"
"""


@pytest.fixture
def bare(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell in an empty home, which is the current directory, too."""
    monkeypatch.chdir(home)
    return Shell({"HOME": str(home)}, capsys, monkeypatch)


@pytest.fixture
def shell(bare: Shell, sandbox: Sandbox) -> Shell:
    """A shell with accounts that the sandbox knows, but for `me`, who is not logged in."""
    bare.env |= {"MP_API_BASE_URL": sandbox.url, "AGENT_TOKEN": "fake-token-of-ada"}
    write_config(bare.home, CONFIG)
    return bare
