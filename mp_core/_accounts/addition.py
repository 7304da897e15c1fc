"""Adding an account."""

from __future__ import annotations

from typing import Any

from mp_core._accounts.fields import refuse_taken, validated
from mp_core._accounts.forget import forget_earlier
from mp_core._runtime.context import Context


def add(context: Context, fields: dict[str, Any]) -> None:
    """Add an account with these fields, which include type and name; the first becomes active.

    What an earlier account of that name has left is forgotten.

    Raises:
        AccountExistsError: There is one of this name.
        ProviderError: No provider serves the type.
        ConfigError: A field is invalid.
        OAuthError: A login is stored under the name that belongs to somebody else.
    """
    with context.transaction() as edit:
        account = validated(context, fields, "add")
        refuse_taken(edit.document, account.name)
        forget_earlier(context, account)
        edit.put_account(account)
        if len(edit.document.account_names()) == 1:
            edit.activate(account.name)
