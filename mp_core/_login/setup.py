"""`mp login`: from nothing to a working default in one step, which finds what was not said.

Nothing is written before the credential has proven itself and whose it is; then the account, its
tokens and `[active]` are written together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NamedTuple

from mp_core._accounts.fields import changed_meanwhile, given, refuse_taken, spelled, validated
from mp_core._accounts.forget import forget_earlier, refuse_foreign
from mp_core._api.me import Me
from mp_core._api.me_lookup import MeLookup
from mp_core._api.owner import OwnerRecord
from mp_core._api.proof import Owner
from mp_core._config.document import ConfigDocument
from mp_core._config.edit import ConfigEdit
from mp_core._frozen import Frozen
from mp_core._login.inference import completed
from mp_core._login.login import LoginAttempt
from mp_core._login.options import SetupOptions
from mp_core._login.projects import chosen_project
from mp_core._login.recognition import account_name, recognized
from mp_core._login.regions import found_region
from mp_core._login.take_over import displaced_owner, say_inherited, say_taken_over
from mp_core._login.terminal import Terminal, process_terminal
from mp_core._network.endpoints import Region
from mp_core._public import exported_from
from mp_core._runtime.context import Context
from mp_core._runtime.recording import VetoesRecorded
from mp_core._sealed import sealed
from mp_core._values.commands import Retry
from mp_core._values.selection import selected
from mp_core._values.session import NO_PROJECT
from mp_core._values.user import MeUserInfo
from mp_core._warning import going_on
from mp_core.plugin.account import Account

_DRAFT: Final = "new"
"""Name of an account whose own name is not known yet."""
_FIRST_REGION: Final[Region] = "us"


@exported_from("mp_core")
class LoginResult(Frozen):
    """What is in force now.

    Attributes:
        account_name: The account, which is the active one.
        type: Its account type.
        region: Its region.
        project: Its default project.
        user: Whose it is.
        is_new: Whether the account was added, and not refreshed.
    """

    account_name: str
    type: str
    region: Region
    project: str
    user: MeUserInfo | None
    is_new: bool


@sealed
def login(
    name: str | None = None,
    *,
    type: str | None = None,
    region: Region | None = None,
    project: str | int | None = None,
    open_browser: bool = True,
    take_over: bool = False,
    **fields: Any,
) -> LoginResult:
    """Set up an account that works, and make it the active one: what `mp login` does.

    The type follows from the fields, else from a credential in the environment, else it is the one
    that logs in with a browser. Without a name, the account of the same type, region and owner is
    refreshed, or a new one is named after the project's organization.

    Args:
        name: The account to refresh, or the name of a new one.
        type: The account type, where it is not to be found out.
        region: `us`, `eu` or `in`, where it is not to be found out.
        project: Its default project.
        open_browser: Whether to open a browser here; the address is shown in any case.
        take_over: Whether another person may take the account over.
        **fields: The type's own fields, which are the credential, such as a secret.

    Raises:
        ConfigError: Type or project cannot be determined, or the account is refused.
        OAuthError: The account is somebody else's (`OWNER_MISMATCH`); nothing was changed.
        AuthenticationError: No region accepts the credential, or the login failed.
        APIError: Mixpanel could not be asked.
    """
    context = Context()
    options = SetupOptions(
        name=name,
        type=type,
        region=region,
        project=selected(project=project).project,
        fields=given(**fields),
        opens_browser=open_browser,
        take_over=take_over,
    )
    return set_up(context, options, process_terminal(context.env))


def set_up(context: Context, options: SetupOptions, terminal: Terminal) -> LoginResult:
    """Make an account that works the active one: a new one, or the one that it already is.

    Raises:
        MpError: See `login`.
    """
    config = context.config()
    with VetoesRecorded(context):
        setup = _Setup(context, config, completed(context, config, options), terminal, options)
        return _done(setup)


@going_on()
def _done(setup: _Setup) -> LoginResult:
    draft = setup.draft(setup.options.region or _FIRST_REGION)
    if setup.context.host.has_login(draft):
        return _by_login(setup, draft)
    region, me = _asked(setup)
    return setup.kept(setup.plan(setup.draft(region), me, region))


class _Plan(NamedTuple):
    """What is to be written.

    Attributes:
        account: The account, with the project that was chosen.
        me: Whose it is.
        is_new: Whether there is none of its name.
        displaced: The owner whose account it was, if somebody else takes it over.
    """

    account: Account
    me: Me
    is_new: bool
    displaced: Owner | None

    @property
    def project(self) -> str:
        """The default project."""
        assert self.account.default_project is not None  # The plan has chosen one.
        return self.account.default_project


class _Setup(NamedTuple):
    """What an account is set up from.

    Attributes:
        context: The surroundings.
        config: What is configured.
        options: What was said, and what was found out.
        terminal: The person.
        said: What was said.
    """

    context: Context
    config: ConfigDocument
    options: SetupOptions
    terminal: Terminal
    said: SetupOptions

    def draft(self, region: Region) -> Account:
        """Return the account as far as it is known."""
        options = self.options
        fields = {
            **options.fields,
            "type": options.type,
            "name": options.account or _DRAFT,
            "region": region,
            "default_project": options.project or NO_PROJECT,
        }
        return validated(self.context, fields, "add")

    def plan(self, draft: Account, me: Me, region: Region | None) -> _Plan:
        """Return the account with its name and its project, which lives in the given region.

        Raises:
            ConfigError: The project is not clear.
            OwnerMismatchError: The account that was named is somebody else's.
        """
        known = self._known(draft, me)
        displaced = self._displaced(known, me) if known else None
        project = chosen_project(
            self.options.project, known, me, region, self.terminal, self._naming_project()
        )
        name = self.options.account or (
            known.name if known else account_name(self.config, draft, me, project)
        )
        account = draft.model_copy(update={"name": name, "default_project": project})
        return _Plan(account, me, is_new=known is None, displaced=displaced)

    def _known(self, draft: Account, me: Me) -> Account | None:
        name = self.options.account
        if name is None:
            return recognized(self.context, self.config, draft, me)
        return self.config.account(name) if name in self.config.account_names() else None

    def _displaced(self, known: Account, me: Me) -> Owner | None:
        context, options = self.context, self.options
        return displaced_owner(
            context, known, me, self.terminal, self._retry(), may=options.take_over
        )

    def _retry(self, *, has_project: bool = True) -> Retry:
        """Return what a person types to say the same once more, their project left out or not."""
        said, model = self.said, self.context.host.model(str(self.options.type))
        project = said.project if has_project else None
        values = {**given(region=said.region, default_project=project), **said.fields}
        return Retry(said.command, spelled(model, values))

    def _naming_project(self) -> str:
        over = " --take-over" if self.options.take_over else ""
        return f"{self._retry(has_project=False)}{over} --project ID"

    def kept(self, plan: _Plan, attempt: LoginAttempt | None = None) -> LoginResult:
        """Write the account, its login and `[active]`, all together."""
        context, account, me = self.context, plan.account, plan.me
        tokens = attempt.tokens if attempt else None
        owner = OwnerRecord(context, account, tokens=tokens)
        may = plan.is_new or plan.displaced is not None
        with (
            owner.admitted(me, self._retry(), take_over=may),
            context.transaction() as edit,
        ):
            _put(context, edit, plan)
            if attempt is not None:
                attempt.keep(account)
        MeLookup(context, account, tokens=tokens).keep(me)
        if plan.displaced is not None:
            say_taken_over(context, account, plan.displaced, me, self.terminal)
        if plan.is_new:
            say_inherited(context, account, self.terminal)
        return _result(plan)


def _asked(setup: _Setup) -> tuple[Region, Me]:
    region, project = setup.options.region, setup.options.project
    if region is not None:
        return region, MeLookup(setup.context, setup.draft(region)).ask()
    return found_region(setup.context, setup.draft, project=project)


def _by_login(setup: _Setup, draft: Account) -> LoginResult:
    """Log in, and once more where the chosen project turns out to live in another region."""
    context, options, terminal = setup.context, setup.options, setup.terminal
    if options.account in setup.config.account_names():
        refuse_foreign(context, draft)
    with LoginAttempt(
        context, draft, terminal, command=options.command, opens_browser=options.opens_browser
    ) as attempt:
        me = attempt.run()
        plan = setup.plan(draft, me, options.region)
        home = me.region_of(plan.project)
        if options.region is not None or home in (None, draft.region):
            return setup.kept(plan, attempt)
    terminal.say(f"Project {plan.project} lives in region {home}: once more, there.")
    options = replace(options, region=home, project=plan.project)
    elsewhere = setup._replace(options=options)
    return _by_login(elsewhere, elsewhere.draft(home or draft.region))


def _put(context: Context, edit: ConfigEdit, plan: _Plan) -> None:
    account = plan.account
    if not plan.is_new:
        _check_unchanged(edit.document, account)
    else:
        refuse_taken(edit.document, account.name)
        forget_earlier(context, account)
    edit.put_account(account)
    edit.activate(account.name)


def _check_unchanged(config: ConfigDocument, account: Account) -> None:
    """Refuse to refresh what was removed, or became another account, while its person approved."""
    now = config.account(account.name) if account.name in config.account_names() else None
    if now is None or (now.type, now.region) != (account.type, account.region):
        raise changed_meanwhile(account.name)


def _result(plan: _Plan) -> LoginResult:
    account = plan.account
    return LoginResult(
        account_name=account.name,
        type=account.type,
        region=account.region,
        project=plan.project,
        user=plan.me.user,
        is_new=plan.is_new,
    )
