"""H39: the trace of a whole session, from the login to the file that travels, has no secret."""

from __future__ import annotations

import json
import shlex
import sys

import pytest

from mp_core.sandbox import Sandbox
from tests.support.shell import Shell

pytestmark = pytest.mark.providers

VISITOR = f"{shlex.quote(sys.executable)} -m mp_core.sandbox.oauth.visitor %s &"
TRACING = {"MP_TRACE_PLUGINS": "1"}
SESSION = (
    "-a me project list --refresh",
    "session --explain",
    "-a ci inspect events",
    "-a agent project list",
    "account list",
    "-a me account export-bridge --to bridge.json",
    "account logout me",
)


def stored(shell: Shell) -> set[str]:
    """The secrets of the login that is stored."""
    kept = json.loads((shell.home / ".mp/accounts/me/tokens.json").read_text())
    return {kept["access_token"], kept["refresh_token"]}


@pytest.mark.usefixtures("logins")
def test_h39_a_trace_of_a_whole_session_names_every_hook_and_no_secret(
    shell: Shell, sandbox: Sandbox
) -> None:
    done = shell.process("account", "login", "me", BROWSER=VISITOR, **TRACING)
    assert done.code == 0, done.err
    said, secrets = [done.err], {"fake-secret-of-ci", "fake-token-of-ada", *stored(shell)}
    sandbox.expire_tokens()
    for line in SESSION:
        done = shell.process(*line.split(), **TRACING)
        assert done.code == 0, done.err
        said.append(done.err)
        if "logout" not in line:
            secrets |= stored(shell)
    assert len(secrets) == 6  # There was a refresh.
    text = "".join(said)
    for hook in (
        "mp_account_model",
        "mp_auth_header",
        "mp_login",
        "mp_persist_tokens",
        "mp_load_tokens",
        "mp_refresh_tokens",
        "mp_validate_account",
        "mp_export_bridge",
        "mp_revoke_tokens",
        "mp_delete_tokens",
    ):
        assert f"trace: hook={hook} " in text
    for secret in (*secrets, "Basic ", "Bearer "):
        assert secret not in text


def test_data_on_stdout_stays_data_while_calls_are_traced(shell: Shell) -> None:
    done = shell.process("session", "-f", "json", **TRACING)
    assert done.json["account"] == "ci"
    lines = done.err.splitlines()
    assert lines
    assert all(line.startswith("trace: hook=") for line in lines)
