"""What other distributions hold: their entry points and metadata, beside the good ones."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

from hypothesis import strategies as st

from mp_core.errors import ProviderError
from mp_core.plugin._host.broken import broken_distributions
from mp_core.plugin._host.discovery import installed, scanned
from mp_core.plugin._host.distributions import LEFTOVER
from mp_core.plugin._host.host import Host
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS
from tests.fuzz.target import Check, target
from tests.fuzz.texts import mostly, mutated, texts

POINTS = f"[{PROVIDERS}]\nt_x = acme_nowhere\n[{EXTENSIONS}]\naudit = acme_nowhere:x\n".encode()
METADATA = b"Metadata-Version: 2.1\nName: acme-x\nVersion: 1.0\n\nWords.\n"
LINES = [
    *[
        f"[{PROVIDERS}]",
        f"[{EXTENSIONS}]",
        "[",
        "[]",
        "]",
        "t_x = acme_nowhere",
        "t_x",
        "= x",
        "t_x =",
    ],
    *[
        "t_x = acme_nowhere:y.z [extra]",
        "t x = 1",
        " t_y = acme_nowhere",
        "# x",
        ";",
        "t_x : acme_nowhere",
    ],
    *[
        "%(x)s = %",
        "t_x = ../x",
        "t_x = acme_nowhere; import os",
        "t_\u00e9 = acme_nowhere",
        "\ufeff",
    ],
]
DIRECTORIES = [
    "acme_x-1.0",
    "~cme_x-1.0",
    "-cme_x-1.0",
    "acme_x",
    "mp_core-9.9",
    "-",
    "x-",
    "\u00e9-1",
]
_lines = st.lists(st.sampled_from(LINES) | texts, max_size=6).map(lambda ls: "\n".join(ls).encode())

INPUTS = st.tuples(
    mostly(st.just("acme_x-1.0"), st.sampled_from(DIRECTORIES)),
    st.one_of(_lines, mutated(POINTS), st.binary(max_size=40), st.none()),
    mostly(st.just(METADATA), mutated(METADATA) | st.binary(max_size=40) | st.none()),
)


def found(directory: Path) -> Iterator[Check]:
    site = directory / "site"
    scanned.cache_clear()
    good = {key: own for key, own in installed().items() if key[0] == PROVIDERS}

    def check(drawn: tuple[str, bytes | None, bytes | None]) -> None:
        name, points, metadata = drawn
        shutil.rmtree(site, ignore_errors=True)
        info = site / f"{name}.dist-info"
        info.mkdir(parents=True)
        for file, data in (("entry_points.txt", points), ("METADATA", metadata)):
            if data is not None:
                (info / file).write_bytes(data)
        scanned.cache_clear()
        host = Host({}, scan=installed)
        for key, own in good.items():
            assert installed()[key] == own, f"{key} is lost"
        if name.startswith(LEFTOVER):
            assert len(host.types()) == len(good), "what pip left behind counts"
        for type_ in set(host.types()) - {type_ for _, type_ in good}:
            with suppress(ProviderError):
                host.model(type_)
        for broken in broken_distributions():
            assert broken.reason
            assert "\n" not in broken.name

    with patch.object(sys, "path", [str(site), *sys.path]):
        yield check
    scanned.cache_clear()


DISTRIBUTIONS = target("distributions", INPUTS)(found)
