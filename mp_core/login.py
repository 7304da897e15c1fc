"""Logging an account in: nothing is kept until the new tokens have proven themselves."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mp_core import paths
from mp_core.account_model import Account
from mp_core.context import Context
from mp_core.errors import AuthenticationError, ConfigError, MpError, OAuthError
from mp_core.flow import LOGIN_TIMEOUT_S, LoginFlow, Terminal
from mp_core.identity import is_configured
from mp_core.locks import locked
from mp_core.me import Me, MeCache
from mp_core.models import Project
from mp_core.probe import Probe
from mp_core.registrations import FileRegistrations
from mp_core.tokens import TOKEN_ERROR, FileTokenStore, OAuthTokens
from mp_core.values import MeUserInfo, OAuthLoginResult


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
    before = MeCache(context, account).user()
    tokens = _approved(context, account, terminal, registrations, opens_browser)
    with _given_back_on_failure(context, account, tokens):
        me = _proven(context, account, tokens, probe)
        project = account.default_project or _chosen(me.project_list(), terminal)
        place = _stored(context, account, tokens)
    MeCache(context, account, tokens=tokens).put(me)
    _fill_default_project(context, account, project, terminal)
    _say_if_other(terminal, account, before, me)
    return OAuthLoginResult(
        account_name=account.name,
        user=me.user,
        expires_at=tokens.expires_at,
        tokens_path=_token_file(context, account, place),
        client_path=_registered(registrations),
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


@contextmanager
def _given_back_on_failure(
    context: Context, account: Account, tokens: OAuthTokens
) -> Iterator[None]:
    """Revoke tokens that are not kept in the end, where the provider can."""
    try:
        yield
    except BaseException:
        with context.oauth_http(account) as http:
            context.registry.try_revoke(account, tokens, http)
        raise


def _proven(context: Context, account: Account, tokens: OAuthTokens, probe: Probe) -> Me:
    """Return what `/me` says to the new tokens."""
    try:
        return probe(context, account, _Holder(tokens))
    except AuthenticationError as error:
        reason = f"Mixpanel refused the new tokens in the account's region, {account.region}"
        message = error.message
    except MpError as error:
        reason, message = "Mixpanel could not be asked who logged in", error.message
    raise _not_kept(account, reason, message)


def _stored(context: Context, account: Account, tokens: OAuthTokens) -> str:
    """Keep the tokens and return where they are now, if the account is still what it was."""
    reason = "the account was changed or removed meanwhile"
    try:
        if is_configured(context.config(), account):
            return context.vault.store(account, tokens)
        message = ""
    except ConfigError as error:
        reason, message = "its tokens cannot be kept", error.message
    raise _not_kept(account, reason, message)


def _not_kept(account: Account, reason: str, message: str) -> OAuthError:
    return OAuthError(
        f"The login of account {account.name!r} was approved, but {reason}; nothing was changed."
        f" {message}".rstrip(),
        hint=f"Put that right and log in again: mp account login {account.name}",
        code=TOKEN_ERROR,
        details={"account": account.name, "region": account.region},
    )


def _chosen(projects: Sequence[Project], terminal: Terminal) -> str | None:
    """Return the default project: the only one, the person's choice, or the first by number."""
    if not projects:
        return None
    if len(projects) == 1:
        return projects[0].id
    if terminal.ask is None:
        terminal.say(f"The default project is {projects[0].id}, the first of {len(projects)}.")
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


def _fill_default_project(
    context: Context, account: Account, project: str | None, terminal: Terminal
) -> None:
    """Set the default project where there is none; the login holds even if that fails."""
    if project is None or account.default_project is not None:
        return
    try:
        with context.transaction() as edit:
            if edit.snapshot.account(account.name).default_project is None:
                edit.set_default_project(account.name, project)
    except ConfigError as error:
        terminal.say(f"Project {project} could not be made the default: {error.message}")


def _say_if_other(terminal: Terminal, account: Account, before: MeUserInfo | None, me: Me) -> None:
    """Say when somebody else has logged in, and when the default project is closed to them."""
    now, project = me.user, account.default_project
    if before is not None and now is not None and before.id != now.id:
        terminal.say(
            f"Account {account.name} now acts as {now.email or now.id};"
            f" before it was {before.email or before.id}."
        )
    if project is not None and me.projects and project not in me.projects:
        terminal.say(
            f"The default project {project} is not among the projects of this login; change it:"
            f" mp account update {account.name} --default-project ID"
        )


def _registered(registrations: FileRegistrations) -> Path | None:
    """Keep a new registration; without the file, the next login registers again, no more."""
    try:
        with locked(registrations.path):
            return registrations.commit()
    except ConfigError:
        return None


def _token_file(context: Context, account: Account, place: str) -> Path | None:
    """Return the token file if that is where the tokens went, not a keyring or the like."""
    assert context.root is not None  # `_root` has raised otherwise.
    path = FileTokenStore(context.root, account).path
    return path if str(path) == place else None
