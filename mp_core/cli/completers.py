"""What a shell may complete: names and ids that the configuration holds.

Only the blocks of the file are read, so that no provider is imported. Completing never fails: what
cannot be read offers nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from mp_core.cli.invocation import Invocation
from mp_core.errors import MpError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Candidates = Iterator[tuple[str, str]]
Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def completing(find: Callable[[Invocation], Candidates]) -> Complete:
    """Return a function for click that offers what starts with the word so far."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        invocation = ctx.find_object(Invocation)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = dict(find(invocation)) if invocation else {}
        except MpError:
            return []
        return [
            CompletionItem(value, help=text)
            for value, text in found.items()
            if value.startswith(incomplete)
        ]

    return complete


def accounts(invocation: Invocation) -> Candidates:
    """Return the accounts, with their types."""
    config = invocation.context.store.read()
    for name in config.account_names():
        yield name, str(config.block(name).get("type", ""))


def targets(invocation: Invocation) -> Candidates:
    """Return the targets, with what they stand for."""
    config = invocation.context.store.read()
    for name in config.target_names():
        target = config.target(name)
        yield name, f"{target.account}, project {target.project}"


def projects(invocation: Invocation) -> Candidates:
    """Return the projects that accounts and targets name."""
    config = invocation.context.store.read()
    for name in config.account_names():
        if project := config.block(name).get("default_project"):
            yield str(project), f"default of {name}"
    for name in config.target_names():
        yield config.target(name).project, f"target {name}"


complete_accounts = completing(accounts)
complete_projects = completing(projects)
complete_targets = completing(targets)
