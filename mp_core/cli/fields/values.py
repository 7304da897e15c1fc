"""The values of an account's fields, as they were given: secrets by stdin, variable or prompt."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from mp_core import _env as variables
from mp_core.cli.arguments import json_or_text, stdin_text
from mp_core.cli.fields.command import fields_in_force
from mp_core.cli.fields.option import Field
from mp_core.cli.invocation import Invocation
from mp_core.plugin._secret import fault_in, secret_in


def given_fields(
    invocation: Invocation, values: dict[str, Any], *, is_new: bool, is_alone: bool = True
) -> dict[str, Any]:
    """Return the fields with the values that were given, secrets included.

    Args:
        invocation: The run.
        values: What the command received as its other options.
        is_new: Whether secrets that were not given are looked for, in variable and prompt.
        is_alone: Whether nothing else is to be changed of an account that is not new; then, and
            beside other fields, its secrets are looked for in variables.
    """
    fields = fields_in_force()
    given = {
        field.name: value
        for field in fields
        if not field.is_secret and (value := values.get(field.parameter)) not in (None, ())
    }
    from_stdin = [field for field in fields if field.is_secret and values.get(field.parameter)]
    if len(from_stdin) > 1:
        raise click.UsageError("Only one secret can come from stdin.")
    secrets = {field.name: _from_stdin(field) for field in from_stdin}
    if is_new:
        for field in fields:
            if field.is_secret and field.name not in secrets:
                secrets |= _looked_up(field, invocation, has_other=bool(given or secrets))
    elif not secrets and (given or is_alone):
        secrets = _in_variables(fields, invocation, has_other=bool(given))
    structured = {field.name for field in fields if field.is_structured}
    return given | {
        name: json_or_text(text) if name in structured else text for name, text in secrets.items()
    }


def _in_variables(
    fields: Sequence[Field], invocation: Invocation, *, has_other: bool
) -> dict[str, str]:
    """Return the secrets that variables hold; an optional one gives way to other fields."""
    wanted = [field for field in fields if field.is_secret and (field.is_required or not has_other)]
    found = {field.name: _in_variable(field, invocation) for field in wanted}
    return {name: value for name, value in found.items() if value is not None}


def _looked_up(field: Field, invocation: Invocation, *, has_other: bool) -> dict[str, str]:
    """Return a secret from its variable or a hidden prompt; an optional one gives way to others."""
    if has_other and not field.is_required:
        return {}
    value = _in_variable(field, invocation) or _asked(field)
    if value is None and field.is_required:
        raise click.UsageError(
            f"The {field.name} is missing: give it on stdin with --{field.option}-stdin,"
            f" or in {field.variable}."
        )
    return {} if value is None else {field.name: value}


def _in_variable(field: Field, invocation: Invocation) -> str | None:
    """Return what the variable of a field holds: a secret, or JSON that holds some."""
    read = variables.get if field.is_structured else secret_in
    return read(invocation.env, field.variable)


def _asked(field: Field) -> str | None:
    """Ask for a secret at the terminal, without showing it; None where there is no terminal."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
        return None
    from mp_core._login.keyboard import typed_line

    prompt = f"{field.about[:1].upper()}{field.about[1:]}: "
    try:
        answer = typed_line(prompt, is_hidden=True)
    except EOFError:
        raise click.Abort from None
    answer = variables.without_line_end(answer)
    return _checked(answer, field, "What was typed or pasted") if answer else None


def _from_stdin(field: Field) -> str:
    is_typed = sys.stdin is not None and sys.stdin.isatty()
    value = (_asked(field) or "") if is_typed else variables.without_line_end(stdin_text())
    if not value:
        raise click.UsageError(f"There is nothing on stdin for --{field.option}-stdin.")
    return value if is_typed else _checked(value, field, "What stdin holds")


def _checked(value: str, field: Field, what: str) -> str:
    """Return a secret that was given, or refuse it without a part of it."""
    fault = None if field.is_structured else fault_in(value)
    if fault is None:
        return value
    raise click.UsageError(
        f"{what} cannot be the {field.name}: {fault}. Give it as one line of text."
    )
