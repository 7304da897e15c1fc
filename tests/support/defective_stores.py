"""A token store that keeps its contract, and what can be wrong with one."""

from __future__ import annotations

from tests.support.defect import Defect

STORE = """
import contextlib, json, os, pathlib
from mp_core.errors import ConfigError
from mp_core.plugin import OAuthTokens, hookimpl

def file_of(account, store):
    drawers = pathlib.Path(os.environ["HOME"], "drawers")
    if os.environ.get("JAMMED"):
        raise ConfigError("The drawers are jammed.", hint="Shake them.")
    drawers.mkdir(exist_ok=True)
    return drawers / store.key

@hookimpl(tryfirst=True)
def mp_load_tokens(account, store):
    file = file_of(account, store)
    return OAuthTokens.model_validate_json(file.read_text()) if file.exists() else None

@hookimpl(tryfirst=True)
def mp_persist_tokens(account, tokens, store):
    file = file_of(account, store)
    draft = file.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w") as new:
        new.write(json.dumps(tokens.reveal()))
    draft.replace(file)
    return "the drawer"

@hookimpl
def mp_delete_tokens(account, store):
    file = file_of(account, store)
    was_there = file.exists()
    file.unlink(missing_ok=True)
    return was_there
"""

_ONE_FILE = """
def everything():
    file = pathlib.Path(os.environ["HOME"], "drawer")
    return json.loads(file.read_text()) if file.exists() else {}

@hookimpl(tryfirst=True)
def mp_load_tokens(store):
    found = everything().get(store.key)
    return OAuthTokens.model_validate(found) if found else None

@hookimpl(tryfirst=True)
def mp_persist_tokens(tokens, store):
    import time
    old = everything()
    time.sleep(0.01)
    draft = pathlib.Path(os.environ["HOME"], f"drawer-{os.getpid()}")
    draft.write_text(json.dumps({**old, store.key: tokens.reveal()}))
    draft.replace(draft.with_name("drawer"))
    return "the drawer"
"""
"""Two hooks that read all tokens, and write them all back."""

