"""`mp` and its plugins in one zip file, as `python -m zipapp` makes it of `pip install --target`.

Python imports no compiled module from a zip: what has one, as pydantic's core, lies beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.clean_environments import (
    ROOT,
    build,
    core_wheel,
    dependencies,
    install_into,
    unpack,
)
from tests.support.shell import TIMEOUT_S, Outcome, Shell

__all__ = ["core_wheel"]

PLUGINS = ("service_account", "oauth_browser", "oauth_token")
ADD = "account add robot --type service_account --region us --default-project 9"
COMPILED = [
    "-m",
    "compileall",
    "-q",
    "-b",
    "-o",
    "2",
    "--invalidation-mode",
    "unchecked-hash",
    "content",
]
"""Nothing compiled is ever written into a zip, so that each start would compile all of it."""

ZIPPED = ["-m", "zipapp", "content", "-c", "-o", "mp.pyz", "-m", "mp_core.cli.__main__:main"]
AT_ONCE = """
import threading
from concurrent.futures import ThreadPoolExecutor
from mp_core._network.certificates import tls_context

start = threading.Barrier(8)
with ThreadPoolExecutor(8) as pool:
    made = [pool.submit(lambda: (start.wait(60), tls_context())) for _ in range(8)]
assert all(one.result()[1].get_ca_certs() for one in made)
"""

Zipped = Callable[..., Outcome]

pytestmark = pytest.mark.providers


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, core_wheel: Path) -> Path:
    """The zip, in a directory with what is not in it, and with a Python that has nothing else."""
    made = tmp_path_factory.mktemp("zipapp")
    wheels = [build(ROOT / "plugins" / name, made) for name in PLUGINS]
    unpack(made / "content", *dependencies("mp-core"), apart=made / "compiled")
    install_into(made / "content", core_wheel, *wheels)
    for command in (COMPILED, ZIPPED):
        subprocess.run([sys.executable, *command], cwd=made, check=True, timeout=TIMEOUT_S)
    venv.create(made / "venv", symlinks=True)
    return made / "mp.pyz"


def run(archive: Path, shell: Shell, *arguments: str | Path, stdin: str = "") -> Outcome:
    """Run the Python that has nothing but the zip."""
    place = archive.parent
    done = subprocess.run(
        [place / "venv" / "bin" / "python", "-OO", "-W", "error", *arguments],
        cwd=shell.home,
        env=shell.process_env(PYTHONPATH=f"{archive}{os.pathsep}{place / 'compiled'}"),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def zipped(archive: Path, shell: Shell) -> Zipped:
    """Runs `mp` from the zip."""
    return partial(run, archive, shell, archive)


def test_h94_the_zip_holds_the_core_and_the_plugins(archive: Path) -> None:
    names = set(ZipFile(archive).namelist())
    assert {"mp_core/cli/run.py", *(f"mp_{name}/__init__.py" for name in PLUGINS)} <= names
    assert not any(name.endswith((".so", ".pyd")) for name in names)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("--version", "mp "),
        ("session", "3018488"),
        ("inspect events", "\n"),
        ("account test ci", "ci"),
        ("account add --type oauth_browser --help", "Examples:"),
        ("completion bash", "_mp_completion"),
        ("doctor", "MESSAGE"),
        ("sandbox --help", "--port"),
        ("plugins new acme", ""),
    ],
)
def test_h94_commands_work_from_a_zip(zipped: Zipped, command: str, shown: str) -> None:
    done = zipped(*command.split())
    assert (done.code, "Warning" in done.err) == (0, False), done
    assert shown in done.out


def test_h94_plugins_in_the_zip_are_found_and_loaded(zipped: Zipped) -> None:
    found = zipped("plugins", "list", "--load", "-f", "json").json
    assert {plugin["name"]: plugin["status"] for plugin in found} == dict.fromkeys(
        PLUGINS, "available"
    )


def test_h94_an_account_is_added_from_stdin_and_listed(zipped: Zipped) -> None:
    done = zipped(
        *ADD.split(), "--username", "ci.fake.robot", "--secret-stdin", stdin="fake-secret-of-ci\n"
    )
    assert done.code == 0, done
    listed = zipped("account", "list", "-f", "json").json
    assert "robot" in {account["name"] for account in listed}


def test_h94_threads_that_connect_at_once_find_the_certificates_in_the_zip(
    archive: Path, shell: Shell
) -> None:
    done = run(archive, shell, "-c", AT_ONCE)
    assert (done.code, done.err) == (0, "")


@pytest.mark.usefixtures("logins")
def test_h94_the_demonstration_starts_its_children_from_the_zip(zipped: Zipped) -> None:
    done = zipped("demo")
    assert done.code == 0, done
