"""An audit log that keeps its contract, and what can be wrong with one."""

from __future__ import annotations

from tests.support.defect import Defect

AUDIT = """
import json, os, pathlib
from mp_core.plugin import hookimpl

@hookimpl
def mp_record(event):
    line = json.dumps(event.as_json()) + "\\n"
    file = pathlib.Path(os.environ["HOME"], "audit.jsonl")
    to = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(to, line.encode())
    finally:
        os.close(to)
"""

AUDIT_DEFECTS = {
    "hookless": Defect(
        "mp_record(event):",
        "mp_account_status(account):\n    event = None",
        "test_it_has_the_hook_of_an_audit_log",
        "An audit log implements mp_record",
    ),
    "choosy": Defect(
        "    line =",
        "    if event.kind == 'vetoed':\n        return\n    line =",
        "test_it_takes_every_kind_of_event[vetoed]",
        "Of 1 events, 0 are on record",
    ),
    "raising": Defect(
        "    line =",
        "    if event.kind == 'vetoed':\n        raise KeyError('vetoed')\n    line =",
        "test_it_takes_every_kind_of_event[vetoed]",
        "KeyError",
    ),
    "vague": Defect(
        "json.dumps(event.as_json())",
        "event.kind",
        "test_it_takes_every_kind_of_event[exported]",
        "of the event exported names neither it nor its account",
    ),
    "splitting": Defect(
        "json.dumps(event.as_json())",
        "f'{event.kind} {event.account} {event.details.get(\"path\")}'",
        "test_it_takes_what_is_odd[a path of two lines]",
        "Of 1 events, ",
    ),
    "assuming": Defect(
        "    line =",
        "    event.owner.lower()\n    line =",
        "test_it_takes_what_is_odd[no owner]",
        "AttributeError",
    ),
    "racing": Defect(
        "    to = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)",
        "    line = (file.read_text() if file.exists() else '') + line\n"
        "    __import__('time').sleep(0.01)\n"
        "    to = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)",
        "test_it_loses_no_event_of_many_threads",
        "events of several threads, ",
    ),
    "declining": Defect(
        "        os.close(to)",
        "        os.close(to)\n    return False",
        "test_it_takes_every_kind_of_event[refreshed]",
        "mp_record returns False",
    ),
    "curious": Defect(
        "@hookimpl\ndef mp_record",
        "@hookimpl(wrapper=True)\ndef mp_auth_header(account):\n    header = yield\n"
        "    file = pathlib.Path(os.environ['HOME'], 'audit.jsonl')\n"
        "    file.write_text(header)\n    return header\n\n@hookimpl\ndef mp_record",
        "test_no_secret_is_on_record_or_in_a_log",
        "A secret is on record",
    ),
    "lonely": Defect(
        'os.environ["HOME"], "audit.jsonl"',
        'os.environ["HOME"], f"audit-{os.getpid()}.jsonl"',
        "test_it_loses_no_event_of_several_processes",
        "events of several processes, 0 are on record",
    ),
    "printing": Defect(
        "    line =",
        "    print(event.kind)\n    line =",
        "test_it_prints_no_data",
        "The audit log prints 'credential_used",
    ),
}
"""Defects of an audit log by name."""
