"""What the sandbox promises to demonstrations and to tests."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core.sandbox import (
    FAULT_KINDS,
    Fault,
    FaultKind,
    Sandbox,
    SandboxIdentity,
    SandboxOrganization,
    SandboxProject,
)

ME = "/api/app/me"
EVENTS = "/api/query/events/names"
SEGMENTATION = "/api/query/segmentation"
# Loopback without proxies, and without reading a certificate bundle that plain HTTP never uses.
PLAIN: Any = {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
WEEK = {"from_date": "2024-01-01", "to_date": "2024-01-07"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with open_client(sandbox) as opened:
        yield opened


def open_client(sandbox: Sandbox, identity: SandboxIdentity | None = None) -> httpx.Client:
    who = identity or sandbox.identities[0]
    return httpx.Client(base_url=sandbox.url, auth=(who.username, who.secret), **PLAIN, timeout=30)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def ask(sandbox: Sandbox, **headers: str) -> httpx.Response:
    """Ask for /me without the credential of a client."""
    return httpx.get(sandbox.url + ME, headers=headers, **PLAIN)


def send_raw(sandbox: Sandbox, *lines: str, body: bytes = b"") -> bytes:
    """Send exact bytes and return all that comes back until the connection is closed."""
    with socket.create_connection(("127.0.0.1", httpx.URL(sandbox.url).port or 0), 30) as raw:
        raw.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        with raw.makefile("rb") as stream:
            return stream.read()


def host_of(sandbox: Sandbox) -> str:
    return f"Host: {sandbox.url.removeprefix('http://')}"


def results(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["status"] == "ok"
    return body["results"]


def values(client: httpx.Client, **params: str) -> Any:
    query = {"project_id": "3018488", "event": "Purchase", **WEEK, **params}
    response = client.get(SEGMENTATION, params=query)
    assert response.status_code == 200, response.text
    return response.json()["data"]["values"]


def default_workspace(listed: list[dict[str, Any]]) -> Any:
    """Choose as clients do: global, usual name, default, first visible, first."""
    rules = (
        lambda w: w.get("is_global"),
        lambda w: w["name"] == "All Project Data",
        lambda w: w.get("is_default"),
        lambda w: w.get("is_visible") is not False,
        lambda w: True,
    )
    return next((w["id"] for rule in rules for w in listed if rule(w)), None)


class TestIdentity:
    def test_an_identity_is_proven_by_its_username_and_secret(self, sandbox: Sandbox) -> None:
        for identity in sandbox.identities:
            with open_client(sandbox, identity) as client:
                assert results(client.get(ME))["user_email"] == identity.email

    def test_an_identity_is_proven_by_its_token(self, sandbox: Sandbox) -> None:
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
        self, sandbox: Sandbox, authorization: str
    ) -> None:
        response = ask(sandbox, Authorization=authorization)
        assert response.status_code == 401
        assert response.json()["status"] == "error"
        assert response.json()["error"]
        assert authorization.rsplit(maxsplit=1)[-1] not in response.text + str(response.headers)

    def test_a_missing_credential_gets_401_on_every_endpoint(self, sandbox: Sandbox) -> None:
        paths = (
            ME,
            "/api/app/projects/10/workspaces/public",
            "/api/app/projects/10/annotations",
            "/api/app/workspaces/101/dashboards",
            EVENTS,
            SEGMENTATION,
        )
        for path in paths:
            response = httpx.get(sandbox.url + path, **PLAIN)
            assert response.status_code == 401, path
            assert "WWW-Authenticate" in response.headers

    def test_a_scheme_without_a_proof_gets_401(self, sandbox: Sandbox) -> None:
        for scheme in ("Bearer", "Basic", ""):
            assert ask(sandbox, Authorization=scheme).status_code == 401

    def test_the_scheme_is_read_in_any_case(self, sandbox: Sandbox) -> None:
        token = sandbox.identities[1].token
        assert results(ask(sandbox, Authorization=f"bEARER {token}"))["user_name"] == "ada"

    def test_rotating_a_secret_ends_the_old_one_only(self, sandbox: Sandbox) -> None:
        old, other, _ = sandbox.identities
        new = sandbox.rotate_secret(old)
        assert new == sandbox.identities[0]
        assert new.secret != old.secret
        for identity, status in ((old, 401), (new, 200), (other, 200)):
            with open_client(sandbox, identity) as client:
                assert client.get(ME).status_code == status
        assert results(ask(sandbox, **bearer(old.token)))["user_name"] == "ci"

    def test_an_issued_token_expires_on_the_given_clock(self) -> None:
        now = [1000.0]
        with Sandbox(clock=lambda: now[0]) as sandbox:
            token = sandbox.issue_token(sandbox.identities[2], expires_in_s=60)
            now[0] = 1059.9
            assert results(ask(sandbox, **bearer(token)))["user_name"] == "grace"
            now[0] = 1060.0
            assert ask(sandbox, **bearer(token)).status_code == 401

    def test_a_revoked_token_is_refused_and_others_stay(self, sandbox: Sandbox) -> None:
        ada = sandbox.identities[1]
        first, second = sandbox.issue_token(ada), sandbox.issue_token(ada)
        assert sandbox.revoke_token(first) is True
        assert sandbox.revoke_token(first) is False
        assert ask(sandbox, **bearer(first)).status_code == 401
        assert results(ask(sandbox, **bearer(second)))["user_name"] == "ada"

    def test_samples_are_of_two_identities_and_all_work(self, sandbox: Sandbox) -> None:
        samples = sandbox.samples
        assert set(samples) == {"username", "secret", "token"}
        robot = httpx.BasicAuth(samples["username"], samples["secret"])
        response = httpx.get(sandbox.url + ME, auth=robot, **PLAIN)
        assert results(response)["user_name"] == "ci"
        assert results(ask(sandbox, **bearer(samples["token"])))["user_name"] == "ada"

    def test_samples_follow_a_rotated_secret(self, sandbox: Sandbox) -> None:
        stale = sandbox.identities[0]
        sandbox.rotate_secret(stale)
        assert sandbox.samples_for(stale)["secret"] == sandbox.identities[0].secret
        assert sandbox.samples["secret"] == sandbox.identities[0].secret
        assert sandbox.samples_for(stale)["token"] == stale.token

    def test_identities_can_be_the_authors_own(self) -> None:
        project = SandboxProject("5", "Five", SandboxOrganization(1, "One"))
        mine = SandboxIdentity(7, "eve", "eve@x.example", "eve", "fake-s", "fake-t", (project,))
        with Sandbox(identities=[mine]) as sandbox:
            me = results(ask(sandbox, **bearer(sandbox.samples["token"])))
        assert list(me["projects"]) == ["5"]

    def test_identities_that_cannot_be_told_apart_are_refused(self) -> None:
        one = Sandbox().identities[0]
        with pytest.raises(ValueError, match="share one user_id"):
            Sandbox(identities=[one, one])
        with pytest.raises(ValueError, match="at least one"):
            Sandbox(identities=[])

    def test_a_project_id_must_consist_of_digits(self) -> None:
        with pytest.raises(ValueError, match="digits"):
            SandboxProject("a5", "Five", SandboxOrganization(1, "One"))


class TestWorld:
    def test_me_holds_what_the_identity_sees_and_nothing_else(self, sandbox: Sandbox) -> None:
        for identity in sandbox.identities:
            me = results(ask(sandbox, **bearer(identity.token)))
            assert set(me["projects"]) == {p.id for p in identity.projects}
            seen = {str(w.id) for p in identity.projects for w in p.workspaces}
            assert set(me["workspaces"]) == seen
            assert {w["project_id"] for w in me["workspaces"].values()} <= {
                int(p.id) for p in identity.projects
            }

    def test_me_has_every_field_that_clients_read(self, client: httpx.Client) -> None:
        me = results(client.get(ME))
        assert {"user_id", "user_email", "user_name", "member_list"} <= set(me)
        project = me["projects"]["10"]
        assert me["organizations"][str(project["organization_id"])]["name"] == "Acme Analytics"
        assert (project["domain"], project["timezone"]) == ("mixpanel.com", "US/Pacific")
        assert project["has_workspaces"] is True

    def test_projects_overlap_but_no_two_identities_see_the_same(self, sandbox: Sandbox) -> None:
        views = [{p.id for p in i.projects} for i in sandbox.identities]
        for n, one in enumerate(views):
            for other in views[n + 1 :]:
                assert one & other
                assert one - other
                assert other - one

    def test_nasty_names_arrive_unchanged(self, sandbox: Sandbox) -> None:
        projects: dict[str, str] = {}
        for identity in sandbox.identities:
            me = results(ask(sandbox, **bearer(identity.token)))
            projects |= {pid: p["name"] for pid, p in me["projects"].items()}
        assert projects["10"] == "[prod] Ten"
        assert projects["9"] == "[/x]"
        assert projects["77"] == "🦊 Fox Den"
        assert len(projects["400"]) == 400

    def test_workspace_ids_are_unique_and_positive(self, sandbox: Sandbox) -> None:
        projects = {p.id: p for i in sandbox.identities for p in i.projects}
        ids = [w.id for p in projects.values() for w in p.workspaces]
        assert len(ids) == len(set(ids))
        assert min(ids) > 0

    def test_each_rule_for_the_default_workspace_decides_in_some_project(
        self, sandbox: Sandbox
    ) -> None:
        expected = {"3018488": 3448415, "3018489": 3448421, "10": 102, "9": 92, "77": 771}
        found = {}
        for identity in sandbox.identities:
            with open_client(sandbox, identity) as client:
                for project in identity.projects:
                    path = f"/api/app/projects/{project.id}/workspaces/public"
                    found[project.id] = default_workspace(results(client.get(path)))
        assert found == {**expected, "400": None}

    def test_workspaces_belong_to_the_project_that_was_asked_for(
        self, client: httpx.Client
    ) -> None:
        listed = results(client.get("/api/app/projects/10/workspaces/public"))
        assert [(w["id"], w["project_id"]) for w in listed] == [(101, 10), (102, 10)]

    def test_dashboards_are_those_of_a_visible_workspace(self, client: httpx.Client) -> None:
        boards = results(client.get("/api/app/workspaces/101/dashboards"))
        assert {(b["workspace_id"], b["project_id"]) for b in boards} == {(101, 10)}
        assert client.get("/api/app/workspaces/91/dashboards").status_code == 403

    @pytest.mark.parametrize("path", ["workspaces/public", "annotations"])
    def test_a_project_of_someone_else_gets_403(self, client: httpx.Client, path: str) -> None:
        response = client.get(f"/api/app/projects/9/{path}")
        assert response.status_code == 403
        assert response.json()["status"] == "error"

    def test_each_post_stores_one_more_annotation(self, client: httpx.Client) -> None:
        path = "/api/app/projects/10/annotations"
        first = results(client.post(path, json={"description": "[/x] 🦊", "id": 99}))
        second = results(client.post(path, json={"description": "[/x] 🦊"}))
        assert first["description"] == "[/x] 🦊"
        assert len({first["id"], second["id"], 99}) == 3
        assert results(client.get(path)) == [first, second]
        assert results(client.get("/api/app/projects/3018488/annotations")) == []

    @pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff", b"[" * 200_000])
    def test_an_annotation_that_is_no_json_object_gets_400(
        self, client: httpx.Client, body: bytes
    ) -> None:
        path = "/api/app/projects/10/annotations"
        assert client.post(path, content=body).status_code == 400
        assert results(client.get(path)) == []


class TestQueries:
    def test_event_names_are_a_bare_unsorted_list_with_nasty_names(
        self, client: httpx.Client
    ) -> None:
        names = client.get(EVENTS, params={"type": "general", "project_id": "10"}).json()
        assert names != sorted(names)
        assert {"🛒 Added to Cart", "[prod] Deploy", "[/x]"} <= set(names)

    def test_event_names_depend_on_the_project_and_obey_the_limit(
        self, client: httpx.Client
    ) -> None:
        ten = client.get(EVENTS, params={"project_id": "10", "limit": "5000"}).json()
        web = client.get(EVENTS, params={"project_id": "3018488"}).json()
        assert ten != web
        assert client.get(EVENTS, params={"project_id": "10", "limit": "2"}).json() == ten[:2]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"limit": "5001"},
            {"limit": "0"},
            {"limit": "-1"},
            {"limit": "9" * 5000},
            {"type": "odd"},
            {"from_date": "yesterday"},
        ],
    )
    def test_a_wrong_parameter_of_event_names_gets_400(
        self, client: httpx.Client, wrong: dict[str, str]
    ) -> None:
        assert client.get(EVENTS, params={"project_id": "10", **wrong}).status_code == 400

    @pytest.mark.parametrize("path", [EVENTS, SEGMENTATION])
    def test_a_query_names_a_visible_project_and_a_workspace_of_it(
        self, client: httpx.Client, path: str
    ) -> None:
        def status(**params: str) -> int:
            return client.get(path, params={"event": "Purchase", **WEEK, **params}).status_code

        assert status() == 400
        assert status(project_id="9") == 403
        assert status(project_id="[/x]") == 403
        assert status(project_id="10", workspace_id="3448413") == 400
        assert status(project_id="10", workspace_id="x") == 400
        assert status(project_id="10", workspace_id="101") == 200
        assert status(project_id="10") == 200

    def test_the_same_question_gets_the_same_numbers_in_another_sandbox(
        self, client: httpx.Client
    ) -> None:
        with Sandbox() as other, open_client(other) as second:
            assert values(client) == values(second)

    def test_numbers_depend_on_every_part_of_the_question(self, client: httpx.Client) -> None:
        answers = [
            values(client),
            values(client, project_id="10"),
            values(client, workspace_id="3448413"),
            values(client, workspace_id="3448414"),
            values(client, where='properties["country"] == "DE"'),
            values(client, on='properties["country"]'),
            values(client, on='properties["city"]'),
            values(client, on='properties["city"]', event="Sign Up"),
        ]
        counts = [json.dumps(sorted(a.values(), key=str)) for a in answers]
        assert len(set(counts)) == len(counts)
        assert list(values(client)["Purchase"].values()) != list(
            values(client, event="Sign Up")["Sign Up"].values()
        )

    def test_a_breakdown_has_the_values_of_the_property_as_segments(
        self, client: httpx.Client
    ) -> None:
        assert list(values(client)) == ["Purchase"]
        assert {"[/x]", "🦊"} <= set(values(client, on='properties["country"]'))

    @pytest.mark.parametrize(
        ("unit", "first", "last", "series"),
        [
            ("day", "2024-02-28", "2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01"]),
            ("week", "2024-01-03", "2024-01-08", ["2024-01-01", "2024-01-08"]),
            ("month", "2023-12-31", "2024-01-01", ["2023-12-01", "2024-01-01"]),
        ],
    )
    def test_the_series_covers_both_dates_in_the_unit(
        self, client: httpx.Client, unit: str, first: str, last: str, series: list[str]
    ) -> None:
        found = values(client, unit=unit, from_date=first, to_date=last)
        assert list(found["Purchase"]) == series

    def test_hours_are_24_a_day(self, client: httpx.Client) -> None:
        found = values(client, unit="hour", to_date="2024-01-02")["Purchase"]
        assert len(found) == 48
        assert "2024-01-02 23:00:00" in found

    @pytest.mark.parametrize(
        "wrong",
        [
            {"event": ""},
            {"from_date": "2024-01-08"},
            {"from_date": "0001-01-01"},
            {"to_date": "soon"},
            {"unit": "minute"},
            {"on": "country"},
        ],
    )
    def test_a_wrong_parameter_of_segmentation_gets_400_that_names_it(
        self, client: httpx.Client, wrong: dict[str, str]
    ) -> None:
        query = {"project_id": "10", "event": "Purchase", **WEEK, **wrong}
        response = client.get(SEGMENTATION, params=query)
        assert response.status_code == 400
        assert next(iter(wrong)) in response.json()["error"]


class TestRouting:
    def test_an_unknown_path_gets_404(self, client: httpx.Client) -> None:
        for path in ("/", ME + "/x", "/x" + ME, "/api/app/projects/x/annotations"):
            assert client.get(path).status_code == 404, path

    def test_a_wrong_method_gets_405_with_the_allowed_ones(self, client: httpx.Client) -> None:
        response = client.delete("/api/app/projects/10/annotations")
        assert (response.status_code, response.headers["Allow"]) == (405, "GET, POST")
        head = client.head(ME)
        assert (head.status_code, head.headers["Allow"]) == (405, "GET")
        assert client.get(ME).status_code == 200


class TestRecord:
    def test_a_request_is_recorded_before_its_answer_arrives(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        client.get(EVENTS, params={"project_id": "9", "type": ""}, headers={"X-Probe": "1"})
        (seen,) = sandbox.requests
        assert (seen.method, seen.path, seen.status) == ("GET", EVENTS, 403)
        assert seen.query == {"project_id": "9", "type": ""}
        assert seen.headers["x-probe"] == "1"
        assert seen.identity_name == "ci"

    def test_the_credential_is_in_its_own_field_and_not_in_the_repr(self, sandbox: Sandbox) -> None:
        ask(sandbox, **bearer("fake-unknown-token"))
        (seen,) = sandbox.requests
        assert seen.authorization == "Bearer fake-unknown-token"
        assert (seen.identity_name, seen.status) == (None, 401)
        assert "authorization" not in seen.headers
        assert "fake-unknown-token" not in repr(seen)

    def test_secrets_are_not_in_the_repr_of_an_identity(self, sandbox: Sandbox) -> None:
        shown = repr(sandbox.identities)
        assert "fake-secret" not in shown
        assert "fake-token" not in shown

    def test_no_request_of_many_threads_is_lost(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        path = "/api/app/projects/10/annotations"
        with ThreadPoolExecutor(16) as pool:
            ids = [
                results(answer)["id"]
                for answer in pool.map(lambda n: client.post(path, json={"n": n}), range(160))
            ]
        assert len(sandbox.requests) == len(set(ids)) == 160


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            (Fault("unauthorized"), 401),
            (Fault("forbidden"), 403),
            (Fault("rate_limited"), 429),
            (Fault("server_error"), 503),
            (Fault("server_error", status=500), 500),
            (Fault("server_error", status=502), 502),
            (Fault("server_error", status=504), 504),
        ],
    )
    def test_an_error_is_answered_as_json_in_place_of_the_route(
        self, sandbox: Sandbox, client: httpx.Client, fault: Fault, status: int
    ) -> None:
        sandbox.inject(fault)
        response = client.post("/api/app/projects/10/annotations", json={})
        assert response.status_code == status
        assert response.json()["status"] == "error"
        assert [(s.status, s.identity_name) for s in sandbox.requests] == [(status, "ci")]
        sandbox.clear_faults()
        assert results(client.get("/api/app/projects/10/annotations")) == []

    def test_retry_after_is_seconds_a_date_or_absent(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        moment = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
        for retry_after in (0, moment.astimezone(), None):
            sandbox.inject(Fault("rate_limited", times=1, retry_after=retry_after))
        zero, dated, absent = (client.get(ME).headers.get("Retry-After") for _ in range(3))
        assert (zero, absent) == ("0", None)
        assert dated == "Tue, 06 May 2031 07:08:09 GMT"
        assert parsedate_to_datetime(dated) == moment

    def test_a_fault_hits_as_often_as_told_and_then_the_next_does(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        sandbox.inject(Fault("server_error", times=2))
        sandbox.inject(Fault("forbidden", times=1))
        assert [client.get(ME).status_code for _ in range(4)] == [503, 503, 403, 200]

    def test_a_fault_hits_until_it_is_cleared_when_no_number_is_given(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        sandbox.inject(Fault("forbidden"))
        assert {client.get(ME).status_code for _ in range(5)} == {403}
        sandbox.clear_faults()
        assert client.get(ME).status_code == 200

    def test_a_fault_with_a_path_leaves_other_paths_alone(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        sandbox.inject(Fault("forbidden", times=1, path="/api/query"))
        assert client.get(ME).status_code == 200
        assert client.get(EVENTS, params={"project_id": "10"}).status_code == 403
        assert client.get(EVENTS, params={"project_id": "10"}).status_code == 200

    def test_a_fault_is_used_up_once_however_many_threads_ask(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        sandbox.inject(Fault("unauthorized", times=7))
        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lambda _: client.get(ME).status_code, range(64)))
        assert found.count(401) == 7

    def test_a_disconnect_ends_the_connection_without_an_answer(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        sandbox.inject(Fault("disconnect", times=1))
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(ME)
        assert [s.status for s in sandbox.requests] == [None]
        assert client.get(ME).status_code == 200

    def test_a_malformed_answer_is_200_and_no_json(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        sandbox.inject(Fault("malformed"))
        response = client.get(ME)
        assert response.status_code == 200
        with pytest.raises(ValueError, match="Expecting value"):
            response.json()

    def test_a_redirect_leads_to_another_host_or_where_told(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        sandbox.inject(Fault("redirect", times=1))
        sandbox.inject(Fault("redirect", location="https://other.invalid/me"))
        first, second = client.get(ME), client.get(ME)
        assert (first.status_code, second.status_code) == (302, 302)
        assert first.headers["Location"] == "http://elsewhere.invalid/"
        assert second.headers["Location"] == "https://other.invalid/me"

    @pytest.mark.parametrize("delay_s", [0, 0.05])
    def test_a_slow_answer_is_the_normal_one_after_the_delay(
        self, sandbox: Sandbox, client: httpx.Client, delay_s: float
    ) -> None:
        sandbox.inject(Fault("slow", delay_s=delay_s))
        began = time.monotonic()
        assert results(client.get(ME))["user_name"] == "ci"
        assert time.monotonic() - began >= delay_s

    def test_close_cuts_a_slow_answer_short(self) -> None:
        with Sandbox() as sandbox, ThreadPoolExecutor(1) as pool:
            sandbox.inject(Fault("slow", delay_s=3600))
            lines = (f"GET {ME} HTTP/1.1", host_of(sandbox))
            answer = pool.submit(send_raw, sandbox, *lines)
            wait_for_requests(sandbox, 1)
            sandbox.close()
            assert answer.result(timeout=30) == b""

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("unauthorized", Fault("unauthorized")),
            ("unauthorized*2", Fault("unauthorized", times=2)),
            ("rate_limited:30*2", Fault("rate_limited", times=2, retry_after=30)),
            ("server_error:502", Fault("server_error", status=502)),
            ("slow:0.5*1", Fault("slow", times=1, delay_s=0.5)),
            (
                "redirect:http://x.invalid:1/*3",
                Fault("redirect", 3, location="http://x.invalid:1/"),
            ),
            (
                "rate_limited:Tue, 06 May 2031 07:08:09 GMT",
                Fault("rate_limited", retry_after=datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)),
            ),
        ],
    )
    def test_a_fault_is_read_from_text(self, text: str, fault: Fault) -> None:
        assert Fault.parse(text) == fault

    def test_every_kind_can_be_written_alone(self) -> None:
        assert [Fault.parse(kind).kind for kind in FAULT_KINDS] == list(FAULT_KINDS)

    @pytest.mark.parametrize("text", ["", "typo", "typo:1*2", "slow:", "slow*x", "*2", ":1"])
    def test_text_of_another_form_is_refused_with_all_kinds(self, text: str) -> None:
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the loop checks the message.
            Fault.parse(text)
        assert all(kind in str(caught.value) for kind in FAULT_KINDS)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("forbidden:1", "takes no value"),
            ("forbidden*0", "at least 1"),
            ("slow:later", "delay_s"),
            ("slow:nan", "delay_s"),
            ("slow:-1", "delay_s"),
            ("slow:1e9", "delay_s"),
            ("server_error:404", "status is one of"),
            ("rate_limited:-1", "retry_after"),
            ("rate_limited:Tue, 06 May 2031 07:08:09 -0000", "with a zone"),
            ("redirect:http://x/🦊", "ASCII"),
        ],
    )
    def test_a_value_that_does_not_fit_is_refused_with_the_reason(
        self, text: str, reason: str
    ) -> None:
        with pytest.raises(ValueError, match=reason):
            Fault.parse(text)

    def test_a_location_cannot_add_a_header(self) -> None:
        with pytest.raises(ValueError, match="location"):
            Fault("redirect", location="http://x/\r\nSet-Cookie: a=b")

    @given(kind=st.sampled_from(FAULT_KINDS), rest=st.text())
    def test_any_text_makes_a_fault_or_a_value_error(self, kind: FaultKind, rest: str) -> None:
        for text in (rest, kind + rest, f"{kind}:{rest}"):
            with suppress(ValueError):
                assert Fault.parse(text).kind in FAULT_KINDS


def wait_for_requests(sandbox: Sandbox, number: int) -> None:
    deadline = time.monotonic() + 30
    while len(sandbox.requests) < number:
        assert time.monotonic() < deadline, "The request did not arrive."


class TestTransport:
    @pytest.mark.parametrize(
        "host",
        ["mixpanel.com", "evil.invalid:{port}", "127.0.0.1", "127.0.0.1:1", "", "[::1]:{port}"],
    )
    def test_another_host_is_refused_before_the_credential_is_read(
        self, sandbox: Sandbox, client: httpx.Client, host: str
    ) -> None:
        named = host.format(port=httpx.URL(sandbox.url).port)
        response = client.get(ME, headers={"Host": named})
        assert response.status_code == 421
        assert sandbox.requests == []

    def test_localhost_is_loopback_in_any_case(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        port = httpx.URL(sandbox.url).port
        assert client.get(ME, headers={"Host": f"LocalHost:{port}"}).status_code == 200

    def test_missing_and_repeated_hosts_and_whole_urls_are_refused(self, sandbox: Sandbox) -> None:
        host = host_of(sandbox)
        get = f"GET {ME} HTTP/1.1"
        for lines in (
            (get,),
            (get, host, "Host: evil.invalid"),
            (f"GET http://evil.invalid{ME} HTTP/1.1", host),
        ):
            assert send_raw(sandbox, *lines).startswith(b"HTTP/1.1 421 "), lines

    def test_a_body_of_one_mebibyte_is_read_and_a_larger_one_refused(
        self, sandbox: Sandbox, client: httpx.Client
    ) -> None:
        path = "/api/app/projects/10/annotations"
        frame = len(b'{"d":""}')
        fitting = b'{"d":"' + b"x" * (1024 * 1024 - frame) + b'"}'
        assert client.post(path, content=fitting).status_code == 200
        for size in (len(fitting) + 1, 8 * len(fitting)):
            assert client.post(path, content=b" " * size).status_code == 413
        assert len(sandbox.requests) == 1

    @pytest.mark.parametrize("length", ["x", "-1", "+1", "1 1", "0x1", "", "²", "9" * 5000])
    def test_a_bad_content_length_gets_400_and_the_connection_ends(
        self, sandbox: Sandbox, length: str
    ) -> None:
        lines = (f"POST {ME} HTTP/1.1", host_of(sandbox), f"Content-Length: {length}")
        answer = send_raw(sandbox, *lines, body=b"GET /smuggled HTTP/1.1\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"\r\nConnection: close\r\n" in answer
        assert answer.count(b"HTTP/1.1 ") == 1

    def test_two_lengths_or_a_transfer_encoding_are_refused(self, sandbox: Sandbox) -> None:
        start = (f"POST {ME} HTTP/1.1", host_of(sandbox), "Content-Length: 0")
        twice = send_raw(sandbox, *start, "Content-Length: 5")
        chunked = send_raw(sandbox, *start, "Transfer-Encoding: chunked")
        assert twice.startswith(b"HTTP/1.1 400 ")
        assert chunked.startswith(b"HTTP/1.1 411 ")

    def test_what_is_not_http_gets_a_json_error_that_echoes_nothing(self, sandbox: Sandbox) -> None:
        lines = ("BREW /fake-path HTTP/1.1", host_of(sandbox), "Authorization: Bearer fake-token")
        answer = send_raw(sandbox, *lines)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 501 ")
        assert json.loads(body)["status"] == "error"
        assert b"fake" not in answer

    def test_a_client_that_leaves_in_the_middle_is_not_recorded(
        self, sandbox: Sandbox, client: httpx.Client, capfd: pytest.CaptureFixture[str]
    ) -> None:
        port = httpx.URL(sandbox.url).port or 0
        with closing(socket.create_connection(("127.0.0.1", port), 30)) as raw:
            start = f"POST {ME} HTTP/1.1\r\n{host_of(sandbox)}\r\nContent-Length: 9\r\n\r\nhalf"
            raw.sendall(start.encode())
            raw.shutdown(socket.SHUT_WR)
            assert raw.recv(1) == b""
        assert sandbox.requests == []
        assert client.get(ME).status_code == 200
        assert capfd.readouterr().err == ""

    def test_one_connection_serves_many_requests_whatever_their_status(
        self, sandbox: Sandbox
    ) -> None:
        limits = httpx.Limits(max_connections=1)
        with httpx.Client(base_url=sandbox.url, limits=limits, **PLAIN) as client:
            ports = set()
            for path in (ME, "/unknown", ME):
                response = client.post(path, json={"a": 1})
                stream = response.extensions["network_stream"]
                ports.add(stream.get_extra_info("client_addr"))
        assert len(ports) == 1

    def test_answers_are_sent_without_delay(self, sandbox: Sandbox, client: httpx.Client) -> None:
        client.get(ME)
        assert sandbox._server is not None
        ((_, connection),) = sandbox._server._connections
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    def test_a_refusal_reaches_a_client_that_sends_all_of_its_body_first(
        self, sandbox: Sandbox
    ) -> None:
        body = bytes(8 * 1024 * 1024)
        lines = (f"POST {ME} HTTP/1.1", host_of(sandbox), f"Content-Length: {len(body)}")
        assert send_raw(sandbox, *lines, body=body).startswith(b"HTTP/1.1 413 ")

    def test_a_reset_connection_leaves_no_trace_on_the_terminal(
        self, sandbox: Sandbox, client: httpx.Client, capfd: pytest.CaptureFixture[str]
    ) -> None:
        port = httpx.URL(sandbox.url).port or 0
        with closing(socket.create_connection(("127.0.0.1", port), 30)) as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raw.sendall(f"POST {ME} HTTP/1.1\r\n{host_of(sandbox)}\r\n".encode())
        assert client.get(ME).status_code == 200
        sandbox.close()
        assert capfd.readouterr().err == ""

    def test_nothing_is_written_to_the_terminal(
        self, sandbox: Sandbox, client: httpx.Client, capfd: pytest.CaptureFixture[str]
    ) -> None:
        client.get(ME)
        client.get("/unknown")
        client.get(ME, headers={"Host": "evil.invalid"})
        assert capfd.readouterr() == ("", "")

    def test_it_listens_on_loopback_and_nowhere_else(self, sandbox: Sandbox) -> None:
        assert httpx.URL(sandbox.url).host == "127.0.0.1"
        port = httpx.URL(sandbox.url).port or 0
        with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as other:
            # Another loopback address stands for every other interface of this machine.
            assert other.connect_ex(("127.0.0.2", port)) != 0


class TestLife:
    def test_close_ends_every_thread_and_connection_and_may_be_repeated(self) -> None:
        before = set(threading.enumerate())
        sandbox = Sandbox().start()
        url = sandbox.url
        with ExitStack() as idle:
            for _ in range(50):
                idle.enter_context(open_client(sandbox)).get(ME)
            sandbox.close()
            sandbox.close()
            assert set(threading.enumerate()) <= before
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, **PLAIN)

    def test_close_right_after_start_does_not_hang(self) -> None:
        for _ in range(20):
            Sandbox().start().close()

    def test_the_url_needs_a_running_sandbox(self) -> None:
        sandbox = Sandbox()
        with pytest.raises(RuntimeError, match="start"):
            _ = sandbox.url
        with sandbox:
            url = sandbox.url
            assert sandbox.start().url == url
        with pytest.raises(RuntimeError, match="start"):
            _ = sandbox.url

    def test_a_sandbox_can_start_again_with_what_it_knew(self) -> None:
        sandbox = Sandbox()
        with sandbox:
            renewed = sandbox.rotate_secret(sandbox.identities[0])
        with sandbox, open_client(sandbox, renewed) as client:
            sandbox.inject(Fault("slow", times=1, delay_s=0.001))
            assert client.get(ME).status_code == 200

    def test_a_taken_port_is_an_error_that_leaves_nothing_open(self, sandbox: Sandbox) -> None:
        port = httpx.URL(sandbox.url).port or 0
        with pytest.raises(OSError, match="in use"):
            Sandbox(port).start()

    def test_a_given_port_is_used(self) -> None:
        with Sandbox() as first:
            port = httpx.URL(first.url).port or 0
        with Sandbox(port) as second:
            assert second.url == f"http://127.0.0.1:{port}"

    def test_sandboxes_side_by_side_share_nothing(self, sandbox: Sandbox) -> None:
        with Sandbox() as other, open_client(other) as client:
            token = other.issue_token(other.identities[0])
            client.post("/api/app/projects/10/annotations", json={})
            other.inject(Fault("forbidden"))
        assert ask(sandbox, **bearer(token)).status_code == 401
        with open_client(sandbox) as client:
            assert results(client.get("/api/app/projects/10/annotations")) == []

    def test_the_import_loads_no_third_party_module(self) -> None:
        code = (
            "import sys, mp_core.sandbox;"
            "print(*sorted({'pydantic', 'httpx', 'click', 'pluggy'} & set(sys.modules)))"
        )
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert run.stdout.strip() == ""
