"""The configuration, written by any hand, through every edit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from mp_core.errors import MpError
from tests.fuzz.edits import EDITS, Edit, expected, run
from tests.fuzz.homes import context_in
from tests.fuzz.target import CANARY, Check, ours, target
from tests.fuzz.texts import mostly, mutated, texts
from tests.support.home_files import write_config
from tests.support.toml_texts import VALUES, exact

MARK = b"\xef\xbb\xbf"
_KEPT = re.compile(r"kept\d+")
_TABLE = {"type": '"service_account"', "region": '"us"', "username": '"ann"'}
_BLOCKS = [
    'username = "ann"\nsecret = "' + CANARY + '"',
    "secret = '''\n" + CANARY + "'''",
    '"username" = "ann"\n\'secret\' = "' + CANARY + '" # kept',
]
_ODD_LINES = ["kept = ", "'kept' . x = ", '"kept"."y.z" = ']


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """Draw a configuration that somebody may have written."""
    sections = [_account(draw, name) for name in draw(st.permutations(["a", "b", "a-b"]))]
    sections.append(draw(st.sampled_from(_ACTIVE)))
    sections += draw(st.lists(st.sampled_from(_OTHERS), max_size=3, unique=True))
    ordered = sorted(draw(st.permutations(sections)), key=_has_header)
    lines = "\n".join(ordered).split("\n")
    common = draw(st.sampled_from(["\n", "\r\n"]))
    odd = mostly(st.just(common), st.sampled_from(["\n", "\r\n", "\n\n", "\r"]), 20)
    ends = [draw(odd) for _ in lines] if draw(st.booleans()) else [common] * len(lines)
    text = "".join(line + end for line, end in zip(lines, ends, strict=True))
    text = draw(st.sampled_from([text, text.rstrip()]))
    numbers = iter(range(len(text)))
    text = re.sub("kept", lambda match: f"{match[0]}{next(numbers)}", text)
    marks = mostly(
        st.sampled_from([b"", b"", MARK]), st.sampled_from([MARK + MARK, b"\xff\xfe"]), 9
    )
    mark = draw(marks)
    return mark + text.encode()


def _has_header(section: str) -> bool:
    """Return whether a section begins with one, so that it has to stand behind the others."""
    return any(line.startswith("[") for line in section.split("\n"))


def _account(draw: st.DrawFn, name: str) -> str:
    common = f'type = "service_account"\nregion = "us"\n{draw(st.sampled_from(_BLOCKS))}'
    odd = draw(mostly(st.just(""), st.sampled_from(_ODD_LINES)))
    odd = odd and odd + draw(mostly(st.sampled_from(VALUES), st.just("1" * 5000)))
    note = draw(
        st.sampled_from(["", "# kept", "\t# kept [accounts.b]", "# kept \u2028 \U0001f469"])
    )
    spellings = ["table", "table", "inline", "dotted"] if name == "b" else ["table"]
    spelling = draw(mostly(st.sampled_from(spellings), st.sampled_from(["array", "dotted"]), 20))
    if spelling == "inline":
        inner = ", ".join(f"{key} = {value}" for key, value in _TABLE.items())
        return f"[accounts]\n{note}\n{name} = {{ {inner}, secret = '{CANARY}' }} # kept"
    if spelling == "dotted":
        return f"{note}\n" + "\n".join(f"accounts.{name}.{line}" for line in _dotted(common))
    header = f"[[accounts.{name}]]" if spelling == "array" else f"[ accounts . '{name}' ]"
    return f"{note}\n{header} # kept\n{common}\n{odd}\n{note}"


def _dotted(common: str) -> list[str]:
    return [line for line in common.split("\n") if " = " in line and "'''" not in line]


_ACTIVE = [
    *["[active]\naccount = 'a' # kept\nworkspace = 7\n# kept", "[active]\naccount = 'b'"],
    *["", "[active]\naccount = 'a' # kept\nworkspace = 7\n# kept", "active = {account = 'b'}"],
    *["active.account = 'a'", "[active]\naccount = 1", "[active] # kept\n# kept\nproject = '1'"],
]
_OTHERS = [
    "[targets.t] # kept\n# kept\naccount = 'a'\nproject = '9'\nworkspace = 3",
    "[targets]\nt = { account = 'b', project = '9' } # kept\nkept = 1",
    "[settings]\n# kept\ncustom_header = { name = 'X-Team', value = 'x' } # kept\nkept = 1",
    "[settings.custom_header]\nname = 'X-T'\nvalue = 'x'",
    "[other]\nkept = 1979-05-27 07:32:00.5-07:00\n# kept\n[[other.more]]\nkept = nan",
    "# kept",
    "[accounts.a.more]\nkept = '''\n[active]\n# x\n'''",
]


INPUTS = st.tuples(
    mostly(
        written(),
        written().flatmap(mutated) | texts.map(str.encode) | st.binary(max_size=30),
    ),
    EDITS,
)


def edits(home: Path) -> Iterator[Check]:
    context = context_in(home)

    def check(drawn: tuple[bytes, Edit]) -> None:
        before, (verb, values) = drawn
        path = write_config(home, "")
        path.write_bytes(before)
        done = ours(lambda: run(context, verb, values))
        after = path.read_bytes()
        if isinstance(done, MpError):
            assert after == before, "an error has changed the file"
        else:
            _check_kept(before, after, verb, values)

    yield check


def _check_kept(before: bytes, after: bytes, verb: str, values: dict[str, Any]) -> None:
    assert after.startswith(MARK) == before.startswith(MARK), "the mark is not kept"
    old, new = (data.removeprefix(MARK).decode() for data in (before, after))
    wanted = expected(tomllib.loads(old), verb, values)
    assert exact(_filled(tomllib.loads(new))) == exact(_filled(wanted)), "another document"
    if verb not in ("remove", "target remove", "rename"):
        assert sorted(_KEPT.findall(new)) == sorted(_KEPT.findall(old)), "a comment is lost"
    if "\n" in old and not re.search(r"(?<!\r)\n", old):
        assert not re.search(r"(?<!\r)\n", new), "a line ends otherwise than all others"
    if "\r\n" not in old:
        assert "\r\n" not in new, "a line ends otherwise than all others"


def _filled(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without the tables that hold nothing, and may be there or not."""
    return {name: value for name, value in document.items() if value != {}}


CONFIGURATION = target("configuration", INPUTS)(edits)
