"""Writes the reference of the hooks: `python -m docs.reference`, as `make docs` does.

Everything in it is read from the specifications, or measured at the host that calls the hooks.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from docs import measured
from mp_core.plugin._facts import CODES, FIRST, SINCE, STAGES
from mp_core.plugin.hooks import CONTRACT, ENVIRONMENT, EXTENSIONS, PROVIDERS, PluginSpec

FILE: Final = Path(__file__).with_name("hooks.md")

_HEAD: Final = f"""\
# The hooks of contract {CONTRACT}

<!-- Written by `make docs`: whoever edits it by hand edits it in vain. -->

A *provider* serves one account type: an entry point of the group `{PROVIDERS}`, whose name is the
type. An *extension* serves all types: an entry point of `{EXTENSIONS}`, which
`mp plugins enable NAME` switches on. An entry of `{ENVIRONMENT}` names a variable and the
type whose provider is asked when it is set. [plugins.md](plugins.md) tells how to write one.

An implementation bears the marker `mp_core.plugin.hookimpl`, and names only the parameters that it
needs. None means *not mine*: where the first answer counts, the next one is asked.
"""


def reference() -> str:
    """Return the whole document."""
    parts = [_HEAD, *_overview(), *_order(), *_stages(), *_errors()]
    return "\n".join([*parts, *(line for hook in measured.HOOKS for line in _hook(hook))])


def _overview() -> Iterator[str]:
    yield "## All of them\n"
    rows = [(_link(hook), _since(hook), _who(hook), _answers(hook)) for hook in measured.HOOKS]
    yield _table(("hook", "since", "asked, in this order", "what counts"), rows)


def _order() -> Iterator[str]:
    yield "## Order\n"
    yield "Who is asked for stored tokens, as long as nobody has any:\n"
    yield "".join(f"{number}. {who}\n" for number, who in enumerate(measured.order(), start=1))


def _stages() -> Iterator[str]:
    yield "## Stages of an account\n"
    yield "`mp_validate_account` is told when it is asked:\n"
    yield _table(("stage", "when"), ((f"`{stage}`", when) for stage, when in STAGES.items()))


def _errors() -> Iterator[str]:
    yield "## What becomes of an exception\n"
    yield (
        "What *passes* reaches whoever called the library, with its code, message and hint. A\n"
        "code in its place means that the plugin is blamed, without the secrets it was given.\n"
    )
    rows = [(_link(hook), *_fates(hook)) for hook in measured.HOOKS]
    yield _table(("raised in", *measured.RAISED), rows)


def _fates(hook: str) -> Iterator[str]:
    is_extended = "the extensions" in measured.asked(hook)
    for error in measured.RAISED.values():
        of_provider = measured.becomes(hook, error)
        of_extension = measured.becomes(hook, error, of_extension=True)
        if is_extended and of_extension != of_provider:
            yield f"{of_provider}; of an extension: {of_extension}"
        else:
            yield of_provider


def _hook(hook: str) -> Iterator[str]:
    text, example = _docstring(hook)
    yield f"## `{hook}`\n"
    yield f"```python\n{_signature(hook)}\n```\n"
    yield f"{text}\n"
    yield f"Since {_since(hook)}. Asked: {_who(hook)}. What counts: {_answers(hook)}.\n"
    if codes := CODES.get(hook):
        rows = [(f"`{code}`", meaning) for code, meaning in codes.items()]
        yield _table(("code to raise", "what it tells"), rows)
    yield f"```python\n{example}\n```\n"


def _docstring(hook: str) -> tuple[str, str]:
    """Return what a specification says, and the implementation that it shows."""
    lines = (inspect.getdoc(_spec(hook)) or "").splitlines()
    marks = ("class ", "@hookimpl")
    start = next(n for n, line in enumerate(lines) if line.lstrip().startswith(marks))
    example = textwrap.dedent("\n".join(lines[start:])).strip()
    apart = example.replace("\n\n@hookimpl", "\n\n\n@hookimpl")  # As the formatter has it.
    return "\n".join(lines[:start]).strip(), apart


def _signature(hook: str) -> str:
    signature = inspect.signature(_spec(hook))
    own = [each for name, each in signature.parameters.items() if name != "self"]
    line = f"def {hook}{signature.replace(parameters=own)}".replace("'", "")
    if len(line) <= 100:
        return line
    inner = ", ".join(map(str, own)).replace("'", "")
    return f"def {hook}(\n    {inner}\n) -> {signature.return_annotation}"


def _who(hook: str) -> str:
    return ", ".join(measured.asked(hook))


def _answers(hook: str) -> str:
    """Return whether the first answer keeps the others from being asked."""
    if len(measured.asked(hook)) == 1:
        return "its answer"
    is_first = measured.asked(hook, answer=True) == measured.asked(hook)[:1]
    return "the first answer" if is_first else "all of them"


def _since(hook: str) -> str:
    return SINCE.get(hook, FIRST)


def _spec(hook: str) -> Any:
    return vars(PluginSpec)[hook]


def _link(hook: str) -> str:
    return f"[`{hook}`](#{hook})"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [[*heads], *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
