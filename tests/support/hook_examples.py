"""The examples in the docstrings of the hooks, each by itself and put together as plugins."""

from __future__ import annotations

import inspect
import textwrap
from typing import Final

from mp_core.plugin.hooks import PluginSpec

HOOKS = {name: spec for name, spec in vars(PluginSpec).items() if name.startswith("mp_")}

_HEAD: Final = """
import hmac, json, logging, os, ssl
from typing import Literal
from pydantic import SecretStr
from mp_core.errors import ConfigError
from mp_core.plugin import Account, OAuthTokens, env_account, hookimpl, request_tokens, reveal
"""

_ACCOUNTS: Final = ("mp_account_model", "mp_validate_account", "mp_account_from_env")
_TOKENS: Final = ("mp_login", "mp_refresh_tokens", "mp_fetch_tokens", "mp_revoke_tokens")

PLUGINS: Final = {
    "bearer": (*_ACCOUNTS, "mp_auth_header", *_TOKENS, "mp_account_status", "mp_export_bridge"),
    "fetching": (*_ACCOUNTS, "mp_auth_header", "mp_fetch_tokens"),
    "signing": (*_ACCOUNTS, "mp_authenticate", "mp_endpoint", "mp_tls_context"),
    "store": ("mp_load_tokens", "mp_persist_tokens", "mp_delete_tokens"),
    "policy": ("mp_validate_account",),
    "audit": ("mp_record",),
}
"""The hooks that make a plugin together: three providers, and an extension of each kind."""

KEYRING: Final = '''
"""Stands for the library that the examples keep tokens in, which all processes share."""
import os, pathlib

def _file(service, name):
    directory = pathlib.Path(os.environ["HOME"], "keyring")
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory / f"{service}-{name}"

def get_password(service, name):
    file = _file(service, name)
    return file.read_text() if file.exists() else None

def set_password(service, name, value):
    file = _file(service, name)
    draft = file.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w") as new:
        new.write(value)
    draft.replace(file)

def delete_password(service, name):
    _file(service, name).unlink()
'''
"""The source of the module `keyring`."""


def example(hook: str) -> str:
    """The code of a hook's docstring: all from the first class or decorator on."""
    lines = (inspect.getdoc(HOOKS[hook]) or "").splitlines()
    starts = [
        n for n, line in enumerate(lines) if line.lstrip().startswith(("class ", "@hookimpl"))
    ]
    assert starts, f"{hook} shows no implementation"
    return textwrap.dedent("\n".join(lines[starts[0] :]))


def plugin(name: str) -> str:
    """The source of a plugin that is made of examples; `acme` is the type of a provider."""
    return "\n\n".join([_HEAD, *map(example, PLUGINS[name])])
