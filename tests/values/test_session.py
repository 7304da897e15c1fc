"""Projects, workspaces, targets and sessions: frozen values that compare by content."""

from __future__ import annotations

import copy
import pickle
from base64 import b64encode
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

import mp_core as mp
from mp_core._values.headers import NO_HEADERS, Headers
from mp_core._values.session import ActiveSession, Project, Session, Target, WorkspaceRef
from mp_core.plugin.account import Account
from tests.support.fake_providers import CANARY, PassAccount, badge

IDS = st.from_regex(r"[0-9]{1,12}", fullmatch=True)
SESSIONS = st.builds(
    Session,
    account=st.sampled_from([badge(), badge("other"), PassAccount(name="me", region="eu")]),
    project=st.builds(Project, id=IDS, name=st.none() | st.text()),
    workspace=st.none() | st.builds(WorkspaceRef, id=st.integers(1), name=st.none() | st.text()),
    headers=st.sampled_from([{}, {"X-Team": "blue"}]),
)
TEAM = Session(
    account=badge(),
    project="7",
    workspace=WorkspaceRef(id=8, name="All Project Data", project_id="7"),
    headers={"X-Team": "blue"},
)


class TestProject:
    @given(IDS)
    def test_an_id_is_all_it_needs(self, id_: str) -> None:
        project = Project(id=id_)
        assert (project.id, project.name) == (id_, None)
        assert (project.organization_id, project.timezone) == (None, None)

    @pytest.mark.parametrize("id_", ["", "12a", " 12", "12\n", "٣", "-1", 12, None])
    def test_an_id_is_a_string_of_digits(self, id_: Any) -> None:
        with pytest.raises(ValidationError, match="id"):
            Project(id=id_)


class TestWorkspaceRef:
    @pytest.mark.parametrize("id_", [0, -1, "8", 8.0, True, None])
    def test_an_id_is_a_positive_number(self, id_: Any) -> None:
        with pytest.raises(ValidationError, match="id"):
            WorkspaceRef(id=id_)

    def test_what_is_not_known_is_none(self) -> None:
        found = WorkspaceRef(id=8)
        assert (found.name, found.is_default, found.project_id) == (None, None, None)


