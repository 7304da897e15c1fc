"""`mp account login`: nothing is kept until the new tokens have proven themselves."""

from __future__ import annotations

import secrets
import time
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from mp_core._accounts.forget import refuse_foreign
from mp_core._accounts.results import OAuthLoginResult
from mp_core._api.me import Me
from mp_core._api.me_lookup import MeLookup
from mp_core._api.owner import OwnerRecord
from mp_core._config.document import is_configured
from mp_core._login.projects import default_project
from mp_core._login.take_over import displaced_owner, say_taken_over
from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core._runtime.recording import record
from mp_core._storage import paths
from mp_core._tokens.clients import FileRegistrations
from mp_core._tokens.store import token_file
from mp_core._values.commands import Retry, login_command, project_command, update_command
from mp_core._warning import going_on
from mp_core.errors import AuthenticationError, ConfigError, MpError, OAuthError
from mp_core.plugin.account import Account
from mp_core.plugin.login import LoginFlow
from mp_core.plugin.tokens import TOKEN_ERROR, OAuthTokens

LOGIN_TIMEOUT_S: Final = 300.0
"""How long a person has to approve a login."""


@going_on()
def log_in(
    context: Context,
    account: Account,
    terminal: Terminal,
    *,
    opens_browser: bool,
    take_over: bool = False,
) -> OAuthLoginResult:
    """Run the login of an account's provider and keep what it yields.

    Raises:
        ConfigError: The type has no login, or there is no place to keep tokens.
        OwnerMismatchError: Somebody else than the account's owner logged in, and does not take it
            over; everything is as it was.
        OAuthError: A leg of the login failed, or the stored login is somebody else's; everything is
            as it was.
    """
    refuse_foreign(context, account)
    command = login_command(account)
    with LoginAttempt(
        context, account, terminal, command=command, opens_browser=opens_browser
    ) as attempt:
        me = attempt.run()
        other = displaced_owner(context, account, me, terminal, Retry(command), may=take_over)
        project = _project(account, me, terminal, is_taken_over=other is not None)
        owner = OwnerRecord(context, account, tokens=attempt.tokens)
        with owner.admitted(me, Retry(command), take_over=other is not None):
            _check_unchanged(context, account)
            place = attempt.keep(account)
    MeLookup(context, account, tokens=attempt.tokens).keep(me)
    if other is not None:
        say_taken_over(context, account, other, me, terminal)
    _set_default_project(context, account, project, terminal)
    return OAuthLoginResult(
        account_name=account.name,
        user=me.user,
        expires_at=attempt.tokens.expires_at,
        tokens_path=_token_file(context, account, place),
        client_path=attempt.client_path,
    )


class LoginAttempt:
    """One login whose tokens are given back, where the provider can, unless they are kept.

    Attributes:
        tokens: What it yielded, once it has run.
        client_path: The client registration's file, once the tokens are kept.
    """

    tokens: OAuthTokens

    def __init__(
        self,
        context: Context,
        account: Account,
        terminal: Terminal,
        *,
        command: str,
        opens_browser: bool,
    ) -> None:
        """Take what the login needs, among it the command that starts it anew.

        Raises:
            ConfigError: The type has no login, or there is no place to keep tokens.
        """
        self._registrations = FileRegistrations(_root(context, account), account, context.binding)
        self._context = context
        self._account = account
        self._terminal = terminal
        self._command = command
        self._opens_browser = opens_browser
        self._must_return = False
        self._kept: Account | None = None
        self.client_path: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._must_return:
            with self._context.oauth_http(self._account) as http:
                self._context.host.try_revoke(self._account, self.tokens, http)
        if self._kept is not None:
            record(self._context, self._kept, "logged_in")

    def run(self) -> Me:
        """Let the person approve, and return what `/me` says to the new tokens.

        Raises:
            OAuthError: A leg of the login failed, or the tokens do not work.
        """
        self.tokens = self._approved()
        self._must_return = True
        return _verified(self._context, self._account, self.tokens, self._command)

    def keep(self, account: Account) -> str:
        """Store tokens and client registration for an account; return where the tokens are.

        Raises:
            OAuthError: They cannot be stored.
        """
        try:
            place = self._context.vault.store(account, self.tokens)
        except ConfigError as error:
            raise _not_kept(
                account, "its tokens cannot be kept", error.message, self._command
            ) from None
        self._must_return, self._kept = False, account
        self.client_path = self._registrations.commit_for(account)
        return place

    def _approved(self) -> OAuthTokens:
        context, terminal = self._context, self._terminal
        with closing(terminal), context.oauth_http(self._account) as http:
            flow = LoginFlow(
                http=http,
                registrations=self._registrations,
                say=terminal.say,
                ask=terminal.ask,
                browse=terminal.browse if self._opens_browser else None,
                deadline_s=time.monotonic() + LOGIN_TIMEOUT_S,
                command=self._command,
            )
            tokens = self._answered(flow)
        if not isinstance(tokens, OAuthTokens):
            raise OAuthError(f"The login of account {self._account.name!r} yielded no tokens.")
        return tokens.model_copy(update={"login_id": secrets.token_hex(16)})

    def _answered(self, flow: LoginFlow) -> OAuthTokens | None:
        try:
            return self._context.host.login(self._account, flow)
        except OAuthError as error:
            error.hint = error.hint or f"Start again: {self._command}"
            raise


