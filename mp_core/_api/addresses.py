"""Where a call goes: its address below an API, and its query."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx

from mp_core._network.endpoints import Family
from mp_core._values.session import Session
from mp_core.errors import ConfigError


def address_of(path: str, base: str) -> httpx.URL:
    """Return the address of a path below that of an API, without its query.

    Raises:
        ConfigError: The path would lead elsewhere.
    """
    bare = path.partition("?")[0]
    if _stays_below(bare):
        with contextlib.suppress(httpx.InvalidURL, UnicodeError):
            return httpx.URL(base + bare)
    raise ConfigError(
        f"The path {path!r} does not start with one slash, leads up, or is not fit for an address.",
        hint="Give the path below the API, for example /me.",
    )


def _stays_below(path: str) -> bool:
    """Return whether a path names no host, has no fragment, and does not lead up to another API."""
    leads_up = not {".", ".."}.isdisjoint(unquote(path).replace("\\", "/").split("/"))
    return path[:1] == "/" != path[1:2] and "#" not in path and not leads_up


def query_of(
    path: str, params: Mapping[str, Any], family: Family, session: Session
) -> dict[str, Any]:
    """Return the query of a call; query calls carry project and workspace of the session.

    Raises:
        ConfigError: It names others.
    """
    written = parse_qs(path.partition("?")[2], keep_blank_values=True)
    query: dict[str, Any] = {key: v[0] if len(v) == 1 else v for key, v in written.items()}
    query |= {key: value for key, value in params.items() if value is not None}
    if family != "query":
        return query
    scope = {"project_id": session.project_id, "workspace_id": session.workspace_id}
    for key, value in scope.items():
        if value is not None and str(query.setdefault(key, value)) != str(value):
            raise ConfigError(
                f"The parameter {key} differs from the session's {value}.",
                hint=f"Leave {key} out, and switch with use().",
            )
    return query
