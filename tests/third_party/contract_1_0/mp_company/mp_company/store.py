"""Tokens in one file, by the account's name."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from mp_core.plugin import Account, OAuthTokens, hookimpl

MP_CONTRACT = "1.0"


def _path() -> Path:
    return Path(os.environ["COMPANY_STORE"])


def _kept() -> dict[str, Any]:
    return json.loads(_path().read_text()) if _path().exists() else {}


@hookimpl(tryfirst=True)
def mp_load_tokens(account: Account) -> OAuthTokens | None:
    """Return what is kept under the name."""
    found = _kept().get(account.name)
    return None if found is None else OAuthTokens.model_validate_json(json.dumps(found))


@hookimpl(tryfirst=True)
def mp_persist_tokens(account: Account, tokens: OAuthTokens) -> str:
    """Keep the tokens under the name."""
    _path().write_text(json.dumps({**_kept(), account.name: tokens.reveal()}))
    return "the company's store"


@hookimpl
def mp_delete_tokens(account: Account) -> bool:
    """Forget what is kept under the name."""
    kept = _kept()
    found = kept.pop(account.name, None)
    _path().write_text(json.dumps(kept))
    return found is not None
