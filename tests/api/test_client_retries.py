"""The transport: what is sent again, when, and how often."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
from pydantic import SecretStr

from mp_core._api.client import Call, MixpanelClient
from mp_core._runtime.context import Context
from mp_core._values.session import Session
from mp_core.errors import APIError, MpError, RateLimitError, ServerError
from mp_core.sandbox import Fault, Sandbox
from tests.support.fake_providers import HOST, BadgeAccount
from tests.support.scripted_client import ME, NOW, OK, POST, ScriptedClient, fails, replies


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_transient_failure_is_tried_three_times_again(status: int) -> None:
    client = ScriptedClient(replies(*[fails(status, Retry_After="7")] * 3, OK))
    assert client.send() == {"status": "ok"}
    assert client.slept == [7.0] * 3


@pytest.mark.parametrize(
    ("status", "error"), [(429, RateLimitError), (502, ServerError), (503, ServerError)]
)
def test_after_three_retries_it_is_an_error(status: int, error: type[APIError]) -> None:
    client = ScriptedClient(replies(*[fails(status)] * 5))
    with pytest.raises(error) as caught:
        client.send()
    assert caught.value.status_code == status
    assert (len(client.seen), len(client.slept)) == (4, 3)


def test_without_retry_after_the_pauses_grow() -> None:
    client = ScriptedClient(replies(*[fails(503)] * 3, OK))
    client.send()
    middles = [0.5, 1.0, 2.0]
    for pause, middle in zip(client.slept, middles, strict=True):
        assert middle / 2 <= pause <= middle * 1.5


def test_an_http_date_is_waited_for() -> None:
    until = format_datetime(NOW + timedelta(seconds=59), usegmt=True)
    client = ScriptedClient(replies(fails(429, Retry_After=until), OK))
    client.send()
    assert client.slept == [59.0]


@pytest.mark.parametrize("after", ["61", format_datetime(NOW + timedelta(hours=1), usegmt=True)])
def test_a_longer_pause_is_told_at_once(after: str) -> None:
    client = ScriptedClient(replies(fails(429, Retry_After=after)))
    with pytest.raises(RateLimitError) as caught:
        client.send()
    assert caught.value.retry_after in (61.0, 3600.0)
    assert (len(client.seen), client.slept) == (1, [])


def test_429_is_retried_for_a_post_too() -> None:
    client = ScriptedClient(replies(fails(429, Retry_After="1"), OK))
    client.send(POST)
    assert len(client.seen) == 2


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("failure", [fails(502), fails(503), fails(504), httpx.ReadError("reset")])
def test_what_a_post_may_have_done_is_not_done_twice(
    method: str, failure: httpx.Response | Exception
) -> None:
    client = ScriptedClient(replies(failure, OK))
    with pytest.raises(APIError):
        client.send(Call(method, "/x", {}))
    assert (len(client.seen), client.slept) == (1, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 501])
def test_other_failures_are_not_retried(status: int) -> None:
    client = ScriptedClient(replies(fails(status, Retry_After="1"), OK))
    with pytest.raises(MpError):
        client.send()
    assert (len(client.seen), client.slept) == (1, [])


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")]
)
def test_a_lost_connection_is_retried_and_then_told(failure: Exception) -> None:
    assert ScriptedClient(replies(failure, failure, failure, OK)).send() == {"status": "ok"}
    client = ScriptedClient(replies(*[failure] * 4))
    with pytest.raises(APIError, match="could not be reached") as caught:
        client.send()
    assert (caught.value.status_code, caught.value.code) == (None, "UNREACHABLE")
    assert len(client.seen) == 4


def test_a_server_that_hangs_up_is_retried_over_a_real_connection(sandbox: Sandbox) -> None:
    sandbox.inject(Fault("disconnect", times=2))
    who = sandbox.identities[0]
    slept: list[float] = []
    context = Context(plugins=HOST, env={"MP_API_BASE_URL": sandbox.url})
    client = MixpanelClient(context, sleep=slept.append)
    account = BadgeAccount(
        name="ci", region="us", username=who.username, secret=SecretStr(who.secret)
    )
    answer = client.send(ME, Session(account=account, project="1"))
    client.close()
    assert answer["results"]["user_id"] == who.user_id
    assert [r.status for r in sandbox.requests] == [None, None, 200]
    assert len(slept) == 2
