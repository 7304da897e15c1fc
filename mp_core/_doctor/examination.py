"""What may be wrong with files, identities, plugins and network, and how to put it right."""

from __future__ import annotations

import warnings
from functools import partial

from mp_core._doctor.distributions import distribution_findings
from mp_core._doctor.finding import Finding, Level
from mp_core._doctor.identities import account_findings, environment_findings, plugin_findings
from mp_core._doctor.isolation import isolated
from mp_core._doctor.machine import machine_findings
from mp_core._doctor.network import network_findings
from mp_core._doctor.storage import storage_findings
from mp_core._runtime.context import Context
from mp_core.errors import CredentialWarning

__all__ = ["Finding", "Level", "examine"]


def examine(context: Context, *, fix: bool = False) -> list[Finding]:
    """Return what was found, including what is in order.

    No look depends on another: one that fails is itself a finding.

    Args:
        context: The surroundings.
        fix: Whether to put right what can be: modes of what is this user's are set, and files that
            are corrupt or belong to no account are moved to the quarantine. Nothing is deleted but
            what a killed process had begun to write.
    """
    with warnings.catch_warnings():
        # What is warned of elsewhere is a finding here.
        warnings.simplefilter("ignore", CredentialWarning)
        storage = isolated("files", "storage", partial(storage_findings, context, fix=fix))
        files = [*dict.fromkeys(storage)]  # What is in the way of two things is found twice.
        return [
            *files,
            *isolated("environment", "machine", partial(machine_findings, context)),
            *isolated("plugins", "distributions", partial(distribution_findings, context)),
            *isolated("plugins", "plugins", partial(plugin_findings, context)),
            *isolated("accounts", "accounts", partial(account_findings, context)),
            *isolated("environment", "resolution", partial(environment_findings, context, files)),
            *isolated("network", "network", partial(network_findings, context)),
        ]
