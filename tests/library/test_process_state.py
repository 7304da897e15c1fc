"""A library is a guest in its process: what it leaves alone there."""

from __future__ import annotations

import json
from pathlib import Path

from mp_core.sandbox import Sandbox
from tests.support.provider_texts import BADGES
from tests.support.site_directory import Site

FROM_ENV = """
from mp_core.plugin import env_account


@hookimpl
def mp_account_from_env(env):
    fields = {"username": "MP_USERNAME", "secret": "MP_SECRET"}
    return env_account(env, FakeAccount, fields, rank=10)
"""

WATCH = """
import json, locale, logging, os, resource, signal, socket, sys, threading, warnings


def state():
    mask = _umask(0)
    _umask(mask)
    return {
        "umask": mask,
        "directory": os.getcwd(),
        "environment": dict(os.environ),
        "signals": [signal.getsignal(each) for each in sorted(signal.valid_signals())],
        "timer": signal.getitimer(signal.ITIMER_REAL),
        "root logger": [logging.root.level, logging.root.handlers[:], logging.root.filters[:]],
        "logging": [logging.root.manager.disable, logging.raiseExceptions, logging.lastResort],
        "classes of logging": [logging.getLoggerClass(), logging.getLogRecordFactory()],
        "hooks": [sys.excepthook, sys.displayhook, sys.unraisablehook, threading.excepthook],
        "warnings": [warnings.filters[:], warnings.showwarning],
        "streams": [sys.stdin, sys.stdout, sys.stderr],
        "path": sys.path[:],
        "interpreter": [sys.getrecursionlimit(), sys.getswitchinterval(), sys.gettrace()],
        "locale": locale.setlocale(locale.LC_ALL),
        "sockets": socket.getdefaulttimeout(),
        "open files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "threads": threading.enumerate(),
    }


def forbid(module, name):
    def refuse(*args, **options):
        raise AssertionError(f"{module.__name__}.{name} was called")

    setattr(module, name, refuse)


_umask = os.umask
for module, names in {
    os: "umask chdir fchdir putenv unsetenv setuid setgid nice",
    signal: "signal alarm setitimer siginterrupt set_wakeup_fd pthread_sigmask",
    logging: "basicConfig disable captureWarnings setLoggerClass",
    socket: "setdefaulttimeout",
    sys: "setrecursionlimit settrace setprofile setswitchinterval",
}.items():
    for name in names.split():
        forbid(module, name)
before = state()
"""

WORK = """
import mp_core as mp

credential = json.loads(os.environ["CREDENTIAL"])
project = os.environ["PROJECT"]
mp.accounts.add("one", type="badge", region="us", default_project=project, **credential)
mp.accounts.add("two", type="badge", region="us", default_project=project, **credential)
mp.accounts.update("two", region="us", default_project="1")
mp.targets.add("there", account="one", project=project)
mp.session.use(account="two")
mp.session.use(target="there")
with mp.Workspace() as ws:
    ws.me()
    ws.projects()
    ws.events()
    ws.use(account="two", project=project, persist=True)
    ws.use(target="there")
    ws.explain()
mp.accounts.list()
mp.accounts.test("one")
mp.accounts.export_bridge(to="~/auth.json", account="one")
mp.accounts.remove_bridge(at="~/auth.json")
mp.accounts.logout("one")
mp.accounts.remove("one", force=True)
for wrong in ({"account": "nobody"}, {"project": "x"}):
    try:
        mp.Workspace(**wrong)
    except mp.ConfigError:
        continue
    raise AssertionError

after = state()
print(*[name for name in before if before[name] != after[name]], "done")
"""


def test_h06_nothing_that_the_process_shares_is_changed_even_for_a_moment(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    site = Site(tmp_path)
    site.install("mp-badge", providers={"badge": BADGES + FROM_ENV})
    who = sandbox.identities[0]
    done = site.run(
        WATCH + WORK,
        MP_API_BASE_URL=sandbox.url,
        CREDENTIAL=json.dumps({"username": who.username, "secret": who.secret}),
        PROJECT=who.projects[0].id,
    )
    assert (done.stdout, done.stderr) == ("done\n", "")
