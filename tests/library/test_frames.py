"""H82: what is shown of an ordinary failure, with the locals of all its frames, has no secret."""

from __future__ import annotations

import json
import logging
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

import mp_core as mp
from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.auth_types import OAuthTokens, load_bridge
from mp_core.sandbox import Fault, Sandbox
from tests.support.home_files import write_config
from tests.support.loopback_server import SilentHandler, answering
from tests.support.oauth_client import TOKEN
from tests.support.raw_server import dead_port
from tests.support.shown_frames import SECRET, assert_silent, encoded, failing, frames

pytestmark = [pytest.mark.providers, pytest.mark.usefixtures("logins")]

Act = Callable[[], object]
CALLS: list[Callable[[mp.Workspace], object]] = [
    lambda ws: ws.me(refresh=True),
    lambda ws: ws.events(),
    lambda ws: ws.workspaces(refresh=True),
    lambda ws: ws.segmentation("Sign Up", from_date="2024-01-01", to_date="2024-01-02"),
    lambda ws: ws.request("GET", "/me"),
]


@pytest.fixture(autouse=True)
def api(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)
    return sandbox.url


@pytest.fixture
def robot() -> None:
    given = {"username": "robot", "secret": SECRET}
    mp.accounts.add("robot", type="service_account", region="us", default_project="9", **given)


@pytest.fixture
def ci(sandbox: Sandbox) -> list[str]:
    """An account that Mixpanel knows; its secret, as it is and as a header has it."""
    who = sandbox.identities[0]
    given = {"username": who.username, "secret": who.secret}
    project = who.projects[0].id
    mp.accounts.add("ci", type="service_account", region="us", default_project=project, **given)
    return [who.secret, encoded(f"{who.username}:{who.secret}")]


def by(browse: Callable[[str], bool]) -> Accounts:
    return Accounts(Context(), terminal=Terminal(say=lambda line: None, ask=None, browse=browse))


@pytest.fixture
def me(sandbox: Sandbox) -> str:
    """An account that is logged in."""
    mp.accounts.add("me", type="oauth_browser", region="us")
    by(sandbox.approve).login("me")
    return "me"


def stored() -> list[str]:
    """Return the secrets of the login that is stored."""
    kept = json.loads((Path.home() / ".mp/accounts/me/tokens.json").read_text())
    return [kept["access_token"], kept["refresh_token"]]


def called(call: Callable[[mp.Workspace], object]) -> None:
    with mp.Workspace() as ws:
        call(ws)