def _root(context: Context, account: Account) -> Path:
    if not context.host.has_login(account):
        raise ConfigError(
            f"Account {account.name!r} of type {account.type} has no login.",
            hint=f"Its credential is part of the account: {update_command(account)}",
            code="NO_LOGIN",
            details={"account": account.name, "type": account.type},
        )
    if context.root is None:
        raise paths.no_home()
    return context.root


def _verified(context: Context, account: Account, tokens: OAuthTokens, command: str) -> Me:
    """Return what `/me` says to the new tokens."""
    try:
        return MeLookup(context, account, tokens=tokens).ask()
    except AuthenticationError as error:
        reason = f"Mixpanel refused the new tokens in the account's region, {account.region}"
        message = error.message
    except MpError as error:
        reason, message = "Mixpanel could not be asked who logged in", error.message
    raise _not_kept(account, reason, message, command)


def _check_unchanged(context: Context, account: Account) -> None:
    """Refuse to store a login for an account that is not the one any more that logged in."""
    try:
        if is_configured(context.config(), account):
            return
        message = ""
    except ConfigError as error:
        message = error.message
    reason = "the account was changed or removed meanwhile"
    raise _not_kept(account, reason, message, login_command(account))


def _not_kept(account: Account, reason: str, message: str, command: str) -> OAuthError:
    return OAuthError(
        f"The login of account {account.name!r} was approved, but {reason}; nothing was changed."
        f" {message}".rstrip(),
        hint=f"Put that right and log in again: {command}",
        code=TOKEN_ERROR,
        details={"account": account.name, "region": account.region},
    )


def _project(account: Account, me: Me, terminal: Terminal, *, is_taken_over: bool) -> str | None:
    """Return the default project: one is chosen where none is, or a new owner cannot read it."""
    present = account.default_project
    is_open = present in {project.id for project in me.projects_in(account.region)}
    if present is None or (is_taken_over and not is_open):
        return default_project(me, account.region, terminal)
    if me.projects and not is_open:
        terminal.say(
            f"The default project {present} is not among the projects of this login; change it:"
            f" {project_command(account)}"
        )
    return present


def _set_default_project(
    context: Context, account: Account, project: str | None, terminal: Terminal
) -> None:
    """Set the default project, unless somebody else has; the login holds even if that fails."""
    present = account.default_project
    if project == present:
        return
    try:
        with context.transaction() as edit:
            if edit.document.account(account.name).default_project == present:
                edit.set_default_project(account.name, project)
    except ConfigError as error:
        terminal.say(f"{_named(project)} could not be made the default: {error.message}")
        return
    if present is not None:
        terminal.say(
            f"{_named(project)} is the default now: {present} is closed to the new owner of account"
            f" {account.name}. Change it: {project_command(account)}"
        )


def _named(project: str | None) -> str:
    return f"Project {project}" if project else "No project"


def _token_file(context: Context, account: Account, place: str) -> Path | None:
    """Return the token file if that is where the tokens went, not a keyring or the like."""
    assert context.root is not None  # `_root` has raised otherwise.
    path = token_file(context.root, account)
    return path if str(path) == place else None
