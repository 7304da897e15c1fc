"""Whether an account's credential is at hand, and what stands for it; nothing is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core.plugin._host.resolvers import bound
from mp_core.plugin.account import reveal

if TYPE_CHECKING:
    from mp_core._runtime.context import Context
    from mp_core.plugin._host.host import Host
    from mp_core.plugin.account import Account
    from mp_core.plugin.tokens import TokenResolver


def check_credential(context: Context, account: Account, host: Host | None = None) -> None:
    """See to it that the credential is at hand; a stale token is refreshed.

    A type that signs each request is asked to sign the first one that comes to mind.

    Args:
        context: The surroundings.
        account: The account.
        host: The plugins that serve it, if they are at hand.

    Raises:
        OAuthError: It cannot be had.
        ConfigError: A plugin is missing or failed, or the account's address is malformed.
    """
    host = host or context.host_of(account)
    resolver = OnDiskTokenResolver(context=context, account=account)
    if not host.signs_itself(account):
        host.auth_header(account, resolver)
        return
    from mp_core.plugin.outgoing import OutgoingRequest

    url = f"{context.destination(account).base_url('app')}/me"
    content = b"" if host.needs_body(account) else None
    host.authenticate(account, OutgoingRequest("GET", url, {}, content), resolver)


def credential_text(context: Context, account: Account, resolver: TokenResolver) -> str:
    """Return what differs with the credential; of a type that signs, all that it could sign with.

    Raises:
        OAuthError: It is not at hand.
        ConfigError: A plugin is missing or failed.
    """
    host = context.host_of(account)
    if not host.signs_itself(account):
        return host.auth_header(account, resolver)
    tokens = _tokens(context, account, bound(resolver, account))
    return json.dumps([_fields(account), *tokens], sort_keys=True)


def _fields(account: Account) -> dict[str, Any]:
    """Return the fields that make the credential: all but what is chosen beside it."""
    fields = reveal(account)
    fields.pop("default_project", None)
    return fields


def _tokens(context: Context, account: Account, resolver: TokenResolver) -> list[str]:
    tokens = []
    if account.static_token() is not None:
        tokens.append(resolver.get_static_token(account))
    if context.host_of(account).stores_tokens(account):
        tokens.append(resolver.get_token(account))
    return tokens
