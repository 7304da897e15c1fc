"""Loading all that workers need, so that a forked one starts at once."""

from __future__ import annotations

import os
import ssl
from contextlib import redirect_stdout
from pathlib import Path

import certifi
import filelock
import httpx

from tests.campaign.journal import Step
from tests.campaign.verbs import SERVER, VERBS

LOADED = (filelock, httpx)


def warm(directory: Path, url: str, manner: str) -> None:
    """Use the library in a home of its own, so that it has loaded what it loads when used.

    A worker that is forked from a process which has not been warmed loads that in the midst of a
    refresh, as a program does: some should be of this kind.
    """
    home = directory / "warm"
    home.mkdir()
    os.environ |= {
        "HOME": str(home),
        "MP_API_BASE_URL": f"{url}/{manner}",
        "SSL_CERT_FILE": str(certificates(directory)),
        SERVER: url,
    }
    for verb in ("add", "token", "call", "switch", "export", "target"):
        VERBS[verb](Step(verb, "warm", "target"))
    with redirect_stdout(None):
        VERBS["mp token"](Step("mp token", "warm"))


def certificates(directory: Path) -> Path:
    """Return a file with one certificate: the many of the usual file take long to load."""
    path = directory / "certificates.pem"
    if not path.exists():
        end = "-----END CERTIFICATE-----\n"
        path.write_text(Path(certifi.where()).read_text().partition(end)[0] + end)
        ssl.create_default_context(cafile=str(path))
    return path
