"""What `mp login` finds out instead of asking: the type, and the credential in the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from mp_core import _env as variables
from mp_core._accounts.fields import not_replaced
from mp_core._config.document import ConfigDocument
from mp_core._login.options import SetupOptions
from mp_core._network.endpoints import REGIONS, Region
from mp_core._runtime.context import Context
from mp_core._values.session import NO_PROJECT
from mp_core._warning import warn
from mp_core.errors import ConfigError, ProviderError
from mp_core.plugin._fields import COMMON, is_secret, variable_of
from mp_core.plugin._host.host import Host
from mp_core.plugin._host.installers import USUAL, install_command
from mp_core.plugin._secret import secret_in
from mp_core.plugin.account import Account, reveal
from mp_core.plugin.environment import EnvAccount

_SCOPE: Final = frozenset({variables.REGION, variables.PROJECT_ID})
"""The variables that say where, not who."""


def completed(context: Context, config: ConfigDocument, options: SetupOptions) -> SetupOptions:
    """Return the options with what account and environment say of the rest.

    The type is the one asked for, else that of the account that is named, else that of a
    credential in the environment, else the one that logs in.

    Raises:
        ConfigError: No type, or several, would do; a variable is malformed; the named account is of
            another type or region; or a credential that is given would not be used.
    """
    env = context.env if context.reads_env else {}
    known, model = _named(config, options.account), _named(config, options.name)
    if options.new_name and options.name and model is None:
        config.account(options.name)  # This raises that there is none.
    options = _placed(options, known or model, env)
    said, options = options, _with_credential(context, env, options, known)
    _check_passed_over(context, env, options, said)
    return options if options.type else replace(options, type=_login_type(context))


def _named(config: ConfigDocument, name: str | None) -> Account | None:
    return config.account(name) if name in config.account_names() else None


def _placed(options: SetupOptions, model: Account | None, env: variables.Environ) -> SetupOptions:
    """Return the options with type, region and project, which a login changes for no account."""
    if model is not None and model.name == options.account:
        _check_fixed(model, "type", options.type)
        _check_fixed(model, "region", options.region)
    return replace(
        options,
        type=options.type or (model.type if model else None),
        region=options.region or (model.region if model else _region(env)),
        project=options.project or variables.project_id(env),
    )


def _check_fixed(known: Account, what: str, asked: str | None) -> None:
    present = getattr(known, what)
    if asked in (None, present):
        return
    raise ConfigError(
        f"Account {known.name!r} has the {what} {present}, which no login changes to {asked};"
        " nothing was changed.",
        hint=f"Set up an account of its own: mp login {known.name} --as NAME"
        + f" --{what} {asked} · or refresh this one: mp login {known.name}",
        code=f"FIXED_{what.upper()}",
        details={"account": known.name, what: present},
    )


def _with_credential(
    context: Context, env: variables.Environ, options: SetupOptions, known: Account | None
) -> SetupOptions:
    """Return the options with the credential that was given, or else the one that is there."""
    found = _from_env(context, env)
    if options.fields:
        type_ = options.type or _type_with(context, options.fields)
        fields = {**_kept(known, options.fields), **options.fields}
        return replace(options, type=type_, fields=fields)
    if known is not None and (renewed := _renewed(known, env)):
        return replace(options, fields={**_kept(known, renewed), **renewed})
    if found is None or found.account is None:
        return replace(options, fields=_own_fields(known) if known else {})
    if options.type not in (None, found.account.type):
        raise _of_another_type(found, options)
    return replace(options, type=found.account.type, fields=_own_fields(found.account))


def _type_with(context: Context, fields: Mapping[str, Any]) -> str:
    """Return the only type that has these fields.

    Raises:
        ConfigError: There is none, or several.
    """
    host = context.host
    found = [type_ for type_ in host.types() if fields.keys() <= _field_names(host, type_)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(fields)
    raise ConfigError(
        f"The account type is not clear: {len(found) or 'no'} types have the fields {names}.",
        hint=f"Name it, in Python type=: {' · '.join(found or host.types())}",
        code="NO_TYPE",
    )


def _field_names(host: Host, type_: str) -> set[str]:
    try:
        return set(host.model(type_).model_fields) - COMMON
    except ProviderError:
        return set()


def _kept(known: Account | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    return not_replaced(type(known), _own_fields(known), fields) if known else {}


def _renewed(known: Account, env: variables.Environ) -> dict[str, str]:
    """Return the fields of an account that variables hold, if there is a secret among them."""
    infos = {key: info for key, info in type(known).model_fields.items() if key not in COMMON}
    values = {key: secret_in(env, variable_of(key, info)) for key, info in infos.items()}
    found = {key: value for key, value in values.items() if value is not None}
    return found if any(is_secret(infos[key]) for key in found) else {}


def _region(env: variables.Environ) -> Region | None:
    value = variables.get(env, variables.REGION)
    found = next((region for region in REGIONS if region == value), None)
    if value is not None and found is None:
        raise variables.malformed(variables.REGION, "us, eu or in")
    return found


def _from_env(context: Context, env: variables.Environ) -> EnvAccount | None:
    """Return the credential in the environment; region and project may still be missing there.

    Raises:
        ConfigError: It is malformed.
    """
    found = next((report for report in _reports(context, env) if report.is_complete), None)
    if found is not None and found.error is not None:
        raise found.error
    return found


def _reports(context: Context, env: variables.Environ) -> list[EnvAccount]:
    defaults = {variables.REGION: REGIONS[0], variables.PROJECT_ID: NO_PROJECT}
    filled = {**env, **{k: v for k, v in defaults.items() if not variables.get(env, k)}}
    return context.host.accounts_from_env(filled) if env else []


def _check_passed_over(
    context: Context, env: variables.Environ, options: SetupOptions, said: SetupOptions
) -> None:
    """Say which credentials in the environment are not used; a part of one is refused.

    Raises:
        ConfigError: There is a secret that nothing has use for, since the rest is missing.
    """
    reports = _reports(context, env)
    used = {value for value in options.fields.values() if isinstance(value, str)}
    is_given = bool(said.fields) or any(
        variables.get(env, name) in used for report in reports for name in _own_variables(report)
    )
    for report in reports:
        unused = [name for name in _own_variables(report) if variables.get(env, name) not in used]
        if unused and not is_given and _secrets(context.host).intersection(unused):
            raise _incomplete(report, unused, said)
        if unused:
            _say_unused(report, is_given=is_given)


def _say_unused(report: EnvAccount, *, is_given: bool) -> None:
    why = "another one was given" if is_given else f"{' and '.join(report.missing)} is missing"
    warn(
        f"The credential in {_variables(report)} is not used: {why}.",
        stacklevel=2,
    )


def _secrets(host: Host) -> set[str]:
    """Return the variables that hold secrets."""
    models = [host.model(type_).model_fields for type_ in host.types() if _field_names(host, type_)]
    return {
        variable_of(name, info)
        for fields in models
        for name, info in fields.items()
        if is_secret(info)
    }


def _incomplete(report: EnvAccount, unused: list[str], said: SetupOptions) -> ConfigError:
    missing = " and ".join(report.missing)
    login = said.command.removeprefix("mp login")
    return ConfigError(
        f"{' and '.join(unused)} holds a part of a credential, and {missing} is missing; nothing"
        " was changed.",
        hint=f"Set {missing}, too · or leave the environment out: mp --no-env login{login}",
        code="INCOMPLETE_CREDENTIAL",
        details={"variables": unused, "missing": [*report.missing]},
    )


def _of_another_type(found: EnvAccount, options: SetupOptions) -> ConfigError:
    assert found.account is not None  # It is the one that is refused.
    what = f"account {options.account!r}" if options.account else "the login that was asked for"
    return ConfigError(
        f"The credential in {_variables(found)} is of type {found.account.type}, and {what} is of"
        f" type {options.type}; nothing was changed.",
        hint=f"Leave the environment out: mp --no-env login {options.account or ''}".rstrip()
        + " · or keep that credential as an account of its own: mp login --as NAME",
        code="UNUSED_CREDENTIAL",
        details={"type": found.account.type},
    )


def _variables(found: EnvAccount) -> str:
    return " and ".join(_own_variables(found))


def _own_variables(found: EnvAccount) -> list[str]:
    return [name for name in found.variables if name not in _SCOPE]


def _own_fields(account: Account) -> dict[str, Any]:
    return {key: value for key, value in reveal(account).items() if key not in COMMON}


def _login_type(context: Context) -> str:
    types = context.host.login_types()
    if len(types) == 1:
        return types[0]
    known = " · ".join(f"mp login --type {type_}" for type_ in types or context.host.types())
    install = install_command(USUAL)
    raise ConfigError(
        "The account type is not clear: no credential was given, and "
        + ("several types log in." if types else "no installed type logs in."),
        hint=f"Name it: {known}" if known else f"Install providers: {install}",
        code="NO_TYPE",
    )
