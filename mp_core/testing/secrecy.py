"""Checks that secrets stay where they belong."""

from __future__ import annotations

import json
import logging
import pickle
import pprint
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from mp_core._runtime.context import Context
from mp_core._values.session import Project, Session
from mp_core.errors import MpError, OAuthError
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.testing.proof import proof_by, proof_of
from mp_core.testing.subject import Subject, leaked


class SecrecyChecks(Subject):
    """No rendering, no error and no log shows a secret."""

    def test_no_rendering_shows_a_secret(self, account: Account, secrets: list[str]) -> None:
        session = Session(account=account, project=Project(id="1"))
        copy = pickle.loads(pickle.dumps(account))
        for what, value in (("account", account), ("session", session), ("unpickled copy", copy)):
            for rendering, text in _renderings(value):
                assert not leaked(text, secrets), (
                    f"{rendering} of the {what} shows a secret: declare the field as SecretStr, and"
                    " define no rendering of your own."
                )

    def test_an_error_of_the_header_shows_no_secret(
        self, account: Account, host: Host, secrets: list[str]
    ) -> None:
        try:
            proof_by(host, account, _NoTokens())
        except OAuthError as error:
            said = told(error)
        else:
            pytest.skip("the header needs no tokens")
        assert not leaked(said, secrets), "What makes the header puts a secret into its error."

    def test_nothing_is_printed_and_no_secret_is_logged(
        self,
        account: Account,
        ready: Context,
        secrets: list[str],
        capfd: pytest.CaptureFixture[str],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        proof_of(ready, account)
        ready.host.status(account, None)
        shown = "".join(capfd.readouterr())
        assert not shown, (
            f"The provider prints {shown!r}. Standard output holds data only: raise what is wrong,"
            " and tell a person who logs in with flow.say."
        )
        assert not leaked(caplog.text, secrets), "The provider logs a secret."


def told(error: MpError) -> str:
    """Return all that an error says, its cause and context included."""
    chain = [error, error.__cause__, error.__context__]
    return " ".join(
        f"{link} {link!r} {getattr(link, 'hint', None)} {getattr(link, 'details', None)}"
        for link in chain
        if link is not None
    )


def _renderings(value: BaseModel) -> Iterator[tuple[str, str]]:
    yield "repr()", repr(value)
    yield "str()", str(value)
    yield "format()", f"{value}"
    yield "a traceback's view of its fields", repr(vars(value))
    yield "pprint", pprint.pformat(value)
    yield "model_dump()", repr(value.model_dump())
    yield "model_dump(mode='json')", json.dumps(value.model_dump(mode="json"))
    yield "model_dump_json()", value.model_dump_json()


class _NoTokens:
    """A resolver that has none."""

    def get_browser_token(self, name: str, region: str) -> str:
        raise OAuthError("There are no tokens.")

    def get_static_token(self, account: Account) -> str:
        raise OAuthError("There are no tokens.")
