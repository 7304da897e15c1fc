"""Logging an account in: nothing is kept until the new tokens have proven themselves."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mp_core import paths
from mp_core.account_model import Account
from mp_core.context import Context
from mp_core.errors import AuthenticationError, ConfigError, MpError, OAuthError
from mp_core.flow import LOGIN_TIMEOUT_S, LoginFlow, Terminal
from mp_core.locks import locked
from mp_core.me import Me, MeCache
from mp_core.models import Project
from mp_core.probe import Probe
from mp_core.registrations import FileRegistrations
from mp_core.tokens import TOKEN_ERROR, FileTokenStore, OAuthTokens
from mp_core.values import MeUserInfo, OAuthLoginResult

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class _Holder:
    """Resolves to tokens that are not stored yet."""

    tokens: OAuthTokens

    def get_browser_token(self, name: str, region: str) -> str:
        return self.tokens.access_token.get_secret_value()

    def get_static_token(self, account: Account) -> str:
        return self.tokens.access_token.get_secret_value()


def log_in(
    context: Context, account: Account, terminal: Terminal, probe: Probe, *, opens_browser: bool
) -> OAuthLoginResult:
    """Run the login of an account's provider and keep what it yields.

    Raises:
        ConfigError: The type has no login, or there is no place to keep tokens.
        OAuthError: A leg of the login failed; everything is as it was.
    """
    registrations = FileRegistrations(_root(context, account), account)
    before = _user(MeCache(context, account).get())
    tokens = _approved(context, account, terminal, registrations, opens_browser)
    me = _proven(context, account, tokens, probe)
    project = account.default_project or _chosen(me.project_list(), terminal)
    place = context.vault.store(account, tokens)
    client_path = _commit(registrations)
    _fill_default_project(context, account, project)
    MeCache(context, context.config().account(account.name)).put(me)
    _say_if_other(terminal, account, before, me.user)
    return OAuthLoginResult(
        account_name=account.name,
        user=me.user,
        expires_at=tokens.expires_at,
        tokens_path=_token_file(context, account, place),
        client_path=client_path,
    )


def _root(context: Context, account: Account) -> Path:
    if not context.registry.has_login(account):
        raise ConfigError(
            f"Account {account.name!r} of type {account.type} has no login.",
            hint=f"Its credential is part of the account: mp account update {account.name}",
            code="NO_LOGIN",
            details={"account": account.name, "type": account.type},
        )
    if context.root is None:
        raise paths.no_home()
    return context.root


def _approved(
    context: Context,
    account: Account,
    terminal: Terminal,
    registrations: FileRegistrations,
    opens_browser: bool,
) -> OAuthTokens:
    with context.oauth_http(account) as http:
        flow = LoginFlow(
            http=http,
            registrations=registrations,
            say=terminal.say,
            ask=terminal.ask,
            browse=terminal.browse if opens_browser else None,
            deadline_s=time.monotonic() + LOGIN_TIMEOUT_S,
        )
        tokens = context.registry.login(account, flow)
    if not isinstance(tokens, OAuthTokens):
        raise OAuthError(f"The login of account {account.name!r} yielded no tokens.")
    return tokens.model_copy(update={"login_id": secrets.token_hex(16)})


def _proven(context: Context, account: Account, tokens: OAuthTokens, probe: Probe) -> Me:
    """Return what `/me` says to the new tokens; tokens that do not work are given back."""
    try:
        return probe(context, account, _Holder(tokens))
    except MpError as error:
        refused = isinstance(error, AuthenticationError)
        message = error.message
    with context.oauth_http(account) as http:
        context.registry.try_revoke(account, tokens, http)
    reason = "refused the new tokens" if refused else "could not be asked who logged in"
    raise OAuthError(
        f"The login of account {account.name!r} was approved, but Mixpanel {reason}; nothing was"
        f" changed. {message}",
        hint=f"Check the region of the account ({account.region}), then log in again:"
        f" mp account login {account.name}",
        code=TOKEN_ERROR,
        details={"account": account.name, "region": account.region},
    )


def _chosen(projects: Sequence[Project], terminal: Terminal) -> str | None:
    """Return the default project: the only one, the person's choice, or the first by number."""
    if not projects:
        return None
    if len(projects) == 1 or terminal.ask is None:
        return projects[0].id
    for project in projects:
        terminal.say(f"  {project.id}  {project.name or ''}")
    known = {project.id for project in projects}
    while (answer := _answer(terminal, projects[0].id)) not in known:
        terminal.say("That is not one of them.")
    return answer


def _answer(terminal: Terminal, default: str) -> str:
    assert terminal.ask is not None  # `_chosen` asks only where somebody can answer.
    try:
        return terminal.ask(f"Default project [{default}]:") or default
    except EOFError:
        return default


def _commit(registrations: FileRegistrations) -> Path | None:
    with locked(registrations.path):
        return registrations.commit()


def _fill_default_project(context: Context, account: Account, project: str | None) -> None:
    if project is None or account.default_project is not None:
        return
    with context.store.transaction() as edit:
        if edit.snapshot.account(account.name).default_project is None:
            edit.set_default_project(account.name, project)


def _user(me: Me | None) -> MeUserInfo | None:
    return me.user if me else None


def _say_if_other(
    terminal: Terminal, account: Account, before: MeUserInfo | None, now: MeUserInfo | None
) -> None:
    if before is not None and now is not None and before.id != now.id:
        terminal.say(
            f"Account {account.name} now acts as {now.email or now.id};"
            f" before it was {before.email or before.id}."
        )


def _token_file(context: Context, account: Account, place: str) -> Path | None:
    """Return the token file if that is where the tokens went, not a keyring or the like."""
    assert context.root is not None  # `_root` has raised otherwise.
    path = FileTokenStore(context.root, account).path
    return path if str(path) == place else None
