"""A company's plugins as installed distributions: a provider, a store in a keyring, an audit."""

from __future__ import annotations

from tests.support.provider_texts import STORED, provider_text

KEYRING = '''
"""Stands for the keyring library: an operating system's store, shared by all processes."""
import json, os, pathlib

path = pathlib.Path(os.environ["KEYRING"])

def _read():
    return json.loads(path.read_text()) if path.exists() else {}

def get_password(service, name):
    return _read().get(f"{service}/{name}")

def set_password(service, name, value):
    path.write_text(json.dumps({**_read(), f"{service}/{name}": value}))

def delete_password(service, name):
    path.write_text(json.dumps({k: v for k, v in _read().items() if k != f"{service}/{name}"}))
'''
"""The source of the module `keyring`."""

STORE = """
import json
from mp_core.errors import ConfigError
from mp_core.plugin import OAuthTokens, hookimpl

MP_CONTRACT = "1.0"

@hookimpl(tryfirst=True)
def mp_load_tokens(account):
    import keyring
    text = keyring.get_password("mp", account.name)
    return OAuthTokens.model_validate_json(text) if text else None

@hookimpl(tryfirst=True)
def mp_persist_tokens(account, tokens):
    import keyring
    keyring.set_password("mp", account.name, json.dumps(tokens.reveal()))
    return "the system keyring"

@hookimpl
def mp_delete_tokens(account):
    import keyring
    found = keyring.get_password("mp", account.name) is not None
    keyring.delete_password("mp", account.name)
    return found
"""
"""The source of an extension that keeps tokens in the keyring."""

AUDIT = """
import os
from mp_core.plugin import hookimpl

@hookimpl(wrapper=True)
def mp_auth_header(account):
    header = yield
    with open(os.environ["KEYRING"] + ".audit", "a") as audit:
        audit.write(f"{os.getpid()} {account.name}\\n")
    return header
"""
"""The source of an extension that writes down which process used which account."""

DESK = (
    provider_text("desk", ["room: str = '1'"], header=STORED)
    + """
import os, pathlib
from datetime import UTC, datetime, timedelta
from mp_core.plugin import OAuthTokens, env_account

@hookimpl
def mp_account_from_env(env):
    return env_account(env, FakeAccount, {"room": "DESK_ROOM"}, rank=1)

@hookimpl
def mp_fetch_tokens():
    count = pathlib.Path(os.environ["KEYRING"] + ".fetches")
    number = len(count.read_text()) + 1 if count.exists() else 1
    count.write_text("x" * number)
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    return OAuthTokens(access_token=f"fake-token-{number}", expires_at=expires_at)
"""
)
"""The source of a provider that gets tokens without a person, each with the next number."""