class TestTarget:
    def test_a_target_needs_no_workspace(self) -> None:
        assert Target(name="ecom", account="team", project="7").workspace is None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": "e com"},
            {"name": "x" * 65},
            {"account": ""},
            {"project": "x"},
            {"workspace": 0},
            {"workspace": "8"},
            {"region": "us"},
        ],
    )
    def test_names_and_ids_keep_their_rules(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            Target(**{"name": "ecom", "account": "team", "project": "7", **wrong})


class TestActiveSession:
    def test_it_may_be_empty(self) -> None:
        assert ActiveSession() == ActiveSession(account=None, workspace=None)

    @pytest.mark.parametrize("wrong", [{"project": "7"}, {"account": "a b"}, {"workspace": "8"}])
    def test_what_it_does_not_know_is_reported(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            ActiveSession(**wrong)


class TestSession:
    def test_its_properties_name_what_it_holds(self) -> None:
        assert (TEAM.project_id, TEAM.workspace_id, TEAM.region) == ("7", 8, "us")
        assert Session(account=badge(), project="7").workspace_id is None

    def test_ids_stand_for_project_and_workspace(self) -> None:
        found = Session(account=badge(), project="7", workspace=8)
        assert found.project == Project(id="7")
        assert found.workspace == WorkspaceRef(id=8)

    @pytest.mark.parametrize(
        "wrong",
        [{"project": "x"}, {"project": 7}, {"workspace": True}, {"workspace": 0}, {"region": "us"}],
    )
    def test_what_is_no_axis_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            Session(**{"account": badge(), "project": "7", **wrong})

    def test_it_is_frozen(self) -> None:
        for name, value in (("project", Project(id="8")), ("workspace", None), ("other", 1)):
            with pytest.raises(ValidationError):
                setattr(TEAM, name, value)

    def test_its_headers_cannot_be_assigned(self) -> None:
        headers: Any = TEAM.headers
        with pytest.raises(TypeError):
            headers["X-Team"] = "red"
        assert TEAM.headers == {"x-team": "blue"}

    def test_its_headers_are_a_copy(self) -> None:
        fields = {"X-Team": "blue"}
        session = Session(account=badge(), project="7", headers=fields)
        fields["X-Team"] = "red"
        assert session.headers["X-Team"] == "blue"

    def test_h27_its_headers_cannot_authenticate(self) -> None:
        with pytest.raises(ValidationError, match="may not be set"):
            Session(account=badge(), project="7", headers={"authorization": "x"})

    @given(SESSIONS)
    def test_it_compares_by_value_and_travels(self, session: Session) -> None:
        for again in (
            pickle.loads(pickle.dumps(session)),
            copy.deepcopy(session),
            session.replace(),
            Session.model_validate(dict(session)),
        ):
            assert again == session
            assert hash(again) == hash(session)
        assert session != session.replace(project="9999999999999")

    @given(SESSIONS)
    def test_h39_no_text_of_it_holds_the_secret(self, session: Session) -> None:
        texts = [repr(session), str(session), session.model_dump_json(), repr(session.model_dump())]
        assert CANARY not in "".join(texts)

    def test_its_json_names_the_account(self) -> None:
        record = TEAM.model_dump(mode="json")
        assert record["account"]["username"] == "ann"
        assert record["account"]["secret"] == "**********"
        assert record["headers"] == {"X-Team": "blue"}

    def test_assembled_parts_are_the_session_they_make(self) -> None:
        parts = (badge(), Project(id="7"), TEAM.workspace, Headers({"X-Team": "blue"}))
        assert Session.assembled(*parts) == TEAM
        assert Session.assembled(*parts[:2], None, NO_HEADERS) == Session(
            account=badge(), project="7"
        )


def project_of(session: Session) -> tuple[str, str | None]:
    return session.replace(project="9", workspace=None).project_id, session.account.default_project


def test_a_session_is_at_home_in_a_process_pool() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(project_of, [TEAM, TEAM], timeout=60)) == [("9", None)] * 2


class TestHeader:
    @pytest.mark.providers
    def test_an_account_that_holds_its_credential_needs_no_resolver(self) -> None:
        account = mp.ServiceAccount(
            name="ci", region="us", username="robot", secret=SecretStr(CANARY)
        )
        header = Session(account=account, project="7").auth_header()
        assert header == f"Basic {b64encode(f'robot:{CANARY}'.encode()).decode()}"

    @pytest.mark.providers
    def test_an_account_that_needs_a_resolver_says_what_to_pass(self) -> None:
        session = Session(account=mp.OAuthBrowserAccount(name="me", region="us"), project="7")
        with pytest.raises(TypeError, match="pass token_resolver=OnDiskTokenResolver"):
            session.auth_header()

    @pytest.mark.providers
    def test_the_resolver_is_asked_for_the_account(self) -> None:
        class Resolver:
            def get_browser_token(self, name: str, region: str) -> str:
                return f"fake-{name}-{region}"

            def get_static_token(self, account: Account) -> str:
                raise AssertionError

        session = Session(account=mp.OAuthBrowserAccount(name="me", region="in"), project="7")
        assert session.auth_header(token_resolver=Resolver()) == "Bearer fake-me-in"

    def test_h54_without_the_provider_there_is_none(self) -> None:
        with pytest.raises(mp.ProviderNotInstalledError, match="'badge'"):
            TEAM.auth_header()


class TestReplace:
    def test_none_keeps_account_and_project(self) -> None:
        assert TEAM.replace(account=None, project=None) == TEAM

    def test_none_clears_the_workspace_and_an_empty_mapping_the_headers(self) -> None:
        cleared = TEAM.replace(workspace=None, headers={})
        assert cleared.workspace is None
        assert cleared.headers == {}
        assert (cleared.account, cleared.project) == (TEAM.account, TEAM.project)

    def test_a_session_of_a_subclass_yields_a_plain_one(self) -> None:
        class Tagged(Session):
            tag: str

        tagged = Tagged.model_validate({**dict(TEAM), "tag": "nightly"})
        assert tagged.replace(workspace=9) == TEAM.replace(workspace=9)

    def test_each_axis_can_be_replaced(self) -> None:
        other = badge("other", region="eu")
        assert TEAM.replace(account=other).account is other
        assert TEAM.replace(workspace=9).workspace == WorkspaceRef(id=9)
        assert TEAM.replace(headers={"X-A": "1"}).headers == {"X-A": "1"}
        assert TEAM.replace(project="8", workspace=None).project == Project(id="8")

    def test_the_original_stays(self) -> None:
        before = TEAM.model_copy(deep=True)
        TEAM.replace(project="8", workspace=None, headers={})
        assert before == TEAM

    @pytest.mark.parametrize(
        "change",
        [
            {"project": "8"},
            {"project": Project(id="8")},
            {"workspace": WorkspaceRef(id=9, project_id="8")},
        ],
    )
    def test_h10_a_workspace_of_another_project_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"belongs to project ., not to .; pass"):
            TEAM.replace(**change)

    def test_h10_a_workspace_whose_project_is_not_known_goes_along(self) -> None:
        session = TEAM.replace(workspace=9)
        assert session.replace(project="8").workspace_id == 9

    @pytest.mark.parametrize(
        "change",
        [{"project": "x"}, {"workspace": -1}, {"headers": {"Cookie": "a"}}, {"account": "team"}],
    )
    def test_the_result_is_validated_like_a_new_session(self, change: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            TEAM.replace(**change)
