"""Running the command of an account, and reading what it prints."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from mp_core.errors import OAuthError
from mp_core.plugin import OAuthTokens
from mp_exec.redaction import redacted

if TYPE_CHECKING:
    from mp_exec import ExecAccount

VERSION: Final = 1
"""Version of the JSON object that a command prints."""


def fetch(account: ExecAccount) -> OAuthTokens:
    """Return the tokens that the account's command prints.

    Raises:
        OAuthError: It cannot be started, takes too long, fails, or prints something else.
    """
    status, output, said = _run(account)
    if status:
        how = f"was killed by signal {-status}" if status < 0 else f"failed with status {status}"
        raise _error(account, how, redacted(said.decode(errors="replace"), os.environ))
    tokens = _tokens(account, _answer(account, output))
    if tokens.expires_at <= datetime.now(UTC):
        raise _error(account, "printed a token that has expired")
    return tokens


def _run(account: ExecAccount) -> tuple[int, bytes, bytes]:
    """Return exit status, output and error output."""
    try:
        process = subprocess.Popen(
            account.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        reason = f"cannot be started: {error.strerror}"
    else:
        try:
            output, said = process.communicate(timeout=account.timeout_s)
            return process.returncode, output, said
        except subprocess.TimeoutExpired:
            reason = f"took longer than {account.timeout_s:g} s"
        finally:
            _end(process)
    raise _error(account, reason)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the command and what it started, unless its output was read to the end."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _answer(account: ExecAccount, output: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(output)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise _error(account, "printed no JSON object")
    if answer.get("version") != VERSION:
        raise _error(account, f"printed no object of version {VERSION}")
    return answer


def _tokens(account: ExecAccount, answer: dict[str, Any]) -> OAuthTokens:
    fields = {name: answer.get(name) for name in ("access_token", "expires_at")}
    try:
        tokens = OAuthTokens.model_validate(fields)
    except ValidationError as error:
        wrong = " and ".join(str(line["loc"][0]) for line in error.errors())
        raise _error(account, f"printed no valid {wrong}") from None
    bearer = tokens.access_token.get_secret_value()
    if not bearer.isascii() or not bearer.isprintable() or " " in bearer:
        raise _error(account, "printed an access_token that no header can carry")
    return tokens


def _error(account: ExecAccount, what: str, said: str = "") -> OAuthError:
    """Return the error; of the command, it names the program alone."""
    return OAuthError(
        f"The command of account {account.name!r} {what}" + (f": {said}" if said else "."),
        hint=f"Try it: {account.command[0]} … · or change it: mp account update {account.name}",
        details={"account": account.name, "program": account.command[0]},
    )