class TestCalls:
    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.usefixtures("robot")
    def test_h82_a_refused_credential(self, call: Callable[[mp.Workspace], object]) -> None:
        assert_silent(failing(partial(called, call), mp.AuthenticationError))

    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize("kind", ["forbidden", "malformed", "server_error", "disconnect"])
    def test_h82_an_answer_that_is_none(
        self, ci: list[str], sandbox: Sandbox, kind: str, call: Callable[[mp.Workspace], object]
    ) -> None:
        sandbox.inject(Fault(kind))  # type: ignore[arg-type]
        if kind in ("server_error", "disconnect"):
            call = CALLS[-1]
            error = failing(partial(called, lambda ws: ws.request("POST", "/me", json={})))
        else:
            error = failing(partial(called, call))
        assert_silent(error, *ci)

    def test_h82_nobody_answers(self, ci: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        post = partial(called, lambda ws: ws.request("POST", "/me", json={}))
        with dead_port() as port:
            monkeypatch.setenv("MP_API_BASE_URL", f"http://127.0.0.1:{port}")
            assert_silent(failing(post, mp.APIError), *ci)

    def test_h82_a_ctrl_c_in_the_middle_of_a_request(
        self, ci: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        main = threading.get_ident()

        class Interrupting(SilentHandler):
            def do_GET(self) -> None:
                signal.pthread_kill(main, signal.SIGINT)
                self.rfile.read(1)

        with answering(Interrupting) as address:
            monkeypatch.setenv("MP_API_BASE_URL", address)
            error = failing(partial(called, CALLS[-1]), KeyboardInterrupt)
        assert_silent(error, *ci)

    def test_h82_a_header_that_is_refused_a_host(self, ci: list[str], me: str) -> None:
        with mp.Workspace(account="ci") as ws, httpx.Client(auth=mp.SessionAuth(ws.session)) as web:
            assert_silent(failing(lambda: web.get("https://elsewhere.example/")), *ci)


class TestTokens:
    @pytest.mark.parametrize("kind", ["lost_response", "malformed", "server_error", "disconnect"])
    def test_h82_a_refresh_that_fails(self, me: str, sandbox: Sandbox, kind: str) -> None:
        secrets = stored()
        sandbox.expire_tokens()
        sandbox.inject(Fault(kind, path=TOKEN))  # type: ignore[arg-type]
        assert_silent(failing(partial(called, CALLS[1]), mp.OAuthError), *secrets)

    def test_h82_a_refresh_that_fails_in_a_client_of_the_users_own(
        self, me: str, sandbox: Sandbox
    ) -> None:
        secrets = stored()
        with mp.Workspace() as ws, httpx.Client(auth=mp.SessionAuth(ws.session)) as web:
            sandbox.expire_tokens()
            sandbox.inject(Fault("server_error", path=TOKEN))
            error = failing(lambda: web.get(f"{sandbox.url}/api/app/me"), mp.OAuthError)
        assert_silent(error, *secrets)

    def test_h82_a_bearer_that_cannot_be_had(self, me: str, sandbox: Sandbox) -> None:
        secrets = stored()
        path = Path.home() / ".mp/accounts/me/tokens.json"
        path.write_text(path.read_text().replace("expires_at", "expires"))
        for act in (
            lambda: mp.accounts.token("me"),
            lambda: mp.auth_types.OnDiskTokenResolver().get_browser_token("me", "us"),
            lambda: mp.accounts.export_bridge(to="auth.json", account="me"),
        ):
            assert_silent(failing(act), *secrets)

    @pytest.mark.parametrize("browse", ["deny", "exchange"])
    def test_h82_a_login_that_fails(self, me: str, sandbox: Sandbox, browse: str) -> None:
        secrets = stored()
        if browse == "exchange":
            sandbox.inject(Fault("malformed", path=TOKEN))
        accounts = by(sandbox.deny if browse == "deny" else sandbox.approve)
        error = failing(lambda: accounts.login("me"), mp.OAuthError)
        assert_silent(error, *secrets, "code_verifier", "code=", "state=")

    def test_h82_a_login_as_somebody_else(self, me: str, sandbox: Sandbox) -> None:
        other = by(partial(sandbox.approve, identity=sandbox.identities[2]))
        error = failing(lambda: other.login("me"), mp.OAuthError)
        assert error.code == "OWNER_MISMATCH"  # type: ignore[attr-defined]
        assert_silent(error, *[each.access_token for each in sandbox.logins])

    @pytest.mark.filterwarnings("ignore::mp_core.errors.CredentialWarning")
    @pytest.mark.parametrize("change", [{"expires_in": "soon"}, {"scope": 1}, {"token_type": None}])
    def test_h82_an_answer_that_is_malformed(self, change: dict[str, object]) -> None:
        answer = {"access_token": SECRET, "token_type": "Bearer", "expires_in": 1, **change}
        assert_silent(failing(lambda: OAuthTokens.from_token_response(answer), ValueError))
        bad = {**answer, "access_token": [SECRET]}
        assert_silent(failing(lambda: OAuthTokens.from_lax_response(bad), ValueError))


BLOCK = f'[accounts.a]\ntype = "service_account"\nregion = "us"\nsecret = "{SECRET}"\n'
CONFIGS = {
    "an unknown key": BLOCK + 'username = "robot"\nunknown = 1\n',
    "a missing key": BLOCK,
    "no TOML": BLOCK + "]\n",
    "another type": BLOCK + 'username = 1\ndefault_project = "x"\n',
    "no such type": BLOCK.replace("service_account", "nothing"),
    "a broken header": BLOCK + f'[settings]\ncustom_header = {{name = "X", value = "{SECRET}\\n"}}',
}


class TestFiles:
    @pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
    def test_h82_a_configuration_that_cannot_be_used(self, home: Path, config: str) -> None:
        write_config(home, config)
        for act in (
            lambda: mp.Workspace(account="a", project=1),
            lambda: mp.accounts.use("a"),
            lambda: mp.accounts.token("a"),
            lambda: mp.accounts.update("a", default_project="x", secret=SECRET),
            lambda: mp.session.use(account="a"),
            lambda: mp.targets.add("t", account="a", project="1"),
        ):
            try:
                act()
            except mp.MpError as error:
                assert_silent(error)

    @pytest.mark.parametrize("fields", [{"unknown": 1}, {"username": 1}, {"default_project": "x"}])
    def test_h82_an_account_that_is_refused(self, ci: list[str], fields: dict[str, Any]) -> None:
        given: dict[str, Any] = {
            "username": "robot",
            "secret": SECRET,
            "default_project": "1",
            **fields,
        }
        add = partial(mp.accounts.add, "new", type="service_account", region="us", **given)
        for act in (add, partial(mp.accounts.update, "ci", **given), partial(mp.login, **given)):
            assert_silent(failing(act, Exception), *ci)

    @pytest.mark.usefixtures("robot")
    def test_h82_a_disk_that_is_full(self, me: str, sandbox: Sandbox) -> None:
        secrets = stored()
        sandbox.expire_tokens()
        for act in (
            lambda: mp.accounts.update("robot", default_project="10"),
            lambda: mp.targets.add("t", account="robot", project="9"),
            lambda: mp.Workspace(account="me").events(),
            lambda: mp.accounts.export_bridge(to="auth.json", account="robot"),
        ):
            with full_disk():
                error = failing(act)
            assert_silent(error, *secrets)

    @pytest.mark.parametrize("text", ["{}", "[", '{"version": 2, "account": 1}'])
    def test_h82_a_bridge_that_cannot_be_used(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "auth.json"
        record = {"type": "service_account", "name": "a", "region": "us", "secret": SECRET}
        usual = json.dumps({"version": 2, "account": record})
        for content in (usual, usual.replace("2", "1"), usual + text):
            path.write_text(content)
            path.chmod(0o600)
            assert_silent(failing(lambda: load_bridge(path)))


@contextmanager
def full_disk() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("robot")
def test_h82_what_libraries_log_of_calls_and_refreshes_has_no_secret(
    me: str, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = stored()
    with caplog.at_level(logging.DEBUG):
        sandbox.expire_tokens()
        with mp.Workspace(account="me") as mine, mp.Workspace(account="robot") as robots:
            mine.events()
            failing(robots.events)
    assert "HTTP Request" in caplog.text
    for secret in (SECRET, *secrets, *stored()):
        assert secret not in caplog.text


@pytest.mark.usefixtures("robot")
def test_h82_a_trace_of_hooks_shows_neither_what_is_given_nor_what_comes_back() -> None:
    host = Context().host
    account = Context().config().account("robot")
    host.auth_header(account, mp.auth_types.OnDiskTokenResolver())
    manager = host.loader._manager
    traced: list[str] = []
    manager.trace.root.setwriter(traced.append)
    undo = manager.enable_tracing()
    host.auth_header(account, mp.auth_types.OnDiskTokenResolver())
    undo()
    manager.trace.root.setwriter(None)
    assert "mp_auth_header" in traced[0]
    assert "account: ***" in "".join(traced)
    assert any("finish mp_auth_header --> " in line for line in traced)
    assert "Basic" not in "".join(traced)


@pytest.mark.usefixtures("robot")
def test_h82_a_defect_keeps_its_frames() -> None:
    with pytest.raises(TypeError) as caught:
        mp.accounts.export_bridge(to=None)  # type: ignore[arg-type]
    assert len([*frames(caught.value)]) > 1
