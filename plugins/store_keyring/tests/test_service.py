"""The hooks with a real Secret Service: unlocked, locked, with a prompt that hangs, and stopped."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from typing import Any, cast

import keyring
import pytest

from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin import Account, OAuthTokens, TokenStore
from mp_store_keyring import mp_delete_tokens, mp_load_tokens, mp_persist_tokens

pytestmark = pytest.mark.filterwarnings("ignore:.*unclosed:ResourceWarning")  # See conftest.py.


class Me(Account):
    """An account of some type."""

    type: str = "acme"

    def is_long_lived(self) -> bool:
        return True


ME = Me(name="me", region="eu")


class Slot:
    """What a hook is told of a slot."""

    def __init__(self, key: str) -> None:
        self.key = key


STORE = cast(TokenStore, Slot("a1b2"))


def load() -> OAuthTokens | None:
    return mp_load_tokens(ME, STORE)


def test_what_is_kept_comes_back_whole_until_it_is_deleted(
    secret_service: Any, tokens: OAuthTokens
) -> None:
    assert load() is None
    assert mp_delete_tokens(STORE) is False
    assert mp_persist_tokens(tokens, STORE) == "the system keyring (SecretService Keyring)"
    found = load()
    assert found is not None
    assert found.reveal() == tokens.reveal()
    assert mp_load_tokens(ME, cast(TokenStore, Slot("another"))) is None
    assert mp_delete_tokens(STORE) is True
    assert load() is None
    assert keyring.get_password("mp", "a1b2") is None


def test_a_long_login_is_kept(secret_service: Any, tokens: OAuthTokens) -> None:
    long = OAuthTokens.model_validate({**tokens.reveal(), "access_token": "t" * 100_000})
    mp_persist_tokens(long, STORE)
    assert load() == long


@pytest.mark.parametrize("value", ["", "{", "[]", '{"access_token": "fake-secret"}', "fake-secret"])
def test_what_is_no_login_is_said_to_be_not_usable_and_can_be_replaced(
    secret_service: Any, tokens: OAuthTokens, value: str
) -> None:
    keyring.set_password("mp", "a1b2", value)
    with pytest.raises(OAuthError, match="not usable") as caught:
        load()
    assert caught.value.code == "OAUTH_TOKEN_ERROR"
    assert "mp account logout me" in str(caught.value.hint)
    assert caught.value.__context__ is None, "it would hold the value"
    mp_persist_tokens(tokens, STORE)
    assert load() == tokens


def check(error: ConfigError, began: float) -> None:
    """It came in time, says what to do, and tells no secret."""
    assert time.monotonic() - began < 60
    assert "mp plugins disable keyring" in str(error.hint)
    assert "try again" in str(error.hint)
    assert "fake-" not in f"{error!r} {error} {error.hint} {error.details}"


def test_a_locked_keyring_is_an_error_that_says_to_unlock_it(
    secret_service: Any, tokens: OAuthTokens
) -> None:
    mp_persist_tokens(tokens, STORE)
    secret_service.lock()
    for act in (load, lambda: mp_persist_tokens(tokens, STORE), lambda: mp_delete_tokens(STORE)):
        began = time.monotonic()
        with pytest.raises(ConfigError, match="locked") as caught:
            act()
        check(caught.value, began)


def stuck() -> int:
    return sum(thread.name == "mp-store-keyring" for thread in threading.enumerate())


def test_a_prompt_that_nobody_answers_is_waited_for_3_s(
    secret_service: Any, tokens: OAuthTokens
) -> None:
    mp_persist_tokens(tokens, STORE)
    secret_service.lock()
    with secret_service.with_silent_prompter():
        began = time.monotonic()
        with pytest.raises(ConfigError, match="not answered within 3 s") as caught:
            load()
        check(caught.value, began)
        assert time.monotonic() - began >= 2.9
        assert stuck() == 1
    secret_service.end()  # With it ends the prompt.


def test_a_keyring_that_hangs_is_left_alone_until_it_answers_again(
    secret_service: Any, tokens: OAuthTokens
) -> None:
    mp_persist_tokens(tokens, STORE)
    with secret_service.stopped():
        for _ in range(20):
            began = time.monotonic()
            with pytest.raises(ConfigError, match="not answered within 3 s") as caught:
                load()
            check(caught.value, began)
            assert stuck() == 1, "one thread at most is left behind"
    assert load() == tokens


def test_callers_that_come_at_once_are_all_told(secret_service: Any, tokens: OAuthTokens) -> None:
    mp_persist_tokens(tokens, STORE)
    told: list[str] = []

    def call() -> None:
        try:
            load()
        except ConfigError as error:
            told.append(error.message)

    with secret_service.stopped():
        threads = [threading.Thread(target=call) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert stuck() == 1
    assert len(told) == 8


CHILD = """
import os, sys
from typing import cast
from mp_store_keyring import mp_load_tokens
class Slot:
    key = "a1b2"
print(bool(mp_load_tokens(None, Slot())), flush=True)
child = os.fork()
if not child:
    os._exit(0 if mp_load_tokens(None, Slot()) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_process_asks_for_itself(secret_service: Any, tokens: OAuthTokens) -> None:
    mp_persist_tokens(tokens, STORE)
    done = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


ENDING = """
import atexit, sys
from pydantic import TypeAdapter
from mp_core.plugin import OAuthTokens
from mp_store_keyring import mp_persist_tokens
class Slot:
    key = "a1b2"
tokens = OAuthTokens.model_validate_json(sys.stdin.read())
atexit.register(lambda: mp_persist_tokens(tokens, Slot()))
"""


def test_what_is_kept_while_the_interpreter_ends_is_kept(
    secret_service: Any, tokens: OAuthTokens
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDING],
        input=json.dumps(tokens.reveal()),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert load() == tokens
