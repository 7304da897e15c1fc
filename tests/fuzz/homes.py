"""A home directory with an account of each kind, and surroundings in which nothing is reached."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx

from mp_core._runtime.context import Context
from tests.fuzz.target import CANARY
from tests.support.home_files import configure

BASE = "http://127.0.0.1:9"
"""An address at which nobody is: what carries requests is given instead."""

TOKENS = {
    "access_token": f"{CANARY}-access",
    "refresh_token": f"{CANARY}-refresh",
    "expires_at": "2038-01-19T03:14:07+00:00",
    "scope": "events",
    "token_type": "Bearer",
    "client_id": "client",
}
CLIENT = {
    "client_id": "client",
    "region": "us",
    "redirect_uri": "http://localhost:19284/callback",
    "scope": "events",
    "created_at": "2024-05-06T00:00:00+00:00",
}
ME = {"user_id": 7, "user_email": "ann@acme.example", "projects": {"9": {"name": "Web"}}}
TABLES = {
    "active": {"account": "ci"},
    "accounts": {
        "ci": {
            "type": "service_account",
            "region": "us",
            "default_project": "9",
            "username": "robot",
            "secret": f"{CANARY}-secret",
        },
        "me": {"type": "oauth_browser", "region": "us", "default_project": "9"},
        "held": {
            "type": "oauth_token",
            "region": "us",
            "default_project": "9",
            "token": f"{CANARY}-token",
        },
    },
    "targets": {"shop": {"account": "ci", "project": "9", "workspace": 3}},
}

Handler = Callable[[httpx.Request], httpx.Response]


def answers_me(request: httpx.Request) -> httpx.Response:
    """Answer every request as `/me` is answered."""
    return httpx.Response(200, json={"status": "ok", "results": ME})


def context_in(home: Path, handler: Handler = answers_me, **env: str) -> Context:
    """Return surroundings in a home whose requests a function answers."""
    around = {"HOME": str(home), "MP_API_BASE_URL": BASE, **env}
    return Context(env=around, transport=httpx.MockTransport(handler))


def stocked(home: Path) -> Path:
    """Make a home anew, with accounts, tokens and a registration, and return it."""
    shutil.rmtree(home, ignore_errors=True)
    configure(home, **TABLES)
    put(home, "tokens.json", json.dumps(TOKENS).encode())
    put(home, "client.json", json.dumps(CLIENT).encode())
    return home


def stored(home: Path, name: str, account: str = "me") -> Path:
    """Return the path of a file of an account's directory."""
    return home / ".mp" / "accounts" / account / name


def put(home: Path, name: str, data: bytes, account: str = "me") -> Path:
    """Write a file of an account's directory."""
    path = stored(home, name, account)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o600)
    return path
