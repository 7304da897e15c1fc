"""What a resolution says to people: what was passed over, and how to supply what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from mp_core import _env as variables
from mp_core._config.document import ConfigDocument
from mp_core._resolution.record import Axis, AxisName, Offer
from mp_core._values.selection import joined
from mp_core._warning import warn
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account
from mp_core.plugin.environment import EnvAccount


def warn_of_incomplete(identities: Sequence[EnvAccount], explained: set[str]) -> None:
    """Warn of identities with variables that nothing else explains, in one warning."""
    partial = [
        found
        for found in identities
        if not found.is_complete and not explained.issuperset(found.variables)
    ]
    most = [p for p in partial if not any(set(p.variables) < set(o.variables) for o in partial)]
    if not most:
        return
    found = ", ".join(dict.fromkeys(name for report in most for name in report.variables))
    missing = ", or ".join(", ".join(report.missing) for report in most)
    warn(
        f"The identity in the environment is incomplete and was skipped: {found} set,"
        f" missing {missing}.",
        stacklevel=2,
    )


def warn_of_overrides(axes: Sequence[Axis]) -> None:
    """Warn where the environment wins over what the caller asked for, naming both."""
    for axis in axes:
        winner = axis.winner
        if winner is None or winner.source != "environment":
            continue
        for loser in axis.offers:
            asked = loser.source in ("parameter", "target") and loser.value is not None
            if asked and (axis.name == "account" or loser.value != winner.value):
                _warn(axis.name, winner.origin, _said(loser))


def _warn(axis: AxisName, origin: str, asked: str) -> None:
    warn(
        f"The {axis} comes from the environment ({origin}) and not from {asked};"
        f" {variables.IGNORE_ENV}=1 or `mp --no-env` turns that off.",
        stacklevel=2,
    )


def _said(offer: Offer) -> str:
    if offer.source == "target":
        return f"{offer.origin} ({offer.value})"
    return joined(offer.origin, str(offer.value))


def no_account(config: ConfigDocument, identities: Sequence[EnvAccount]) -> ConfigError:
    """Return the error for no account at all, with every way to name one."""
    known = config.account_names()
    ways = ["mp account use NAME", "mp --account NAME …"] if known else []
    ways += ["mp --target NAME …"] if config.target_names() else []
    ways += ["mp login", "mp account add NAME --type TYPE --region us|eu|in"]
    ways += [
        "export " + " ".join(f"{name}=…" for name in (*found.variables, *found.missing))
        for found in identities
    ]
    ways += [f"export {variables.AUTH_FILE}=PATH-OF-A-BRIDGE"]
    return ConfigError(
        "No account is selected."
        + (f" Configured accounts: {', '.join(known[:20])}." if known else ""),
        hint="One of:\n  " + "\n  ".join(ways),
        code="NO_ACCOUNT",
    )


def no_project(account: Account) -> ConfigError:
    """Return the error for an account without a project, with every way to name one."""
    is_configured = account.token_place is None
    ways = [
        "mp --project ID …",
        *([f"mp account update {account.name} --default-project ID"] if is_configured else []),
        f"export {variables.PROJECT_ID}=ID",
        "mp --target NAME …",
    ]
    return ConfigError(
        f"No project is selected for account {account.name!r}, which has no default project.",
        hint="One of:\n  " + "\n  ".join(ways),
        code="NO_PROJECT",
        details={"account": account.name},
    )
