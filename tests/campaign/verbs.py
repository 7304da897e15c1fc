"""What the processes of the campaign do; each verb returns the login that it leaves, if any."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core.cli.run import run
from mp_core.errors import ConfigError
from mp_core.plugin.tokens import OAuthTokens
from tests.campaign.journal import Step

SERVER = "CAMPAIGN_SERVER"
"""The variable that holds the server's address, without any manner."""

TYPE = "oauth_browser"


def log_in(name: str) -> str:
    """Store the tokens of a new login, as if somebody had approved it; return the login."""
    answer = httpx.post(f"{os.environ[SERVER]}/logins", timeout=30).json()
    tokens = OAuthTokens.from_token_response(answer).model_copy(update={"client_id": "campaign"})
    context = Context()
    context.vault.store(context.config().account(name), tokens)
    return str(answer["login"])


def token(step: Step) -> str | None:
    mp.accounts.token(step.account)
    return None


def threaded(step: Step) -> str | None:
    with ThreadPoolExecutor(3) as pool:
        others = [pool.submit(mp.accounts.token, step.account) for _ in range(3)]
        mp.accounts.token(step.account)
        for other in others:
            other.result(timeout=120)
    return None


def daemon(step: Step) -> str | None:
    """End the program while a thread refreshes that Python does not wait for."""
    threading.Thread(target=_quietly, args=(step.account,), daemon=True).start()
    time.sleep(random.Random(step.name).uniform(0, 0.05))
    raise SystemExit(0)


def _quietly(name: str) -> None:
    with suppress(mp.MpError):
        mp.accounts.token(name)


def call(step: Step) -> str | None:
    with mp.Workspace(account=step.account) as workspace:
        workspace.request("GET", "/campaign")
    return None


def switch(step: Step) -> str | None:
    with mp.Workspace() as workspace:
        workspace.use(account=step.account, persist=True)
    return None


def read(step: Step) -> str | None:
    mp.accounts.list()
    return None


def use(step: Step) -> str | None:
    mp.accounts.use(step.account)
    return None


def target(step: Step) -> str | None:
    mp.targets.add(step.name, account=step.account, project="11")
    return None


def untarget(step: Step) -> str | None:
    mp.targets.remove(step.name)
    return None


def add(step: Step) -> str | None:
    mp.accounts.add(step.account, type=TYPE, region="us", default_project="10")
    return log_in(step.account)


def remove(step: Step) -> str | None:
    mp.accounts.remove(step.account, force=True)
    return None


def renew(step: Step) -> str | None:
    remove(step)
    return add(step)


def relogin(step: Step) -> str | None:
    mp.accounts.logout(step.account)
    return log_in(step.account)


def rename(step: Step) -> str | None:
    mp.accounts.rename(step.account, step.name)
    return None


def export(step: Step) -> str | None:
    mp.accounts.export_bridge(to=os.environ["HOME"] + "/bridge.json", account=step.account)
    return None


def command(*words: str) -> Callable[[Step], str | None]:
    """Return the verb that runs `mp` with these words and the account's name."""

    def verb(step: Step) -> str | None:
        if code := run([*words, step.account]):
            raise ConfigError(f"mp {' '.join(words)} ended with {code}", code=f"EXIT_{code}")
        return None

    return verb


def become_mp(step: Step) -> str | None:
    """Become `mp`, as an installed program."""
    program = str(Path(sys.executable).with_name("mp"))
    os.execv(program, [program, "account", "token", step.account])


VERBS: Mapping[str, Callable[[Step], str | None]] = {
    "token": token,
    "threads": threaded,
    "call": call,
    "switch": switch,
    "read": read,
    "use": use,
    "target": target,
    "untarget": untarget,
    "add": add,
    "remove": remove,
    "renew": renew,
    "relogin": relogin,
    "rename": rename,
    "export": export,
    "mp token": command("account", "token"),
    "mp use": command("account", "use"),
    "daemon": daemon,
    "become mp": become_mp,
}
REFRESHING = ("token", "threads", "call", "mp token", "switch", "export")
"""Those that refresh and leave the configuration's accounts and targets as they are."""
EDITING = ("add", "remove", "renew", "relogin", "target", "untarget", "rename")
"""Those that no two processes may do with the same account at a time, for the campaign's sake."""
