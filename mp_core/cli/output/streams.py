"""Printing: data to stdout in the format asked for, everything else to stderr.

JSON is never wrapped, coloured or read as markup. Nothing that came from elsewhere can steer a
terminal; a table goes into a pipe with one line a row, so that nothing is cut or folded there.
"""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TextIO, TypeVar, get_args

import click

from mp_core.cli.output.cells import as_json, cell, one_line
from mp_core.errors import MpError

Format = Literal["table", "json", "jsonl", "csv", "plain"]
FORMATS: tuple[Format, ...] = get_args(Format)

Row = Mapping[str, Any]
_Item = TypeVar("_Item")

_ERROR: Final = {"fg": "red", "bold": True}
_WARNING: Final = {"fg": "yellow"}


class Output:
    """The streams of one command."""

    def __init__(
        self,
        format: Format,
        *,
        stdout: TextIO | None,
        is_quiet: bool = False,
        has_style: bool = True,
    ) -> None:
        """Take the format of data, whether notes are left out, and whether styles may be used."""
        self._stdout = stdout
        self._format = format
        self._is_quiet = is_quiet
        self._has_style = has_style

    @property
    def is_table(self) -> bool:
        """Whether a person reads the data, and not a program."""
        return self._format == "table"

    def printing(self) -> contextlib.redirect_stdout[TextIO | None]:
        """Return a context in which what is printed is data; else it goes to stderr."""
        return contextlib.redirect_stdout(self._stdout)

    def text(self, text: str, *, end: str = "\n") -> None:
        """Print a text as it is, escape sequences included: whatever it holds is data."""
        if self._stdout is not None:
            print(text, end=end, file=self._stdout, flush=True)

    def note(self, text: str) -> None:
        """Say something that is no data; a quiet command leaves it out."""
        if not self._is_quiet:
            click.echo(one_line(text), err=True)

    def warning(self, text: str) -> None:
        """Say what may be wrong; a quiet command leaves it out."""
        if not self._is_quiet:
            click.echo(f"{self._styled('Warning:', **_WARNING)} {one_line(text)}", err=True)

    def error(self, text: str, hint: str | None = None) -> None:
        """Say why something failed, and what to do; a quiet command says it too."""
        click.echo(f"{self._styled('Error:', **_ERROR)} {one_line(text)}", err=True)
        self.lines(hint or "")

    def lines(self, text: str) -> None:
        """Say a text of several lines, also when quiet."""
        for line in text.splitlines():
            click.echo(one_line(line), err=True)

    def progress(self, items: Iterable[_Item], count: int, label: str) -> Iterator[_Item]:
        """Yield items as they come, with a bar on a terminal that tells how many there were."""
        if self._is_quiet or not (sys.stderr and sys.stderr.isatty()):
            yield from items
            return
        with click.progressbar(items, count, label=label, file=sys.stderr) as bar:
            yield from bar

    def done(self, text: str, record: Row) -> None:
        """Confirm a change: to a person as a note, to a program as a record."""
        if self.is_table:
            self.note(text)
        else:
            self.record(record)

    def rows(
        self,
        rows: Iterable[Row],
        columns: Sequence[str],
        *,
        shown: Sequence[str] | Mapping[str, str] | None = None,
        empty: str = "",
    ) -> None:
        """Print records of one kind.

        Args:
            rows: The records, in order.
            columns: Their keys, in order, for the formats with a column for each.
            shown: The columns of a table, when these are others; a mapping names their heads. A
                column without any value is left out.
            empty: What a person is told when there is none, instead of a table.
        """
        found = list(rows)
        if self._format == "json":
            self._print_json(found, indent=2)
        elif self._format == "jsonl":
            for row in found:
                self._print_json(row)
        elif self._format == "csv":
            self.text(_csv(found, columns), end="")
        elif self._format == "plain":
            self._print_lines("\t".join(cell(row.get(c)) for c in columns) for row in found)
        elif found or not empty:
            self._print_table(found, shown or columns)
        else:
            self.note(empty)

    def record(self, record: Row, *, shown: Row | None = None) -> None:
        """Print one record; in a table, a line for each key that has a value.

        Args:
            record: The record.
            shown: What a person sees of it, when that is something else.
        """
        if self._format == "json":
            self._print_json(record, indent=2)
        elif self._format != "table":
            self.rows([record], list(record))
        else:
            self._print_block({key: cell(value) for key, value in (shown or record).items()})

    def nothing(self, text: str) -> None:
        """Say that there is no record: to a person so, to a program where the format can."""
        if self._format in ("json", "jsonl"):
            self._print_json(None)
        elif self.is_table:
            self.note(text)

    def values(self, name: str, values: Sequence[str], *, empty: str = "") -> None:
        """Print a list of texts; JSON holds the texts alone."""
        if self._format in ("json", "jsonl"):
            self.data(values)
        else:
            self.rows(({name: value} for value in values), [name], empty=empty)

    def data(self, value: Any) -> None:
        """Print what a server answered, in a table as JSON.

        The items of a list are lines or rows of their own where the format has such.

        Raises:
            MpError: It is nested more deeply than what prints can follow.
        """
        try:
            self._print_data(value)
        except RecursionError:
            raise _too_deep() from None

    def _print_data(self, value: Any) -> None:
        items = value if isinstance(value, list | tuple) else [value]
        if self._format in ("table", "json"):
            self._print_json(value, indent=2)
        elif self._format == "jsonl":
            for item in items:
                self._print_json(item)
        else:
            rows = [item if isinstance(item, Mapping) else {"value": item} for item in items]
            self.rows(rows, list(dict.fromkeys(key for row in rows for key in row)))

    def _print_json(self, value: Any, *, indent: int | None = None) -> None:
        with self.printing():
            is_ascii = not _takes_unicode()
        self.text(as_json(value, indent=indent, is_ascii=is_ascii))

    def _print_table(self, rows: Sequence[Row], shown: Sequence[str] | Mapping[str, str]) -> None:
        from mp_core.cli.output import tables

        heads = shown if isinstance(shown, Mapping) else {key: _label(key) for key in shown}
        table = {head.upper(): [_mark(row.get(key)) for row in rows] for key, head in heads.items()}
        filled = {head: cells for head, cells in table.items() if any(cells) or not rows}
        titles, cells = [*filled], [*zip(*filled.values(), strict=True)]
        width = self._terminal_width()
        drawn = tables.fitted(titles, cells, width) if width else tables.columns(titles, cells)
        self._print_lines(drawn)

    def _print_block(self, record: Mapping[str, str]) -> None:
        from mp_core.cli.output import tables

        labelled = {_label(key): text for key, text in record.items()}
        self._print_lines(tables.block(labelled, self._terminal_width()))

    def _print_lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.text(line)

    def _terminal_width(self) -> int | None:
        with self.printing():
            return _terminal_width()

    def _styled(self, text: str, **style: Any) -> str:
        return click.style(text, **style) if self._has_style else text


def _too_deep() -> MpError:
    return MpError(
        "The answer is nested too deeply to be printed.",
        hint="Take what you need of it in Python: mp_core.Workspace().request(…)",
        code="TOO_DEEP",
    )


def _label(key: str) -> str:
    return key.removeprefix("is_").replace("_", " ")


def _mark(value: Any) -> str:
    """Return a value as the cell of a table: blank for what is not so, without seconds."""
    if isinstance(value, datetime):
        return value.astimezone().isoformat(sep=" ", timespec="minutes")
    return "" if value is False else cell(value)


def _terminal_width() -> int | None:
    """Return how many columns the terminal has on which data is printed, or None without one."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return shutil.get_terminal_size().columns if is_terminal else None


def _takes_unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"


def _csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Return rows as RFC 4180 has them, but for the line ends."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_csv_cell(row.get(column)) for column in columns] for row in rows)
    return text.getvalue()


def _csv_cell(value: Any) -> str:
    """Return a value as it is, since the format quotes line breaks; a terminal gets it escaped.

    Half a character is escaped everywhere: no encoding has it.
    """
    if not isinstance(value, str) or _terminal_width() is not None:
        return cell(value)
    return value.encode("utf-8", "backslashreplace").decode("utf-8")
