"""Secrets on stdin: stored as they are but for a line end, or refused without being repeated."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from hypothesis import strategies as st

from tests.fuzz.homes import stocked
from tests.fuzz.mixpanel import mixpanel
from tests.fuzz.program import check_run, mp, working_in
from tests.fuzz.target import CANARY, Check, target
from tests.fuzz.texts import mutated, texts

ROBOT = ("account", "add", "new", "--type", "service_account", "--region", "us", "--username", "r")
COMMANDS = {
    "secret": (*ROBOT, "--default-project", "9", "--secret-stdin"),
    "token": (
        *("account", "add", "new", "--type", "oauth_token", "--region", "us"),
        *("--default-project", "9", "--token-stdin"),
    ),
}
_ends = st.sampled_from(["", "\n", "\r\n", "\n\n", " \n", "\r", "\x00", "\u2028", "\ufeff"])
_given = st.builds(
    lambda front, text, end: f"{front}{text}{CANARY}{end}".encode(),
    st.sampled_from(["", "", "\ufeff", " ", '"', "Bearer "]),
    texts | st.sampled_from(["", "", "x" * 5000, "a'b\"c\\d", "\u00e9"]),
    _ends,
)
INPUTS = st.tuples(
    st.sampled_from(sorted(COMMANDS)), _given | _given.flatmap(mutated) | st.binary(max_size=20)
)


def given(directory: Path) -> Iterator[Check]:
    home = directory / "home"

    def check(drawn: tuple[str, bytes]) -> None:
        field, data = drawn
        stocked(home)
        config = home / ".mp" / "config.toml"
        before = config.read_bytes()
        run = mp(COMMANDS[field], {"HOME": str(home), "MP_API_BASE_URL": server.url}, data)
        check_run(run)
        if run.code != 0:
            assert config.read_bytes() == before
            return
        stored = tomllib.loads(config.read_text())["accounts"]["new"][field]
        text = data.decode("utf-8-sig")
        assert stored in (text, text.strip(), text.rstrip("\r\n")), "another secret is stored"
        assert not re.search(r"[\x00-\x1f\x7f]", stored), "no header can carry this"

    with mixpanel() as server, working_in(directory):
        yield check


SECRETS = target("secrets", INPUTS)(given)