STORE_DEFECTS = {
    "half": Defect(
        "@hookimpl\ndef mp_delete_tokens",
        "def delete_tokens",
        "test_it_has_the_hooks_of_a_store",
        "also implements mp_delete_tokens",
    ),
    "inventive": Defect(
        "if file.exists() else None",
        "if file.exists() else OAuthTokens(access_token='x', expires_at='2030-01-01T00:00:00Z')",
        "test_a_slot_is_empty_until_something_is_stored",
        "must return None for a key under which nothing was stored",
    ),
    "boastful": Defect(
        "return was_there",
        "return True",
        "test_a_slot_is_empty_until_something_is_stored",
        "must return False for a key under which nothing was stored",
    ),
    "modest": Defect(
        "return was_there",
        "return None",
        "test_a_deletion_says_whether_there_was_anything",
        "must return True when there were tokens",
    ),
    "stubborn": Defect(
        "file.unlink(missing_ok=True)",
        "",
        "test_a_deletion_says_whether_there_was_anything",
        "leaves the tokens where mp_load_tokens finds them",
    ),
    "partial": Defect(
        "json.dumps(tokens.reveal())",
        "json.dumps({**tokens.reveal(), 'scope': ''})",
        "test_all_that_was_stored_comes_back",
        "with another scope: keep all that tokens.reveal() gives",
    ),
    "unbound": Defect(
        "json.dumps(tokens.reveal())",
        "json.dumps({k: v for k, v in tokens.reveal().items() if k != 'slot'})",
        "test_all_that_was_stored_comes_back",
        "without their `slot`",
    ),
    "narrow": Defect(
        "json.dumps(tokens.reveal())",
        "json.dumps(tokens.reveal())[:4096]",
        "test_all_that_was_stored_comes_back[long]",
        "",
    ),
    "nostalgic": Defect(
        "    draft.replace(file)",
        "    if not file.exists():\n        draft.replace(file)",
        "test_what_was_stored_last_comes_back",
        "does not replace what was stored before",
    ),
    "merging": Defect(
        "new.write(json.dumps(tokens.reveal()))",
        "old = json.loads(file.read_text()) if file.exists() else {}\n"
        "        new.write(json.dumps({**old, **tokens.reveal()}))",
        "test_what_was_stored_last_comes_back",
        "nothing of it may stay",
    ),
    "silent": Defect(
        'return "the drawer"',
        'return ""',
        "test_it_says_where_the_tokens_are_and_keeps_them_there_alone",
        "must return where the tokens are, in words",
    ),
    "doubling": Defect(
        'return "the drawer"',
        "return None",
        "test_it_says_where_the_tokens_are_and_keeps_them_there_alone",
        "has kept the tokens in its own file, too",
    ),
    "by_name": Defect(
        "drawers / store.key",
        "drawers / account.name",
        "test_what_one_slot_holds_does_not_show_in_another",
        "returns the tokens of another storage root: go by store.key",
    ),
    "by_type": Defect(
        "drawers / store.key",
        'drawers / f"{account.name}-{account.region}"',
        "test_slots_keep_their_own",
        "Tokens of another type are in the way: go by store.key",
    ),
    "by_region": Defect(
        "drawers / store.key",
        'drawers / f"{account.name}-{account.type}"',
        "test_what_one_slot_holds_does_not_show_in_another",
        "returns the tokens of another region: go by store.key",
    ),
    "by_root": Defect(
        "drawers / store.key",
        "(drawers / store.key if os.environ.get('MP_STORAGE_DIR') else drawers / account.name)",
        "test_what_one_slot_holds_does_not_show_in_another",
        "returns the tokens of another configuration file: go by store.key",
    ),
    "sweeping": Defect(
        "file.unlink(missing_ok=True)",
        "[each.unlink() for each in file.parent.iterdir()]",
        "test_a_deletion_leaves_other_slots_alone",
        "deletes the tokens of another storage root: go by store.key",
    ),
    "forgetful": Defect(
        "drawers / store.key",
        'drawers / f"{store.key}-{os.getpid()}"',
        "test_a_new_process_finds_and_deletes_what_was_stored",
        "A new process does not find what was stored before",
    ),
    "remembering": Defect(
        "return OAuthTokens.model_validate_json(file.read_text()) if file.exists() else None",
        "seen = globals().setdefault('seen', {})\n"
        "    if file.exists():\n        seen[file] = file.read_text()\n"
        "    return OAuthTokens.model_validate_json(seen[file]) if file in seen else None",
        "test_a_new_process_finds_and_deletes_what_was_stored",
        "keep nothing in memory",
    ),
    "racing": Defect(
        "@hookimpl\ndef mp_delete_tokens",
        f"{_ONE_FILE}\n@hookimpl\ndef mp_delete_tokens",
        "test_processes_that_store_at_the_same_time_lose_nothing",
        "some are lost",
    ),
    "open": Defect(
        "0o600",
        "0o644",
        "test_no_file_shows_a_secret_to_others",
        "holds a secret, and others may read it",
    ),
    "shouting": Defect(
        'return "the drawer"',
        "import subprocess\n"
        "    subprocess.run(['true', tokens.access_token.get_secret_value()])\n"
        '    return "the drawer"',
        "test_no_command_line_shows_a_secret",
        "A secret stands on a command line",
    ),
    "chatty": Defect(
        'return "the drawer"',
        'print("kept")\n    return "the drawer"',
        "test_nothing_is_printed_and_no_secret_is_logged",
        "The store prints 'kept",
    ),
    "logging": Defect(
        'return "the drawer"',
        "import logging\n    logging.getLogger('acme').debug(tokens.reveal())\n"
        '    return "the drawer"',
        "test_nothing_is_printed_and_no_secret_is_logged",
        "The store logs a secret",
    ),
    "naming": Defect(
        'return "the drawer"',
        'return f"the drawer of {tokens.access_token.get_secret_value()}"',
        "test_nothing_is_printed_and_no_secret_is_logged",
        "mp_persist_tokens returns a secret",
    ),
    "mute": Defect(
        "    file = file_of(account, store)\n    return OAuth",
        "    try:\n        file = file_of(account, store)\n"
        "    except ConfigError:\n        return None\n    return OAuth",
        "test_a_place_that_cannot_be_used_is_an_error_that_says_what_to_do",
        "mp_load_tokens says nothing of a place that cannot be used",
    ),
    "helpless": Defect(
        ', hint="Shake them."',
        "",
        "test_a_place_that_cannot_be_used_is_an_error_that_says_what_to_do",
        "The error of mp_load_tokens must say what to do, as its hint: The drawers are jammed",
    ),
    "crashing": Defect(
        'raise ConfigError("The drawers are jammed.", hint="Shake them.")',
        'raise OSError("jammed")',
        "test_a_place_that_cannot_be_used_is_an_error_that_says_what_to_do",
        "mp_load_tokens must raise ConfigError or OAuthError, and nothing else",
    ),
    "telling": Defect(
        "    file = file_of(account, store)\n    draft",
        "    try:\n        file = file_of(account, store)\n    except ConfigError as error:\n"
        "        raise ConfigError(f'{error} {tokens.reveal()}', hint='Shake.')\n    draft",
        "test_a_place_that_cannot_be_used_is_an_error_that_says_what_to_do",
        "The error of mp_persist_tokens shows a secret",
    ),
    "capable": Defect(
        "@hookimpl\ndef mp_delete_tokens",
        "@hookimpl\ndef mp_fetch_tokens():\n    return None\n\n@hookimpl\ndef mp_delete_tokens",
        "test_it_has_no_hook_that_is_a_provider_s",
        "leave mp_fetch_tokens to providers",
    ),
    "altering": Defect(
        "@hookimpl\ndef mp_delete_tokens",
        "@hookimpl(wrapper=True)\ndef mp_auth_header():\n    return (yield) + '!'\n\n"
        "@hookimpl\ndef mp_delete_tokens",
        "test_it_changes_no_header",
        "accounts send another Authorization",
    ),
    "printing": Defect(
        "import contextlib",
        "print('hi')\nimport contextlib",
        "test_importing_the_extension_is_light_and_silent",
        "prints when it is imported: hi",
    ),
    "heavy": Defect(
        "import contextlib",
        "import httpx, contextlib",
        "test_importing_the_extension_is_light_and_silent",
        "when it is imported: import it in the function that needs it",
    ),
}
"""Defects of a store by name."""
