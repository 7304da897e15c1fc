"""The README's sessions are what really happens."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from mp_core.sandbox import Sandbox

pytestmark = pytest.mark.providers

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(home: Path, sandbox: Sandbox) -> dict[str, str]:
    """The environment of somebody who has pasted the exports of `mp sandbox`."""
    scripts = sysconfig.get_path("scripts")
    return {
        "HOME": str(home),
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "MP_API_BASE_URL": sandbox.url,
        "LANG": "C.UTF-8",
    }


def steps(session: str) -> list[tuple[str, str]]:
    """Return the commands of a console session, each with the output that follows it."""
    found: list[tuple[str, str]] = []
    for line in session.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif line.startswith("> "):
            found[-1] = (found[-1][0] + line[2:], "")
        else:
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def printed(command: str, env: dict[str, str], directory: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        env=env,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout


def test_the_first_sessions_print_what_they_print(
    shell: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command, expected in steps("".join(blocks("console"))):
        assert printed(command, shell, home) == expected, command
    for name, value in shell.items():
        monkeypatch.setenv(name, value)
    session = "\n".join(block for block in blocks("python") if ">>>" in block)
    example = doctest.DocTestParser().get_doctest(session, {}, "README", "README.md", 0)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


def test_the_json_form_of_a_session_is_the_one_shown(shell: dict[str, str], home: Path) -> None:
    [shown] = map(json.loads, blocks("json"))
    identity = {"MP_USERNAME": "ci.fake.robot", "MP_SECRET": "fake", "MP_REGION": "us"}
    env = {**shell, **identity, "MP_PROJECT_ID": shown["project"]}
    found = json.loads(printed("mp session -f json", env, home))
    assert {**found, "candidates": found["candidates"][:1]} == shown


def test_the_provider_of_the_readme_runs_as_it_stands(
    shell: dict[str, str], tmp_path: Path
) -> None:
    [source] = [block for block in blocks("python") if "mp_account_model" in block]
    [points] = [block for block in blocks("toml") if "mp_core.providers" in block]
    assert len([line for line in source.splitlines() if line.strip()]) <= 25
    (tmp_path / "mp_acme.py").write_text(source)
    metadata = tmp_path / "mp_acme-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: mp-acme\nVersion: 1.0\n")
    [(name, value)] = re.findall(r'^(\w+) = "(\w+)"$', points, re.MULTILINE)
    (metadata / "entry_points.txt").write_text(f"[mp_core.providers]\n{name} = {value}\n")
    script = (
        "import mp_core as mp\n"
        "mp.accounts.add('a', type='acme', region='eu', default_project='1', ticket='fake')\n"
        "session = mp.Workspace().session\n"
        "print(session.auth_header())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**shell, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "Acme fake\n", done.stderr
