"""The token store `northwind_store`: all logins of a person in one file of SQLite."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mp_core.errors import ConfigError
from mp_core.plugin import OAuthTokens, TokenStore, hookimpl

MP_CONTRACT = "1.1"

TABLE = "CREATE TABLE IF NOT EXISTS logins (key TEXT PRIMARY KEY, tokens TEXT NOT NULL)"


@hookimpl(tryfirst=True)
def mp_load_tokens(store: TokenStore) -> OAuthTokens | None:
    """Return the login of a slot, or None; looking makes no file."""
    if not file().exists():
        return None
    with _opened() as database:
        found = database.execute("SELECT tokens FROM logins WHERE key = ?", [store.key])
        row: tuple[str] | None = found.fetchone()
    return OAuthTokens.model_validate_json(row[0]) if row else None


@hookimpl(tryfirst=True)
def mp_persist_tokens(tokens: OAuthTokens, store: TokenStore) -> str:
    """Keep a login, and return where."""
    row = [store.key, json.dumps(tokens.reveal())]
    with _opened() as database:
        database.execute("INSERT OR REPLACE INTO logins VALUES (?, ?)", row)
    return str(file())


@hookimpl
def mp_delete_tokens(store: TokenStore) -> bool:
    """Forget the login of a slot, and return whether there was one."""
    if not file().exists():
        return False
    with _opened() as database:
        return database.execute("DELETE FROM logins WHERE key = ?", [store.key]).rowcount > 0


def file() -> Path:
    """Return where the logins are, or will be."""
    named = os.environ.get("NORTHWIND_STORE")
    return Path(named or "~/.local/state/northwind/logins.sqlite").expanduser()


@contextmanager
def _opened() -> Iterator[sqlite3.Connection]:
    """Open the file for one transaction."""
    try:
        _make_private(file())
        with closing(sqlite3.connect(file(), timeout=10)) as database, database:
            database.execute("PRAGMA secure_delete = ON")
            database.execute(TABLE)
            yield database
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(
            f"The logins in {file()} cannot be used: {type(error).__name__}.",
            hint="Make the file yours, or name another one in NORTHWIND_STORE.",
        ) from None


def _make_private(path: Path) -> None:
    """Make the file where there is none, for its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
