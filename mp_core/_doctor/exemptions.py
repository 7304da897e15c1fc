"""Whether every entry of `NO_PROXY` means something."""

from __future__ import annotations

import re
import shlex
import warnings
from collections.abc import Iterator

from mp_core._doctor.finding import Finding
from mp_core._network.no_proxy import NoProxy
from mp_core._network.proxies import variable_of
from mp_core.errors import CredentialWarning


def exemption_findings() -> Iterator[Finding]:
    """Tell which entries are passed over."""
    from urllib.request import getproxies

    variable = variable_of("no")
    entries = [each for each in re.split(r"[,\s]+", getproxies().get("no", "")) if each]
    complaints = {each: _complaint(each, variable) for each in entries}
    rest = ",".join(each for each in entries if not complaints[each])
    for complaint in filter(None, complaints.values()):
        yield Finding(
            check="network",
            subject=variable,
            level="warning",
            message=complaint,
            fix=f"export {variable}={shlex.quote(rest)}",
        )


def _complaint(entry: str, variable: str) -> str | None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", CredentialWarning)
        NoProxy.parsed(entry, variable)
    return str(heard[0].message) if heard else None
