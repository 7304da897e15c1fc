"""The bridge file: one account with its secrets, on its way to another machine."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, Literal, Self

from pydantic import (
    Field,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from mp_core._frozen import Frozen, problems
from mp_core._public import exported_from
from mp_core._tokens.lineage import fingerprint
from mp_core._values.headers import NO_HEADERS, Headers
from mp_core._values.session import WorkspaceId
from mp_core.errors import ConfigError
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account, ProjectId, TokenPlace, host_in
from mp_core.plugin.tokens import OAuthTokens

_VERSION: Final = 2


MAX_SIZE: Final = 1024 * 1024
"""Largest bridge file, in bytes."""


@exported_from("mp_core.auth_types")
class BridgeFile(Frozen):
    """Version 2 of the bridge file.

    Attributes:
        version: 2.
        account: The account, with its secrets.
        tokens: Its tokens, for a type that logs in.
        project: The project to use, instead of the account's default one.
        workspace: The workspace to use with that project.
        headers: Extra request headers.
    """

    version: Literal[2]
    account: SerializeAsAny[Account]
    tokens: OAuthTokens | None = None
    project: ProjectId | None = None
    workspace: WorkspaceId | None = None
    headers: Headers = Field(default=NO_HEADERS)

    @field_validator("tokens", mode="before")
    @classmethod
    def _known_keys(cls, value: Any) -> Any:
        """Ignore keys that a later writer may add."""
        if not isinstance(value, Mapping):
            return value
        return {key: value[key] for key in OAuthTokens.model_fields if key in value}

    @model_validator(mode="after")
    def _tokens_fit(self, info: ValidationInfo) -> Self:
        host, account = host_in(info), self.account
        if self.tokens is None and host.has_login(account):
            raise ValueError(f"an account of type {account.type} needs tokens")
        if self.tokens is not None and not host.stores_tokens(account):
            raise ValueError(f"an account of type {account.type} has no tokens")
        return self


def parsed(text: str, host: Host) -> BridgeFile:
    """Return what the text of a bridge file holds.

    Raises:
        ProviderError: No provider of this host serves the account's type.
        ConfigError: It is no bridge of version 2; the message is the reason alone.
    """
    record = _record(text)
    _check_provider(record.get("account"), host)
    try:
        return BridgeFile.model_validate(record, context=host)
    except ValidationError as error:
        reason = problems(error)
    raise ConfigError(f"{reason}.")


def _record(text: str) -> Any:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        record = None
    # The exception is gone here: it holds the text, and the text the secrets.
    if not isinstance(record, dict):
        raise ConfigError("it is not a JSON object.")
    if record.get("version") != _VERSION:
        raise ConfigError(
            f"it is not of version {_VERSION}, which is the one that is read here.",
            hint="Export it again, with the same release of mp-core on both sides.",
        )
    return record


def _check_provider(account: Any, host: Host) -> None:
    """Raise what is wrong with the provider itself: a validation could not say how to mend it."""
    if isinstance(account, dict) and isinstance(account.get("type"), str):
        host.model(account["type"])


def account_of(content: BridgeFile) -> Account:
    """Return a bridge's account, in a slot that no local account and no other login shares."""
    account, tokens = content.account, content.tokens
    login = (tokens.login_id or tokens.client_id or fingerprint(tokens)) if tokens else None
    key = json.dumps([account.name, account.type, account.region, login])
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return account.kept_at(TokenPlace(f"bridges/{digest}", tokens))
