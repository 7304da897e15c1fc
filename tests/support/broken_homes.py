"""A person with an account whose machine is in order, until a test breaks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.loopback_server import SilentHandler, answering
from tests.support.person import Person, person

CONFIG = """\
[active]
account = "ci"
[accounts.ci]
type = "service_account"
region = "us"
default_project = "3018488"
username = "robot"
secret = "s3cret"
"""
SET_UP = f"""
umask 077
mkdir -p .mp/accounts/ci
printf '{CONFIG}' > .mp/config.toml
echo '{{}}' > .mp/accounts/ci/me.json
"""


class Mixpanel(SilentHandler):
    """Lets nobody in."""

    def do_GET(self) -> None:
        self.reply(401, {})


@pytest.fixture
def somebody() -> Iterator[Person]:
    """Somebody with an account, whose machine is in order."""
    with answering(Mixpanel) as url, person(MP_API_BASE_URL=url) as someone:
        assert someone.types(SET_UP).returncode == 0
        yield someone
