"""Printing: data to stdout in the format asked for, everything else to stderr.

JSON is never wrapped, coloured or read as markup. A table is drawn by rich on a terminal; into a
pipe it has plain columns, one line a row, so that nothing is cut or folded.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TextIO, get_args

import click

Format = Literal["table", "json", "jsonl", "csv", "plain"]
FORMATS: tuple[Format, ...] = get_args(Format)

Row = Mapping[str, Any]

_CONTROL: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters, line separators, changes of direction and lone surrogates."""


class Output:
    """The streams of one command."""

    def __init__(self, format: Format, *, is_quiet: bool = False) -> None:
        """Take the format of data, and whether notes are left out."""
        self._format = format
        self._is_quiet = is_quiet

    def note(self, text: str) -> None:
        """Say something that is no data; a quiet command leaves it out."""
        if not self._is_quiet:
            click.echo(one_line(text), err=True)

    def error(self, text: str) -> None:
        """Say why a command failed; a quiet command says it too."""
        for line in text.splitlines():
            click.echo(one_line(line), err=True)

    def done(self, text: str, record: Row) -> None:
        """Confirm a change: to a person as a note, to a program as a record."""
        if self._format == "table":
            self.note(text)
        else:
            self.record(record)

    def rows(
        self, rows: Iterable[Row], columns: Sequence[str], *, shown: Sequence[str] | None = None
    ) -> None:
        """Print records of one kind.

        Args:
            rows: The records, in order.
            columns: Their keys, in order, for the formats with a column for each.
            shown: The columns of a table, when these are fewer.
        """
        found = list(rows)
        if self._format == "json":
            _print(_json(found, indent=2))
        elif self._format == "jsonl":
            for row in found:
                _print(_json(row))
        elif self._format == "csv":
            _print(_csv(found, columns), newline=False)
        elif self._format == "plain":
            for row in found:
                _print("\t".join(cell(row.get(column)) for column in columns))
        else:
            _print_table(found, shown or columns)

    def record(self, record: Row) -> None:
        """Print one record: in a table, a line for each of its keys."""
        if self._format == "json":
            _print(_json(record, indent=2))
        elif self._format != "table":
            self.rows([record], list(record))
        else:
            width = max(map(len, record), default=0)
            for key, value in record.items():
                _print(f"{key:<{width}}  {cell(value)}".rstrip())

    def values(self, name: str, values: Sequence[str]) -> None:
        """Print a list of texts; JSON holds the texts alone."""
        if self._format in ("json", "jsonl"):
            self.data(values)
        else:
            self.rows(({name: value} for value in values), [name])

    def data(self, value: Any) -> None:
        """Print what a server answered, as JSON: a list's items on lines of their own for jsonl."""
        if self._format == "jsonl":
            for item in value if isinstance(value, list | tuple) else [value]:
                _print(_json(item))
        else:
            _print(_json(value, indent=2))


def cell(value: Any) -> str:
    """Return a value as the text of one cell, in one line and without control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone().isoformat(sep=" ", timespec="seconds")
    if isinstance(value, list | tuple):
        return ", ".join(map(cell, value))
    if isinstance(value, Mapping):
        return one_line(_json(value))
    return one_line(str(value))


def one_line(text: str) -> str:
    """Return a text with its control characters escaped; they could steer a terminal."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def _json(value: Any, *, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=not _takes_unicode(), default=_plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _takes_unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"


def _csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_csv_cell(row.get(column)) for column in columns] for row in rows)
    return text.getvalue()


def _csv_cell(value: Any) -> str:
    """Return a value as it is: the format quotes line breaks itself."""
    return value if isinstance(value, str) else cell(value)


def _print(text: str, *, newline: bool = True) -> None:
    click.echo(text, nl=newline)


def _print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    cells = [[cell(row.get(column)) for column in columns] for row in rows]
    heads = [column.replace("_", " ").upper() for column in columns]
    if sys.stdout.isatty():
        _draw(heads, cells, sys.stdout)
        return
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    for line in [heads, *cells]:
        _print("  ".join(map(str.ljust, line, widths)).rstrip())


def _draw(heads: Sequence[str], cells: Sequence[Sequence[str]], file: TextIO) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(Text(head), overflow="fold")
    for line in cells:
        table.add_row(*map(Text, line))
    Console(file=file, highlight=False).print(table)
