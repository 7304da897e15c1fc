"""The kinds of plugins that `mp plugins new` writes a project for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS


class Kind(NamedTuple):
    """What a project of one kind differs in, beside its files.

    Attributes:
        summary: What the kind is for, to choose by.
        description: Description of the distribution; `{name}` stands for the plugin's name.
        role: What such a plugin is called.
        group: Entry-point group that it is announced in.
        needs: What its distribution depends on beside the core.
        variables: What the names of the variables of an identity in the environment end in.
    """

    summary: str
    description: str
    role: str = "a provider"
    group: str = EXTENSIONS
    needs: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()

    @property
    def is_provider(self) -> bool:
        """Whether the plugin serves an account type, and not the accounts of all types."""
        return self.group == PROVIDERS


_MODEL: Final = ("pydantic>=2.7.0",)
_MODEL_AND_HTTP: Final = ("httpx>=0.24.0", *_MODEL)
_ACCOUNTS: Final = "Accounts of the type {name} for mp-core"

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "ticket": Kind(
            "Accounts with a secret of their own, which each request carries.",
            f"{_ACCOUNTS}: a secret of their own",
            group=PROVIDERS,
            needs=_MODEL,
            variables=("TICKET",),
        ),
        "oauth": Kind(
            "Accounts of programs: OAuth 2.0 client credentials, and no person.",
            f"{_ACCOUNTS}: OAuth 2.0 client credentials",
            group=PROVIDERS,
            needs=_MODEL_AND_HTTP,
            variables=("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET"),
        ),
        "device": Kind(
            "Accounts of people: a login on any device (RFC 8628), with refresh.",
            f"{_ACCOUNTS}: OAuth 2.0 device authorization",
            group=PROVIDERS,
            needs=_MODEL_AND_HTTP,
            variables=("TOKEN",),
        ),
        "command": Kind(
            "Accounts whose token a program of the machine prints.",
            f"{_ACCOUNTS}: a program prints their token",
            group=PROVIDERS,
            needs=_MODEL,
            variables=("COMMAND",),
        ),
        "signing": Kind(
            "Accounts with a key that signs each request (HMAC).",
            f"{_ACCOUNTS}: a key signs each request",
            group=PROVIDERS,
            needs=_MODEL,
            variables=("KEY_ID", "SIGNING_KEY"),
        ),
        "store": Kind(
            "A token store: keeps the tokens of all accounts, here with SQLite.",
            "Token store {name} for mp-core",
            "a token store",
        ),
        "policy": Kind(
            "A policy: refuses accounts, here those of other regions.",
            "Policy {name} for mp-core",
            "a policy",
        ),
        "audit": Kind(
            "An audit log: records what credentials do, here as lines of JSON.",
            "Audit log {name} for mp-core",
            "an audit log",
        ),
    }
)
"""By name, in the order in which they are shown; the first is the usual one."""

DEFAULT: Final = next(iter(KINDS))
