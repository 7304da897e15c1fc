"""What may be wrong with files, identities, plugins and network, and how to put it right."""

from __future__ import annotations

import warnings

from mp_core._doctor.finding import Finding, Level
from mp_core._doctor.identities import identity_findings, plugin_findings
from mp_core._doctor.network import network_findings
from mp_core._doctor.storage import storage_findings
from mp_core._runtime.context import Context
from mp_core.errors import CredentialWarning

__all__ = ["Finding", "Level", "examine"]


def examine(context: Context, *, fix: bool = False) -> list[Finding]:
    """Return what was found, including what is in order.

    Args:
        context: The surroundings.
        fix: Whether to put right what can be: modes are tightened, and files that are corrupt or
            belong to no account are moved to the quarantine. Nothing is deleted but what a killed
            process had begun to write.
    """
    with warnings.catch_warnings():
        # What is warned of elsewhere is a finding here.
        warnings.simplefilter("ignore", CredentialWarning)
        return [
            *storage_findings(context, fix=fix),
            *plugin_findings(context),
            *identity_findings(context),
            *network_findings(context),
        ]
