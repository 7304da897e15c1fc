"""Every command of the tree, each with words that make it succeed in the stocked shell."""

from __future__ import annotations

from collections.abc import Iterator

import click

from mp_core.cli.root import root

DAYS = "--from 2024-01-01 --to 2024-01-02"

READING = {
    "account list": "",
    "account show": "",
    "account test": "",
    "account token": "agent",
    "project list": "",
    "project show": "",
    "workspace list": "",
    "workspace show": "",
    "target list": "",
    "target show": "ecom",
    "session": "",
    "inspect events": "",
    "query segmentation": f"Purchase {DAYS}",
    "api": "GET /me",
    "plugins list": "",
    "plugins info": "oauth_token",
    "help": "environment",
    "doctor": "",
}
"""Commands that print data and change nothing."""

CHANGING = {
    "account add": "new --type oauth_token --region us --default-project 9 --token-env AGENT_TOKEN",
    "account update": "ci --default-project 10",
    "account rename": "me ada",
    "account remove": "me",
    "account use": "agent",
    "account logout": "me",
    "account export-bridge": "--to bridge.json",
    "account remove-bridge": "",
    "project use": "10",
    "workspace use": "3448414",
    "target add": "new",
    "target use": "ecom",
    "target remove": "ecom",
    "logout": "me",
    "plugins new": "acme_sso",
    "plugins enable": "audit_log",
    "plugins disable": "audit_log",
}
"""Commands that change something, and confirm it."""

OTHER = {
    "account login": "me",
    "login": "--type oauth_browser",
    "completion": "bash",
    "demo": "",
    "sandbox": "",
}
"""Commands that neither of these describes."""

CALLING = (
    "account test",
    "project list",
    "workspace list",
    "inspect events",
    "query segmentation",
    "api",
)
"""Commands that ask Mixpanel."""

EVERY = READING | CHANGING | OTHER


def words_of(command: str, *more: str) -> list[str]:
    """Return the words of a command that succeeds."""
    return [*command.split(), *EVERY[command].split(), *more]


def tree(
    command: click.Command = root, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Yield every group and every command, behind the words that lead to it."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from tree(found, (*path, name))


def leaves() -> list[str]:
    """Return the words of every command of the tree that is no group."""
    return [words for words, command in tree() if not isinstance(command, click.Group)]
