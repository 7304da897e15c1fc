"""What proves an identity to the sandbox, and until when."""

from __future__ import annotations

import base64

import httpx
import pytest

from mp_core.sandbox import Sandbox, SandboxIdentity, SandboxOrganization, SandboxProject
from tests.support.sandbox_calls import (
    ANNOTATIONS,
    EVENTS,
    ME,
    PLAIN,
    SEGMENTATION,
    ask,
    bearer,
    open_client,
    results,
)


def test_an_identity_is_proven_by_its_username_and_secret(sandbox: Sandbox) -> None:
    for identity in sandbox.identities:
        with open_client(sandbox, identity) as client:
            assert results(client.get(ME))["user_email"] == identity.email


def test_an_identity_is_proven_by_its_token(sandbox: Sandbox) -> None:
    for identity in sandbox.identities:
        response = ask(sandbox, **bearer(identity.token))
        assert results(response)["user_id"] == identity.user_id


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic !!!",
        "Basic " + base64.b64encode(b"ci.fake.robot:wrong-fake").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        "Bearer wrong-fake",
        "Digest wrong-fake",
    ],
)
def test_a_wrong_credential_gets_401_that_does_not_echo_it(
    sandbox: Sandbox, authorization: str
) -> None:
    response = ask(sandbox, Authorization=authorization)
    assert response.status_code == 401
    assert response.json()["status"] == "error"
    assert response.json()["error"]
    assert authorization.rsplit(maxsplit=1)[-1] not in response.text + str(response.headers)


def test_a_missing_credential_gets_401_on_every_endpoint(sandbox: Sandbox) -> None:
    paths = (
        ME,
        "/api/app/projects/10/workspaces/public",
        ANNOTATIONS,
        "/api/app/workspaces/101/dashboards",
        EVENTS,
        SEGMENTATION,
    )
    for path in paths:
        response = httpx.get(sandbox.url + path, **PLAIN)
        assert response.status_code == 401, path
        assert "WWW-Authenticate" in response.headers


def test_a_scheme_without_a_proof_gets_401(sandbox: Sandbox) -> None:
    for scheme in ("Bearer", "Basic", ""):
        assert ask(sandbox, Authorization=scheme).status_code == 401


def test_the_scheme_is_read_in_any_case(sandbox: Sandbox) -> None:
    token = sandbox.identities[1].token
    assert results(ask(sandbox, Authorization=f"bEARER {token}"))["user_name"] == "ada"


def test_rotating_a_secret_ends_the_old_one_only(sandbox: Sandbox) -> None:
    old, other, _ = sandbox.identities
    new = sandbox.rotate_secret(old)
    assert new == sandbox.identities[0]
    assert new.secret != old.secret
    for identity, status in ((old, 401), (new, 200), (other, 200)):
        with open_client(sandbox, identity) as client:
            assert client.get(ME).status_code == status
    assert results(ask(sandbox, **bearer(old.token)))["user_name"] == "ci"


def test_an_issued_token_expires_on_the_given_clock() -> None:
    now = [1000.0]
    with Sandbox(clock=lambda: now[0]) as sandbox:
        token = sandbox.issue_token(sandbox.identities[2], expires_in_s=60)
        now[0] = 1059.9
        assert results(ask(sandbox, **bearer(token)))["user_name"] == "grace"
        now[0] = 1060.0
        assert ask(sandbox, **bearer(token)).status_code == 401


def test_a_revoked_token_is_refused_and_others_stay(sandbox: Sandbox) -> None:
    ada = sandbox.identities[1]
    first, second = sandbox.issue_token(ada), sandbox.issue_token(ada)
    assert sandbox.revoke_token(first) is True
    assert sandbox.revoke_token(first) is False
    assert ask(sandbox, **bearer(first)).status_code == 401
    assert results(ask(sandbox, **bearer(second)))["user_name"] == "ada"


def test_samples_are_of_two_identities_and_all_work(sandbox: Sandbox) -> None:
    samples = sandbox.samples
    assert set(samples) == {"username", "secret", "token"}
    robot = httpx.BasicAuth(samples["username"], samples["secret"])
    response = httpx.get(sandbox.url + ME, auth=robot, **PLAIN)
    assert results(response)["user_name"] == "ci"
    assert results(ask(sandbox, **bearer(samples["token"])))["user_name"] == "ada"


def test_samples_follow_a_rotated_secret(sandbox: Sandbox) -> None:
    stale = sandbox.identities[0]
    sandbox.rotate_secret(stale)
    assert sandbox.samples_for(stale)["secret"] == sandbox.identities[0].secret
    assert sandbox.samples["secret"] == sandbox.identities[0].secret
    assert sandbox.samples_for(stale)["token"] == stale.token


def test_identities_can_be_the_authors_own() -> None:
    project = SandboxProject("5", "Five", SandboxOrganization(1, "One"))
    mine = SandboxIdentity(7, "eve", "eve@x.example", "eve", "fake-s", "fake-t", (project,))
    with Sandbox(identities=[mine]) as sandbox:
        me = results(ask(sandbox, **bearer(sandbox.samples["token"])))
    assert list(me["projects"]) == ["5"]


def test_identities_that_cannot_be_told_apart_are_refused() -> None:
    one = Sandbox().identities[0]
    with pytest.raises(ValueError, match="share one user_id"):
        Sandbox(identities=[one, one])
    with pytest.raises(ValueError, match="at least one"):
        Sandbox(identities=[])


def test_a_project_id_must_consist_of_digits() -> None:
    with pytest.raises(ValueError, match="digits"):
        SandboxProject("a5", "Five", SandboxOrganization(1, "One"))
