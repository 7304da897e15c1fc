"""A policy that keeps its contract, and what can be wrong with one."""

from __future__ import annotations

from tests.support.defect import Defect

POLICY = """
from mp_core.errors import ConfigError
from mp_core.plugin import hookimpl

@hookimpl
def mp_validate_account(account, stage):
    if account.region != "eu":
        message = f"Accounts of this company live in the eu region, not in {account.region}."
        raise ConfigError(message, hint="Ask the data office.")
"""

POLICY_DEFECTS = {
    "hookless": Defect(
        "mp_validate_account(account, stage):",
        "mp_account_status(account):",
        "test_it_has_the_hook_of_a_policy",
        "A policy implements mp_validate_account",
    ),
    "strict": Defect(
        'account.region != "eu"',
        'account.region != "eu" or stage == "update"',
        "test_it_accepts_what_it_should_at_every_stage",
        "refuses 'inside' of the fixture `accepted` at the stage update",
    ),
    "lax": Defect(
        'account.region != "eu"',
        'account.region != "eu" and stage != "env"',
        "test_it_refuses_what_it_should_at_every_stage",
        "accepts 'outside' of the fixture `refused` at the stage env",
    ),
    "wordless": Defect(
        "raise ConfigError(message",
        "raise ConfigError(''",
        "test_a_refusal_says_why_and_what_to_do",
        "the policy does not say why",
    ),
    "helpless": Defect(
        ', hint="Ask the data office."',
        "",
        "test_a_refusal_says_why_and_what_to_do",
        "the policy does not say what to do",
    ),
    "crashing": Defect(
        "raise ConfigError(message",
        "raise KeyError(message) or ConfigError(message",
        "test_it_refuses_what_it_should_at_every_stage",
        "A policy must raise ConfigError, and nothing else",
    ),
    "telling": Defect(
        "{account.region}.",
        "{account.key.get_secret_value()}.",
        "test_a_refusal_shows_no_secret",
        "the policy puts a secret into its error",
    ),
    "noting": Defect(
        "    if account",
        "    open('seen', 'w').close()\n    if account",
        "test_it_only_looks",
        "mp_validate_account writes the file seen",
    ),
    "changing": Defect(
        "    if account",
        "    account.__dict__['default_project'] = '1'\n    if account",
        "test_it_only_looks",
        "mp_validate_account changes the account",
    ),
    "moody": Defect(
        "in {account.region}.",
        "in {__import__('secrets').token_hex()}.",
        "test_it_answers_the_same_every_time",
        "answers otherwise",
    ),
    "late": Defect(
        'account.region != "eu"',
        'account.region != "eu" and stage != "add"',
        "test_an_account_that_is_refused_cannot_be_added",
        "DID NOT RAISE",
    ),
    "early": Defect(
        'account.region != "eu"',
        'account.region != "eu" or stage == "add"',
        "test_an_account_that_is_accepted_can_be_added_and_read",
        "'inside' of the fixture `accepted` cannot be added",
    ),
}
"""Defects of a policy by name."""
