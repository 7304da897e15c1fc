"""Finding the region of a credential: all regions are asked at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from mp_core._api.me import Me
from mp_core._api.me_lookup import MeLookup
from mp_core._network.endpoints import REGIONS, Region
from mp_core._runtime.context import Context
from mp_core.errors import APIError, AuthenticationError, MpError, QueryError
from mp_core.plugin.account import Account

DEADLINE_S: Final = 15.0
"""How long a region has to answer, in seconds."""


def found_region(
    context: Context,
    account_in: Callable[[Region], Account],
    *,
    project: str | None = None,
    deadline_s: float = DEADLINE_S,
) -> tuple[Region, Me]:
    """Return the region that accepts a credential, and what it says.

    Where several do, the one in which the project, or else most projects, live.

    Args:
        context: The surroundings.
        account_in: Returns the account as it would be in a region.
        project: The project that is wanted, if that is known.
        deadline_s: How long each region has; one that does not answer is unknown, not a no.

    Raises:
        AuthenticationError: Every region refuses it.
        APIError: None accepts it, and some could not be asked.
    """
    answers = _answers(context, account_in, deadline_s)
    accepted = {region: answer for region, answer in answers.items() if isinstance(answer, Me)}
    if not accepted:
        raise _nowhere(answers)
    region = max(accepted, key=lambda region: _fit(region, accepted[region], project))
    return region, accepted[region]


def _answers(
    context: Context,
    account_in: Callable[[Region], Account],
    deadline_s: float,
) -> dict[Region, Me | MpError]:
    """Ask all regions at once; the threads of those that do not answer are left behind."""
    answers: dict[Region, Me | MpError] = {
        region: APIError(f"Region {region} did not answer within {deadline_s:g} s.")
        for region in REGIONS
    }
    found: dict[Region, Me | MpError] = {}

    def ask(region: Region) -> None:
        try:
            found[region] = MeLookup(context, account_in(region)).ask()
        except MpError as error:
            found[region] = error

    threads = [threading.Thread(target=ask, args=(region,), daemon=True) for region in REGIONS]
    for thread in threads:
        thread.start()
    end = time.monotonic() + deadline_s
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return answers | found


def _fit(region: Region, me: Me, project: str | None) -> tuple[bool, int]:
    """Return how well a region fits: by the wanted project, then by the number of projects."""
    at_home = [key for key in me.projects if me.region_of(key) in (region, None)]
    return project in at_home, len(at_home)


def _nowhere(answers: Mapping[Region, Me | MpError]) -> MpError:
    """Return the error for a credential that no region accepts, as far as could be asked."""
    errors = {region: error for region, error in answers.items() if isinstance(error, MpError)}
    unknown = {
        region: error
        for region, error in errors.items()
        if not isinstance(error, AuthenticationError | QueryError)
    }
    if not unknown:
        return AuthenticationError(
            f"No region accepts this credential: {', '.join(errors)} refuse it.",
            hint="Check the credential.",
        )
    told = " ".join(f"{region}: {error.message}" for region, error in unknown.items())
    return APIError(
        f"No region accepted this credential, and not all could be asked. {told}",
        hint="Try again, or name the region: --region us|eu|in",
    )
