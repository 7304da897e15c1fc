"""`mp login`: from nothing to a working default in one step, which finds what was not said.

Nothing is written before the credential has proven itself; then the account, its tokens and
`[active]` are written together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mp_core._accounts.fields import refuse_taken, validated
from mp_core._accounts.forget import forget
from mp_core._api.me import Me
from mp_core._api.me_lookup import MeLookup
from mp_core._config.document import ConfigDocument
from mp_core._config.edit import ConfigEdit
from mp_core._frozen import Frozen
from mp_core._login.inference import account_name, chosen_project, completed, known_twin
from mp_core._login.login import LoginAttempt
from mp_core._login.options import SetupOptions
from mp_core._login.regions import found_region, region_of_domain
from mp_core._login.terminal import Terminal
from mp_core._network.endpoints import Region
from mp_core._runtime.context import Context
from mp_core._values.session import NO_PROJECT
from mp_core._values.user import MeUserInfo
from mp_core.plugin.account import Account

_DRAFT: Final = "new"
"""Name of an account whose own name is not known yet."""
_FIRST_REGION: Final[Region] = "us"


class SetupResult(Frozen):
    """What is in force now.

    Attributes:
        account_name: The account, which is the active one.
        type: Its account type.
        region: Its region.
        project: Its default project.
        user: Whose it is, when Mixpanel said so.
        is_new: Whether the account was added, and not refreshed.
    """

    account_name: str
    type: str
    region: Region
    project: str
    user: MeUserInfo | None
    is_new: bool


def set_up(context: Context, options: SetupOptions, terminal: Terminal) -> SetupResult:
    """Make an account that works the active one: a new one, or the one that it already is.

    Raises:
        ConfigError: Type or project cannot be determined, or the account is refused.
        AuthenticationError: No region accepts the credential, or the login failed.
        APIError: Mixpanel could not be asked.
    """
    config = context.config()
    options = completed(context, config, options)
    draft = _draft(context, options, options.region or _FIRST_REGION)
    if context.host.has_login(draft):
        return _by_login(context, config, options, draft, terminal)
    region, me = _asked(context, options)
    draft = _draft(context, options, region)
    account, is_new = _settled(context, config, options, draft, me, terminal)
    with context.transaction() as edit:
        _put(context, edit, account, is_new)
    MeLookup(context, account).keep(me)
    return _result(account, me, is_new)


def _asked(context: Context, options: SetupOptions) -> tuple[Region, Me]:
    if options.region is not None:
        draft = _draft(context, options, options.region)
        return options.region, MeLookup(context, draft).ask()
    return found_region(
        context, lambda region: _draft(context, options, region), project=options.project
    )


def _by_login(
    context: Context,
    config: ConfigDocument,
    options: SetupOptions,
    draft: Account,
    terminal: Terminal,
) -> SetupResult:
    """Log in, and once more where the chosen project turns out to live in another region."""
    command = f"mp login {options.name or ''}".strip()
    with LoginAttempt(
        context, draft, terminal, command=command, opens_browser=options.opens_browser
    ) as attempt:
        me = attempt.run()
        account, is_new = _settled(context, config, options, draft, me, terminal)
        home = _home(me, account)
        if options.region is not None or home in (None, draft.region):
            with context.transaction() as edit:
                _put(context, edit, account, is_new)
                attempt.keep(account)
            MeLookup(context, account, tokens=attempt.tokens).keep(me)
            return _result(account, me, is_new)
    terminal.say(f"Project {_project(account)} lives in region {home}: once more, there.")
    options = replace(options, region=home, project=_project(account))
    elsewhere = _draft(context, options, home or draft.region)
    return _by_login(context, config, options, elsewhere, terminal)


def _home(me: Me, account: Account) -> Region | None:
    """Return the region that the account's project lives in, as far as `/me` tells."""
    project = me.projects.get(_project(account))
    return region_of_domain(project.domain) if project else None


def _put(context: Context, edit: ConfigEdit, account: Account, is_new: bool) -> None:
    if is_new:
        refuse_taken(edit.document, account.name)
        forget(context, account.name, account)
    edit.put_account(account)
    edit.activate(account.name)


def _result(account: Account, me: Me, is_new: bool) -> SetupResult:
    return SetupResult(
        account_name=account.name,
        type=account.type,
        region=account.region,
        project=_project(account),
        user=me.user,
        is_new=is_new,
    )


def _project(account: Account) -> str:
    assert account.default_project is not None  # `_settled` has chosen one.
    return account.default_project


def _draft(context: Context, options: SetupOptions, region: Region) -> Account:
    """Return the account as far as it is known."""
    fields = {
        **options.fields,
        "type": options.type,
        "name": options.name or _DRAFT,
        "region": region,
        "default_project": options.project or NO_PROJECT,
    }
    return validated(context, fields, "add")


def _settled(
    context: Context,
    config: ConfigDocument,
    options: SetupOptions,
    draft: Account,
    me: Me,
    terminal: Terminal,
) -> tuple[Account, bool]:
    """Return the account with its project and name, and whether it is a new one."""
    twin = known_twin(context, config, options.name, draft, me)
    project = chosen_project(options.project, twin, me, terminal)
    name = options.name or (
        twin.name if twin else account_name(context, config, draft, me, project)
    )
    account = draft.model_copy(update={"name": name, "default_project": project})
    return account, name not in config.account_names()
