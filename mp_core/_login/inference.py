"""What `mp login` finds out instead of asking: type, project, and whose account it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from mp_core import _env as variables
from mp_core._accounts.fields import not_replaced
from mp_core._api.me import Me
from mp_core._api.me_lookup import MeLookup
from mp_core._config.document import ConfigDocument
from mp_core._login.options import SetupOptions
from mp_core._login.project_prompt import picked
from mp_core._login.terminal import Terminal
from mp_core._network.endpoints import REGIONS, Region
from mp_core._runtime.context import Context
from mp_core._values.session import NO_PROJECT, Project
from mp_core.errors import ConfigError
from mp_core.plugin._host.installers import install_command
from mp_core.plugin.account import Account, reveal

_COMMON: Final = frozenset({"type", "name", "region", "default_project"})
_LISTED: Final = 20


def completed(context: Context, config: ConfigDocument, options: SetupOptions) -> SetupOptions:
    """Return the options with its type, and with what account or environment say of the rest.

    The type is the one asked for, else that of the account that is named, else that of a
    credential in the environment, else the one that logs in.

    Raises:
        ConfigError: No type, or several, would do; or a variable is malformed.
    """
    env = context.env if context.reads_env else {}
    known = config.account(options.name) if options.name in config.account_names() else None
    options = replace(
        options,
        type=options.type or (known.type if known else None),
        region=options.region or (known.region if known else _region(env)),
        project=options.project or variables.project_id(env),
        fields={**_kept(known, options.fields), **options.fields},
    )
    if options.type is None and (found := _from_env(context, env)):
        options = replace(options, type=found.type, fields=_own_fields(found))
    return options if options.type else replace(options, type=_login_type(context))


def _kept(known: Account | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    return not_replaced(type(known), _own_fields(known), fields) if known else {}


def _region(env: variables.Environ) -> Region | None:
    value = variables.get(env, variables.REGION)
    found = next((region for region in REGIONS if region == value), None)
    if value is not None and found is None:
        raise variables.malformed(variables.REGION, "us, eu or in")
    return found


def _from_env(context: Context, env: variables.Environ) -> Account | None:
    """Return the credential in the environment; region and project may still be missing there."""
    defaults = {variables.REGION: REGIONS[0], variables.PROJECT_ID: NO_PROJECT}
    filled = {**env, **{k: v for k, v in defaults.items() if not variables.get(env, k)}}
    reports = context.host.accounts_from_env(filled) if env else []
    return next((report.account for report in reports if report.account), None)


def _own_fields(account: Account) -> dict[str, Any]:
    return {key: value for key, value in reveal(account).items() if key not in _COMMON}


def _login_type(context: Context) -> str:
    types = context.host.login_types()
    if len(types) == 1:
        return types[0]
    known = " · ".join(f"mp login --type {type_}" for type_ in types or context.host.types())
    install = install_command('"mp-core[providers]"')
    raise ConfigError(
        "The account type is not clear: no credential was given, and "
        + ("several types log in." if types else "no installed type logs in."),
        hint=f"Name it: {known}" if known else f"Install providers: {install}",
        code="NO_TYPE",
    )


def known_twin(
    context: Context, config: ConfigDocument, name: str | None, draft: Account, me: Me
) -> Account | None:
    """Return the configured account that this is: the one named, or one of the same identity."""
    if name is not None:
        return config.account(name) if name in config.account_names() else None
    return next(
        (known for known in _like(config, draft) if _is_twin(context, known, draft, me)), None
    )


def _like(config: ConfigDocument, draft: Account) -> Iterator[Account]:
    """Return the usable accounts of the same type and region."""
    for name in config.account_names():
        try:
            account = config.account(name)
        except ConfigError:
            continue
        if (account.type, account.region) == (draft.type, draft.region):
            yield account


def _is_twin(context: Context, known: Account, draft: Account, me: Me) -> bool:
    user = MeLookup(context, known).user()
    if user is not None and me.user is not None:
        return user.id == me.user.id
    visible = _visible(known)
    return bool(visible) and visible == _visible(draft)


def _visible(account: Account) -> dict[str, Any]:
    """Return a type's own fields that are no secret: they tell one identity from another."""
    return {
        key: value
        for key, value in account
        if key not in _COMMON and value is not None and not hasattr(value, "get_secret_value")
    }


def chosen_project(wanted: str | None, twin: Account | None, me: Me, terminal: Terminal) -> str:
    """Return the project: the one wanted, the account's own, the only one, or the person's pick.

    Raises:
        ConfigError: There is none, it is not among those of the credential, or nobody can pick.
    """
    projects = me.project_list()
    known = {project.id for project in projects}
    if wanted is not None:
        if projects and wanted not in known:
            raise _unclear(f"Project {wanted} is not among those of this credential", projects)
        return wanted
    if twin is not None and twin.default_project in known:
        return str(twin.default_project)
    if not projects:
        raise ConfigError("This credential has no project.", hint="Name one: mp login --project ID")
    choice = projects[0].id if len(projects) == 1 else picked(projects, terminal)
    if choice is None:
        raise _unclear("The project is not clear", projects)
    return choice


def _unclear(problem: str, projects: list[Project]) -> ConfigError:
    lines = [f"  {project.id}  {project.name or ''}".rstrip() for project in projects[:_LISTED]]
    more = [f"  … and {len(projects) - _LISTED} more"] if len(projects) > _LISTED else []
    return ConfigError(
        f"{problem}; it may read {len(projects)}.",
        hint="\n".join(["Name one: mp login --project ID", *lines, *more]),
        code="NO_PROJECT",
        details={"projects": [project.id for project in projects]},
    )


def account_name(
    context: Context, config: ConfigDocument, draft: Account, me: Me, project: str
) -> str:
    """Return a name after the project's organization, which no other identity has.

    An account of that name whose login is gone is taken for the same one.
    """
    base = _slug(_organization(me, project) or draft.type)
    taken = config.account_names()
    if base not in taken or _is_logged_out(context, config, base, draft):
        return base
    return next(name for n in range(2, len(taken) + 3) if (name := f"{base}-{n}") not in taken)


def _organization(me: Me, project: str) -> str | None:
    found = me.projects.get(project)
    organization = me.organizations.get(str(found.organization_id)) if found else None
    return organization.name if organization else None


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:48].rstrip("-") or "mixpanel"


def _is_logged_out(context: Context, config: ConfigDocument, name: str, draft: Account) -> bool:
    known = next((account for account in _like(config, draft) if account.name == name), None)
    if known is None or not context.host.has_login(known):
        return False
    return context.vault.peek(known) is None
