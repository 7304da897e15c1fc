"""Plugins that are there more than once: who claims the name, and what to remove."""

from __future__ import annotations

from collections.abc import Sequence

from mp_core.errors import ProviderConflictError
from mp_core.plugin._host.discovery import Installed, known_distribution
from mp_core.plugin._host.installers import remove_command, update_command
from mp_core.plugin.hooks import PROVIDERS


def conflict(group: str, name: str, candidates: Sequence[Installed]) -> ProviderConflictError:
    candidates = sorted(candidates, key=str)
    names = " and ".join(dict.fromkeys(map(str, candidates)))
    what = "Account type" if group == PROVIDERS else "Extension"
    distributions = [*dict.fromkeys(one.distribution for one in candidates)]
    is_one = len(distributions) == 1
    return ProviderConflictError(
        f"{what} {name!r} is claimed by {names}{', twice' if is_one else ''}; neither is used.",
        hint=_update(candidates) if is_one else _removals(name, distributions),
        details={"type": name, "distributions": [c.distribution for c in candidates]},
    )


def _update(candidates: Sequence[Installed]) -> str:
    values = " and ".join(plugin.entry_point.value for plugin in candidates)
    command = update_command(candidates[0].distribution)
    return f"Its author meant one of {values}. Report this, or update it: {command}"


def _removals(name: str, distributions: Sequence[str]) -> str:
    """Return what to remove: never the distribution that the type is known to come from."""
    known = known_distribution(name)
    commands = [remove_command(one) for one in distributions if one != known]
    return (
        f"Remove {'the other' if len(commands) == 1 else 'one of them'}: {' · or: '.join(commands)}"
    )
