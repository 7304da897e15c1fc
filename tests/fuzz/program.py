"""The real `mp`, run in this process as the operating system would run it."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

import certifi

from mp_core.cli.__main__ import main
from tests.fuzz.target import CANARY

CODES = {0, 1, 2, 3, 4, 5, 130}
ONE_CERTIFICATE = "one.pem"
FORMATS = ("table", "json", "jsonl", "csv", "plain")


@dataclass(frozen=True)
class Run:
    """What a run left."""

    words: tuple[str, ...]
    code: object
    out: bytes
    err: bytes


def mp(words: Sequence[str], env: Mapping[str, str], stdin: bytes = b"") -> Run:
    """Run `mp`."""
    streams = {name: io.BytesIO() for name in ("stdout", "stderr")}
    wrapped = {name: io.TextIOWrapper(raw, "utf-8") for name, raw in streams.items()}
    wrapped["stderr"].reconfigure(errors="backslashreplace")
    fed = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    code: object = None
    with (
        patch.object(sys, "argv", ["mp", *words]),
        patch.object(sys, "stdin", fed),
        patch.object(sys, "stdout", wrapped["stdout"]),
        patch.object(sys, "stderr", wrapped["stderr"]),
        patch.dict(os.environ, {"SSL_CERT_FILE": ONE_CERTIFICATE, **env}, clear=True),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    out, err = (streams[name].getvalue() for name in ("stdout", "stderr"))
    return Run(tuple(words), code, out, err)


def check_run(run: Run, form: str | None = None) -> None:
    """Check what every run promises, and that its data is of the format that was asked for."""
    said = run.err.decode()
    assert run.code in CODES, f"exit {run.code}"
    assert "Traceback" not in said, said
    assert "should not have happened" not in said, said
    assert "INTERNAL_ERROR" not in said, said
    data = run.out.decode()
    assert CANARY not in data + said, "a secret is shown"
    if run.code == 0 and form is not None:
        _READERS.get(form, str)(data)


def strict_json(text: str) -> Any:
    """Return what JSON holds; numbers that it does not have are errors."""
    return json.loads(text, parse_constant=_refused)


def _refused(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


def _json(data: str) -> None:
    if data:
        strict_json(data)


def _lines(data: str) -> None:
    for line in data.split("\n"):
        _json(line)


def _csv(data: str) -> None:
    widths = {len(row) for row in csv.reader(io.StringIO(data, newline=""), strict=True)}
    assert len(widths) <= 1, "the rows differ in width"


_READERS = {"json": _json, "jsonl": _lines, "csv": _csv}


@contextmanager
def working_in(directory: Path) -> Iterator[None]:
    """Make a directory the current one until the block ends.

    It has a file with one certificate: to load all of them takes longer than all else.
    """
    before = Path.cwd()
    first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----")
    (directory / ONE_CERTIFICATE).write_text(first + end)
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)
