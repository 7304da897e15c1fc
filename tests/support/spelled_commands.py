"""The command lines that source files and documents spell, and whether `mp` would take them."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import click

from mp_core.cli.invocation import Invocation
from mp_core.cli.root import root
from mp_core.errors import MpError

HOLE = "\ufffc"
"""Stands in a text for what a program fills in."""

_BEGINNING = re.compile(rf"(?<![\w.$/-])mp (?=[A-Za-z{HOLE}…-])")
_END = re.compile(r"[`\n)]| [·|<>#] | && |[,;:?] |\. |[.,;:?]?$")
_CONTINUED = re.compile(r"\\\n(?:> )?")
_FILLED_LATER = re.compile(r"\{\{\w+\}\}")
_ONE_OF = re.compile(r"[\w|]+\|\w+")
_FOR_A_READER = re.compile(rf"[A-Z][A-Z_-]+|.*[{HOLE}…].*")


@dataclass(frozen=True)
class Line:
    """A command line that is spelled somewhere.

    Attributes:
        place: Where.
        text: What follows `mp`; a hole stands for what a program fills in.
        is_mention: Whether the text names a command, rather than tell what to type.
    """

    place: str
    text: str
    is_mention: bool = False

    def __str__(self) -> str:
        return f"{self.place}: mp {self.text.replace(HOLE, '{}')}"


def lines_in(file: Path, place: str) -> Iterator[Line]:
    """Yield the command lines of a source file's strings, or of a document."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        for number, string in _strings(ast.parse(text)):
            yield from _lines(string, f"{place}:{number}")
    else:
        yield from _lines(_FILLED_LATER.sub(HOLE, text), place)


def _strings(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        yield node.lineno, "".join(map(_part, node.values))
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
            yield from _strings(child)


def _part(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else HOLE


def _lines(text: str, place: str) -> Iterator[Line]:
    text = _CONTINUED.sub(" ", text)
    for found in _BEGINNING.finditer(text):
        end = _END.search(text, found.end())
        assert end is not None  # At the latest it is that of the text.
        is_mention = text[: found.start()].endswith("`")
        for line in _alternatives(text[found.end() : end.start()]):
            yield Line(place, line, is_mention)


def _alternatives(text: str) -> Iterator[str]:
    """Yield a line for each of the words in `us|eu|in`, all of which it promises."""
    found = _ONE_OF.search(text)
    for word in found[0].split("|") if found else [""]:
        yield _ONE_OF.sub(word, text, count=1)


def problems(line: Line, values: Sequence[str], invocation: Callable[[], Invocation]) -> list[str]:
    """Return why `mp` does not take a line, whatever stands in its holes; nothing when it does.

    Args:
        line: The line.
        values: What may stand in a hole, or for what a reader replaces, such as `NAME`.
        invocation: Makes the run that a line is for.
    """
    said: dict[str, None] = {}
    for words in _filled(line.text, values):
        try:
            _parse(words, invocation())
        except click.exceptions.Exit:  # It asks for help.
            return []
        except (click.UsageError, MpError) as error:
            if line.is_mention and _is_missing_something(error):
                return []
            said[_text(error)] = None
        else:
            return []
    return [*said]


def _parse(words: list[str], invocation: Invocation) -> None:
    """Parse a line down to its command, and do not run it."""
    with root.make_context("mp", words, obj=invocation) as ctx:
        _descend(ctx)


def _descend(ctx: click.Context) -> None:
    if isinstance(ctx.command, click.Group):
        words = [*ctx._protected_args, *ctx.args]
        if not words:
            raise click.MissingParameter(ctx=ctx, param_type="command")
        name, command, rest = ctx.command.resolve_command(ctx, words)
        assert command is not None  # An unknown one has been refused.
        _descend(command.make_context(name, rest, parent=ctx))


def _is_missing_something(error: click.UsageError | MpError) -> bool:
    is_group = isinstance(error, click.exceptions.NoArgsIsHelpError)
    return is_group or _text(error).startswith("Missing ")


def _text(error: click.UsageError | MpError) -> str:
    return error.format_message() if isinstance(error, click.UsageError) else error.message


def _filled(text: str, values: Sequence[str]) -> Iterator[list[str]]:
    choices = [list(_choices(word, values)) for word in shlex.split(text)]
    for words in product(*choices):
        yield [word for word in words if word]


def _choices(word: str, values: Sequence[str]) -> Iterator[str]:
    """Yield what a word may be: itself, unless it stands for others."""
    hole = re.search(f"[{HOLE}…]", word)
    if hole is None:
        yield word
    elif word != hole[0] and not word.startswith("-"):
        yield word.replace(hole[0], "")  # Something more that the line may end with.
    if _FOR_A_READER.fullmatch(word):
        for value in values:
            yield word.replace(hole[0], value) if hole else value
