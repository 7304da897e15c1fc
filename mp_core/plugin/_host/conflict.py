"""Plugins that are there more than once: who claims the name, and what to remove."""

from __future__ import annotations

from collections.abc import Sequence

from mp_core.errors import ProviderConflictError
from mp_core.plugin._host.discovery import Installed, known_distribution
from mp_core.plugin._host.installation import normalized
from mp_core.plugin._host.installers import remove_command, update_command
from mp_core.plugin.hooks import PROVIDERS


def conflict(group: str, name: str, candidates: Sequence[Installed]) -> ProviderConflictError:
    """Return the error for a name that several plugins claim, with every one of them."""
    candidates = sorted(candidates, key=str)
    claimants = [*dict.fromkeys(map(str, candidates))]
    what = "Account type" if group == PROVIDERS else "Extension"
    distributions = [*dict.fromkeys(one.distribution for one in candidates)]
    is_one = len(distributions) == 1
    times = f", {_times(len(candidates))}" if is_one else ""
    used = "none of them" if len(candidates) > 2 else "neither"
    return ProviderConflictError(
        f"{what} {name!r} is claimed by {_listed(claimants)}{times}; {used} is used.",
        hint=_update(candidates) if is_one else _removals(group, name, distributions),
        details={"type": name, "distributions": [c.distribution for c in candidates]},
    )


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _times(number: int) -> str:
    return "twice" if number == 2 else f"{number} times"


def _update(candidates: Sequence[Installed]) -> str:
    values = " and ".join(plugin.entry_point.value for plugin in candidates)
    command = update_command(candidates[0].distribution)
    return f"Its author meant one of {values}. Report this, or update it: {command}"


def _removals(group: str, name: str, distributions: Sequence[str]) -> str:
    """Return what to remove: never the distribution that the type is known to come from."""
    known = normalized(known_distribution(name) or "") if group == PROVIDERS else ""
    others = [one for one in distributions if normalized(one) != known]
    commands = [remove_command(one) for one in others]
    if len(others) == len(distributions):
        if len(others) == 2:
            return f"Remove one of them: {' · or: '.join(commands)}"
        return f"Remove all but one of them: {' · '.join(commands)}"
    return f"Remove the other{'s' * (len(others) > 1)}: {' · and: '.join(commands)}"
