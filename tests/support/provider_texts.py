"""The source of provider modules that work, for distributions that a test installs."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

_MODULE = """
from base64 import b64encode
from typing import Literal

from pydantic import SecretStr

from mp_core.plugin import Account, hookimpl


class FakeAccount(Account):
    type: Literal["{type}"] = "{type}"
{fields}

    def is_long_lived(self):
        return True


@hookimpl
def mp_account_model():
    return FakeAccount


@hookimpl
def mp_auth_header(account, token_resolver):
{header}
"""
BASIC = """
pair = f"{account.username}:{account.secret.get_secret_value()}"
return "Basic " + b64encode(pair.encode()).decode()
"""
STORED = 'return "Bearer " + token_resolver.get_browser_token(account.name, account.region)'


def provider_text(
    type_: str, fields: Sequence[str] = (), *, header: str = 'return "Card 1"'
) -> str:
    """The source of a provider; its account class is `FakeAccount`.

    Args:
        type_: The account type.
        fields: The declaration of each field of its own.
        header: The body of the hook that makes headers.
    """
    return _MODULE.format(
        type=type_, fields=indent("\n".join(fields), "    "), header=indent(header, "    ")
    )


BADGES = provider_text("badge", ["username: str", "secret: SecretStr"], header=BASIC)
"""A provider whose accounts authenticate as robots do."""
