"""A program that uses the library: it makes calls whenever a line of its input asks for some.

Each line is how many calls to make at once. What came of them goes out as a line of JSON:
`outcomes`, from the error code or `ok` to how many, and the `warnings` of the meantime.
"""

from __future__ import annotations

import json
import sys
import threading
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import mp_core as mp


def _call(session: mp.Session, start: threading.Barrier) -> str:
    start.wait(60)
    try:
        with mp.Workspace(session=session) as workspace:
            workspace.events()
    except mp.MpError as error:
        return f"{error.code}: {error} {error.hint}"
    return "ok"


def _calls(session: mp.Session, count: int) -> dict[str, object]:
    start = threading.Barrier(count + 1)
    with (
        warnings.catch_warnings(record=True) as caught,
        ThreadPoolExecutor(count) as pool,
    ):
        warnings.simplefilter("always")
        outcomes = [pool.submit(_call, session, start) for _ in range(count)]
        start.wait(60)
        print("calling", flush=True)
        told = Counter(outcome.result(60) for outcome in outcomes)
    return {"outcomes": told, "warnings": [str(warning.message) for warning in caught]}


if __name__ == "__main__":
    session = mp.Workspace().session
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(_calls(session, int(line))), flush=True)
