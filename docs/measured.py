"""What the host of plugins really does with each hook, found out by calling it.

So what the reference says of who is asked, in which order, and of what is raised cannot be wrong.
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, Final, Literal, cast

from pydantic import SecretStr

from mp_core.errors import ConfigError, MpError, OAuthError
from mp_core.plugin import (
    Account,
    AuditEvent,
    EnvAccount,
    OAuthTokens,
    OutgoingRequest,
    hookimpl,
)
from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.host import Host
from mp_core.plugin._host.outboxes import outboxes
from mp_core.plugin.account import NO_RESOLVER
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS, PluginSpec

HOOKS: Final[tuple[str, ...]] = tuple(n for n in vars(PluginSpec) if n.startswith("mp_"))
RAISED: Final[Mapping[str, Exception]] = {
    "`ConfigError`": ConfigError("refused"),
    "`OAuthError`": OAuthError("refused", code="OAUTH_TOKEN_ERROR"),
    "another exception": RuntimeError("a defect"),
}
Behaviour = Callable[[], object]


class AcmeAccount(Account):
    """An account to ask about."""

    type: Literal["acme"] = "acme"

    def is_long_lived(self) -> bool:
        """Return True."""
        return True


class _Store:
    """A place for tokens that keeps none, and says when it is used."""

    key = "0"

    def __init__(self, log: list[str]) -> None:
        self._log = log

    def load(self) -> None:
        self._log.append("the core")

    def save(self, tokens: OAuthTokens) -> str:
        self._log.append("the core")
        return "nowhere"

    def delete(self) -> bool:
        self._log.append("the core")
        return False


class _Point:
    """An entry point that has loaded already."""

    value = "acme:plugin"

    def __init__(self, plugin: object) -> None:
        self._plugin = plugin

    def load(self) -> object:
        return self._plugin


_ACCOUNT: Final = AcmeAccount(name="me", region="eu", default_project="1")
_TOKENS: Final = OAuthTokens(
    access_token=SecretStr("fake"), expires_at=datetime.now(UTC) + timedelta(hours=1)
)
_REQUEST: Final = OutgoingRequest("GET", "https://eu.mixpanel.com/api/app/me", {})
_EVENT: Final = AuditEvent("refreshed", datetime.now(UTC), "me", "acme", "eu")
_NOBODY: Final = cast(Any, None)
_NO_MARKS: Final[Mapping[str, Any]] = {}

CALLS: Final[Mapping[str, Callable[[Host, Any], object]]] = {
    "mp_account_model": lambda host, _: host.model("acme"),
    "mp_auth_header": lambda host, _: host.auth_header(_ACCOUNT, NO_RESOLVER),
    "mp_authenticate": lambda host, _: host.authenticate(_ACCOUNT, _REQUEST, NO_RESOLVER),
    "mp_endpoint": lambda host, _: host.endpoint(_ACCOUNT, "app"),
    "mp_tls_context": lambda host, _: host.tls_context(_ACCOUNT),
    "mp_validate_account": lambda host, _: host.validate(_ACCOUNT, "load"),
    "mp_account_from_env": lambda host, _: host.accounts_from_env({}),
    "mp_login": lambda host, _: host.login(_ACCOUNT, None),
    "mp_refresh_tokens": lambda host, _: host.refresh_tokens(_ACCOUNT, _TOKENS, _NOBODY),
    "mp_fetch_tokens": lambda host, _: host.fetch_tokens(_ACCOUNT, _NOBODY),
    "mp_revoke_tokens": lambda host, _: host.revoke_tokens(_ACCOUNT, _TOKENS, _NOBODY),
    "mp_load_tokens": lambda host, store: host.load_tokens(_ACCOUNT, store),
    "mp_persist_tokens": lambda host, store: host.persist_tokens(_ACCOUNT, _TOKENS, store),
    "mp_delete_tokens": lambda host, store: host.delete_tokens(_ACCOUNT, store),
    "mp_account_status": lambda host, _: host.status(_ACCOUNT, None),
    "mp_record": lambda host, _: host.record(_ACCOUNT, _EVENT),
    "mp_export_bridge": lambda host, _: host.export_bridge(_ACCOUNT, None, NO_RESOLVER),
}
"""How the core calls each hook."""


_ANSWERS: Final[Mapping[str, object]] = {
    "mp_account_model": AcmeAccount,
    "mp_auth_header": "Acme 1",
    "mp_authenticate": {"X-Acme": "1"},
    "mp_endpoint": "https://gateway.acme.example",
    "mp_tls_context": ssl.create_default_context(),
    "mp_account_from_env": EnvAccount(rank=1, variables=("ACME",), missing=("ACME",)),
    "mp_login": _TOKENS,
    "mp_refresh_tokens": _TOKENS,
    "mp_fetch_tokens": _TOKENS,
    "mp_revoke_tokens": True,
    "mp_load_tokens": _TOKENS,
    "mp_persist_tokens": "somewhere",
    "mp_delete_tokens": True,
    "mp_account_status": "ok",
    "mp_export_bridge": ({}, None),
}
"""An answer of each hook that has one."""


def asked(hook: str, *, answer: bool = False) -> list[str]:
    """Return who is asked, in order, when nobody has an answer, or when everybody has."""
    log: list[str] = []

    def plugin(label: str) -> ModuleType:
        return _plugin(hook, lambda: log.append(label), _ANSWERS.get(hook) if answer else None)

    _called(hook, _host(plugin("the provider"), extensions=plugin("the extensions")), log)
    if hook == "mp_record":  # Each is told by a thread of its own: who comes first is chance.
        log.sort(reverse=True)
    return [*dict.fromkeys(log)]


def order() -> list[str]:
    """Return extensions and the provider as the marks of a hook put them in order."""
    log: list[str] = []
    extensions = {
        "a": _noting("extension `a`, `trylast=True`", log, trylast=True),
        "b": _noting("extension `b`", log),
        "c": _noting("extension `c`", log),
        "d": _noting("extension `d`, `tryfirst=True`", log, tryfirst=True),
        "e": _wrapper(log),
    }
    host = _host(_noting("the provider", log), **extensions)
    _called("mp_load_tokens", host, log)
    return log


def _noting(label: str, log: list[str], **marks: Any) -> ModuleType:
    return _plugin("mp_load_tokens", lambda: log.append(label), marks=marks)


def becomes(hook: str, error: Exception, *, of_extension: bool = False) -> str:
    """Return what comes of an exception that a plugin raises in a hook."""
    silent, raising = _plugin(hook, lambda: None), _plugin(hook, lambda: _raise(error))
    provider, extension = (silent, raising) if of_extension else (raising, silent)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        raised = _called(hook, _host(provider, extensions=extension), [])
    if raised is not None:
        return "passes" if raised.code == getattr(error, "code", None) else f"`{raised.code}`"
    return "a warning, and the call goes on" if warned else "the call goes on"


def _called(hook: str, host: Host, log: list[str]) -> MpError | None:
    """Call a hook as the core does, wait for what goes on behind it, and return what it raises."""
    try:
        CALLS[hook](host, _Store(log))
    except MpError as error:
        return error
    outboxes.finish(60)
    return None


def _host(provider: ModuleType, **extensions: ModuleType) -> Host:
    """Return a host of a provider that works but for one hook, and of extensions that are on."""
    usual: dict[str, Behaviour] = {
        "mp_account_model": lambda: AcmeAccount,
        "mp_auth_header": lambda: "Acme 1",
    }
    for hook in usual.keys() - vars(provider).keys():
        setattr(provider, hook, hookimpl(usual[hook]))
    found = {(PROVIDERS, "acme"): _announced(PROVIDERS, "acme", provider)}
    for name, plugin in extensions.items():
        # One with nothing but a hook for which no extension is asked would be refused.
        vars(plugin).setdefault("mp_validate_account", hookimpl(lambda: None))
        found[EXTENSIONS, name] = _announced(EXTENSIONS, name, plugin)
    return Host({}, scan=lambda: found).with_extensions(extensions)


def _announced(group: str, name: str, plugin: ModuleType) -> tuple[Installed, ...]:
    return (Installed(name, group, f"acme-{name}", "1.0", cast(Any, _Point(plugin))),)


def _plugin(
    hook: str, behaviour: Behaviour, answer: object = None, marks: Mapping[str, Any] = _NO_MARKS
) -> ModuleType:
    """Return a plugin of one hook, which answers with nothing unless a provider has to."""
    module = ModuleType("acme")

    def implementation() -> object:
        behaviour()
        return AcmeAccount if hook == "mp_account_model" else answer

    vars(module)[hook] = hookimpl(**marks)(implementation)
    return module


def _wrapper(log: list[str]) -> ModuleType:
    module = ModuleType("acme")

    def around() -> Generator[None, object, object]:
        log.append("extension `e`, `wrapper=True`, until its `yield`")
        result = yield
        log.append("extension `e`, after its `yield`")
        return result

    vars(module)["mp_load_tokens"] = hookimpl(wrapper=True)(around)
    return module


def _raise(error: Exception) -> None:
    raise error
