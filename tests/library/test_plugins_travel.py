"""Plugins follow the session: into threads, forks, other processes and clusters, or it refuses.

While a session is at work its configuration names no extension any more: what is in force there is
what it took along.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.company_site import AUDIT, DESK, KEYRING, STORE
from tests.support.home_files import write_config
from tests.support.site_directory import Site

PROGRAM = """
import json, multiprocessing, os, pathlib, sys, threading, warnings
from concurrent import futures
import mp_core as mp
from mp_core.auth_types import OnDiskTokenResolver

LIMIT_S = 90

def header(session):
    return os.getpid(), session.auth_header(token_resolver=OnDiskTokenResolver())

def authorized(auth):
    return os.getpid(), auth.header()

def in_threads(sessions):
    with futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(header, sessions, timeout=LIMIT_S))

def in_forks(sessions):
    return [forked(session) for session in sessions]

def forked(session):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        import signal
        signal.alarm(LIMIT_S)  # It ends a child that waits for ever.
        try:
            os.write(writing, json.dumps(header(session)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        found = json.load(answer)
    os.waitpid(child, 0)
    return found

def in_processes(method):
    def run(sessions):
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            found = pool.map_async(header, sessions).get(LIMIT_S)
            pool.close()
            pool.join()
        with futures.ProcessPoolExecutor(1, context) as pool:
            auths = [mp.SessionAuth(session) for session in sessions]
            return found + list(pool.map(authorized, auths, timeout=LIMIT_S))
    return run

def in_joblib(sessions):
    import joblib
    from joblib.externals.loky import get_reusable_executor
    work = [joblib.delayed(header)(session) for session in sessions]
    try:
        return joblib.Parallel(n_jobs=2, timeout=LIMIT_S)(work)
    finally:
        get_reusable_executor().shutdown(wait=True)

def in_dask(sessions):
    from distributed import Client, LocalCluster
    os.environ["DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT"] = "90s"
    options = dict(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        work = client.map(header, sessions, pure=False)
        return [list(each.result(timeout=LIMIT_S)) for each in work]

def in_ray(sessions):
    import ray
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        remote = ray.remote(header)
        return ray.get([remote.remote(each) for each in sessions], timeout=LIMIT_S)
    finally:
        ray.shutdown()

WAYS = {
    "threads": in_threads, "os.fork": in_forks, "joblib": in_joblib, "dask": in_dask, "ray": in_ray,
    **{method: in_processes(method) for method in ("fork", "spawn", "forkserver")},
}

def main(way):
    with mp.Workspace(account="desk") as ws:
        sessions = [ws.session.replace(project=str(number)) for number in range(1, 4)]
    config = pathlib.Path(os.environ["HOME"]) / ".mp" / "config.toml"
    config.write_text(config.read_text().partition("[settings]")[0])
    print(json.dumps({"parent": os.getpid(), "found": WAYS[way](sessions)}))
"""
CONFIG = """
[accounts.desk]
type = "desk"
region = "eu"
default_project = "1"
"""
EXTENSIONS = '[settings]\nextensions = ["keyring-store", "audit"]\n'


class Company(NamedTuple):
    """A home whose configuration switches a store and an audit on, and where they are installed."""

    site: Site
    home: Path

    def run(self, code: str, *, warnings: str = "error", **env: str) -> Any:
        """Run code in a process that finds the plugins, and return the JSON that it prints."""
        keyring = str(self.home / "keyring.json")
        done = self.site.run(code, warnings=warnings, HOME=str(self.home), KEYRING=keyring, **env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def audit(self) -> set[tuple[int, str]]:
        """Return which process has used which account, as the audit has it."""
        path = self.home / "keyring.json.audit"
        lines = path.read_text().split("\n") if path.exists() else []
        return {(int(line.split()[0]), line.split()[1]) for line in lines if line}

    def files_with_tokens(self) -> list[str]:
        files = [file for file in self.home.rglob("*") if file.is_file()]
        return sorted(file.name for file in files if b"fake-token" in file.read_bytes())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = Site(tmp_path_factory.mktemp("site"))
    made.install("acme-desks", providers={"desk": DESK})
    made.install("acme-it", extensions={"keyring-store": STORE, "audit": AUDIT})
    (made.root / "keyring.py").write_text(KEYRING)
    (made.root / "program.py").write_text(PROGRAM)
    return made


@pytest.fixture
def company(site: Site, home: Path) -> Company:
    write_config(home, CONFIG + EXTENSIONS)
    return Company(site, home)


LIBRARIES = {"dask": "distributed", "ray": "ray", "joblib": "joblib"}


@pytest.mark.parametrize(
    "way", ["threads", "os.fork", "fork", "spawn", "forkserver", "joblib", "dask", "ray"]
)
def test_h63_a_session_is_served_by_the_plugins_it_was_made_with(
    company: Company, way: str
) -> None:
    library = LIBRARIES.get(way)
    if library and importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    told = "ignore" if library else "error"
    answer = company.run(f"import program; program.main({way!r})", warnings=told)
    workers = {pid for pid, _ in answer["found"]}
    assert {header for _, header in answer["found"]} == {"Bearer fake-token-1"}
    assert (answer["parent"] in workers) is (way == "threads")
    assert company.audit() == {(pid, "desk") for pid in workers}
    assert company.files_with_tokens() == ["keyring.json"]
    assert len((company.home / "keyring.json.fetches").read_text()) == 1


PICKLE = """
import json, pickle, pathlib, mp_core as mp
pathlib.Path({path!r}).write_bytes(pickle.dumps(mp.Workspace().session))
print(json.dumps(""))
"""
UNPICKLE = """
import json, pickle, pathlib, mp_core as mp
from mp_core.auth_types import OnDiskTokenResolver
session = pickle.loads(pathlib.Path({path!r}).read_bytes())
resolver = OnDiskTokenResolver()
asked = {{
    "session": lambda: session.auth_header(token_resolver=resolver),
    "account": lambda: session.account.auth_header(token_resolver=resolver),
    "replaced": lambda: session.replace(project="9").auth_header(token_resolver=resolver),
    "resolver": lambda: resolver.get_token(session.account),
    "auth": mp.SessionAuth(session).header,
    "workspace": lambda: mp.Workspace(session=session),
}}
def told(ask):
    try:
        return ask()
    except mp.MpError as error:
        return f"{{type(error).__name__}}: {{error}}"
print(json.dumps({{name: told(ask) for name, ask in asked.items()}}))
"""


@pytest.mark.parametrize("source", ["configuration", "environment", "bridge"])
def test_h63_where_an_extension_is_not_installed_a_session_refuses_at_every_door(
    company: Company, tmp_path: Path, source: str
) -> None:
    env = {}
    if source == "environment":
        env = {"DESK_ROOM": "7", "MP_PROJECT_ID": "1", "MP_REGION": "eu"}
    elif source == "bridge":
        env = {"MP_AUTH_FILE": str(tmp_path / "bridge.json")}
        bridge = {"version": 2, "account": {"type": "desk", "name": "desk", "region": "eu"}}
        Path(env["MP_AUTH_FILE"]).write_text(json.dumps({**bridge, "project": "1"}))
        Path(env["MP_AUTH_FILE"]).chmod(0o600)
    else:
        write_config(company.home, '[active]\naccount = "desk"\n' + CONFIG + EXTENSIONS)
    path = str(tmp_path / "session.pickle")
    company.run(PICKLE.format(path=path), **env)
    elsewhere = Site(tmp_path)
    elsewhere.install("acme-desks", providers={"desk": DESK})
    there = Company(elsewhere, tmp_path / "there")
    for door, answer in there.run(UNPICKLE.format(path=path)).items():
        assert answer.startswith("ProviderNotInstalledError: No extension 'audit'"), door
    assert there.files_with_tokens() == []


TWO = """
import json, os, mp_core as mp
here, there = os.environ["HERE"], os.environ["THERE"]

def workspace(config):
    os.environ["MP_CONFIG_PATH"] = config
    return mp.Workspace()

def audited(ws):
    before = os.path.exists(audit) and os.path.getsize(audit)
    mp.SessionAuth(ws.session).header()
    return (os.path.exists(audit) and os.path.getsize(audit)) != before

audit = os.environ["KEYRING"] + ".audit"
one, other = workspace(here), workspace(there)
found = [audited(one), audited(other), audited(one), audited(other)]
one, other = workspace(here), workspace(there)
print(json.dumps(found + [audited(one), audited(other)]))
"""


def test_h63_two_configurations_in_one_process_do_not_share_extensions(company: Company) -> None:
    paths = {}
    for variable, name, extensions in (("HERE", "desk", EXTENSIONS), ("THERE", "hall", "")):
        text = f'[active]\naccount = "{name}"\n' + CONFIG.replace("desk]", f"{name}]") + extensions
        path = write_config(company.home / name, text)
        paths[variable] = str(path)
    assert company.run(TWO, **paths) == [True, False] * 3


ALLOWED = """
import json, os, pickle, mp_core as mp
from acme_desks_providers_desk import FakeAccount
session = mp.Session(account=FakeAccount(name="desk", region="eu"), project="1")
thawed = pickle.loads(pickle.dumps(session))
del os.environ["MP_PLUGINS"]
found = [mp.SessionAuth(session).header()]
try:
    mp.SessionAuth(thawed).header()
except mp.ProviderNotInstalledError as error:
    found.append(str(error))
print(json.dumps(found))
"""


def test_h63_a_session_that_was_pickled_under_an_allow_list_keeps_it(company: Company) -> None:
    """The one that stays behind is code's own, and served by what is in force now."""
    stays, left = company.run(ALLOWED, MP_PLUGINS="desk,keyring-store")
    assert stays == "Bearer fake-token-1"
    assert "'audit'" in left
    assert "not allowed by MP_PLUGINS" in left


def test_h63_no_session_brings_a_plugin_that_is_not_allowed_where_it_arrives(
    company: Company, tmp_path: Path
) -> None:
    write_config(company.home, '[active]\naccount = "desk"\n' + CONFIG + EXTENSIONS)
    path = str(tmp_path / "session.pickle")
    company.run(PICKLE.format(path=path))
    for answer in company.run(UNPICKLE.format(path=path), MP_PLUGINS="").values():
        assert "not allowed by MP_PLUGINS" in answer
    assert company.audit() == set()
