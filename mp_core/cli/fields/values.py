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
    found = {field.name: variables.get(invocation.env, field.variable) for field in wanted}
    return {name: value for name, value in found.items() if value is not None}


def _looked_up(field: Field, invocation: Invocation, *, has_other: bool) -> dict[str, str]:
    """Return a secret from its variable or a hidden prompt; an optional one gives way to others."""
    if has_other and not field.is_required:
        return {}
    value = variables.get(invocation.env, field.variable) or _asked(field)
    if value is None and field.is_required:
        raise click.UsageError(
            f"The {field.name} is missing: give it on stdin with --{field.option}-stdin,"
            f" or in {field.variable}."
        )
    return {} if value is None else {field.name: value}


def _asked(field: Field) -> str | None:
    """Ask for a secret at the terminal, without showing it; None where there is no terminal."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
        return None
    prompt = f"{field.about[:1].upper()}{field.about[1:]}"
    answer: str = click.prompt(prompt, hide_input=True, default="", show_default=False, err=True)
    return answer or None


def _from_stdin(field: Field) -> str:
    is_typed = sys.stdin is not None and sys.stdin.isatty()
    text = (_asked(field) or "") if is_typed else stdin_text()
    value = text.removesuffix("\n").removesuffix("\r")
    if value:
        return value
    raise click.UsageError(f"There is nothing on stdin for --{field.option}-stdin.")
