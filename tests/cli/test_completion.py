"""Shells complete commands, options and names, from the configuration alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shell import Shell
from tests.support.terminal import Terminal

SHELLS = ("bash", "zsh", "fish")
WORDS = {
    "mp account use ": {"agent", "ci", "me"},
    "mp account remove m": {"me"},
    "mp account rename m": {"me"},
    "mp --account ": {"agent", "ci", "me"},
    "mp session --target ": {"bare", "ecom"},
    "mp -p ": {"10", "9", "3018488", "3018489"},
    "mp acc": {"account"},
    "mp target use e": {"ecom"},
}


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


@pytest.fixture
def env(shell: Shell, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody whose `mp` is this one."""
    mp = tmp_path / "mp"
    mp.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mp_core.cli "$@"\n')
    mp.chmod(0o700)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    return {**shell.env, "PATH": path, "TERM": "dumb", "LANG": "C.UTF-8"}


def said(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def bash(env: dict[str, str], line: str) -> set[str]:
    """What bash offers at the end of a line."""
    needs("bash")
    script = (
        'eval "$(mp completion bash)"; read -r -a COMP_WORDS <<<"$1"; [[ $1 == *" " ]] &&'
        ' COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _mp_completion mp;'
        ' printf "%s\\n" "${COMPREPLY[@]}"'
    )
    return set(said(["bash", "--norc", "-c", script, "bash", line], env).split())


@pytest.mark.parametrize("line", WORDS)
def test_bash_completes(env: dict[str, str], line: str) -> None:
    assert bash(env, line) == WORDS[line]


@pytest.mark.parametrize("line", WORDS)
def test_fish_completes(env: dict[str, str], line: str) -> None:
    needs("fish")
    script = "mp completion fish | source; complete -C $argv[1]"
    found = said(["fish", "--no-config", "-c", script, line], env)
    assert {row.partition("\t")[0] for row in found.splitlines()} == WORDS[line]


@pytest.mark.parametrize("line", WORDS)
def test_zsh_completes(env: dict[str, str], line: str) -> None:
    needs("zsh")
    script = (
        "autoload -U compinit; compinit -u -D; unsetopt beep; PS1='> '; PS2='';"
        ' eval "$(mp completion zsh)"; print re""ady'
    )
    with Terminal((str(shutil.which("zsh")), "-f", "-i"), env, 80) as zsh:
        zsh.type(f"{script}\n")
        zsh.wait_for("\nready\n")
        start = len(zsh.screen)
        zsh.type(f"{line}\t")
        for word in WORDS[line]:
            zsh.wait_for(word, after=start)


@pytest.mark.parametrize("name", SHELLS)
def test_the_script_is_data_and_says_nothing_else(shell: Shell, name: str) -> None:
    needs(name)
    done = shell.ok("completion", name)
    assert "_MP_COMPLETE" in done.out
    assert done.err == ""


def test_an_unknown_shell_is_a_bad_argument(shell: Shell) -> None:
    assert shell.mp("completion", "tcsh").code == 3


COMPLETE = (
    "import os, sys\n"
    "os.environ |= {'_MP_COMPLETE': 'bash_complete', 'COMP_WORDS': 'mp -a ', 'COMP_CWORD': '2'}\n"
    "from mp_core.cli.run import run\n"
    "try:\n"
    "    run([])\n"
    "except SystemExit:\n"
    "    print(*sys.modules, file=sys.stderr)\n"
)


def test_completing_imports_no_provider_and_no_http(shell: Shell) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMPLETE],
        env=shell.env,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "plain,ci" in done.stdout
    loaded = set(done.stderr.split())
    assert "mp_core._config.document" in loaded
    heavy = {"mp_service_account", "mp_oauth_token", "mp_oauth_browser", "httpx", "wcwidth"}
    assert not loaded & heavy


def test_h59_a_configuration_that_is_broken_completes_nothing_and_says_nothing(
    shell: Shell, env: dict[str, str]
) -> None:
    shell.config.write_text("[accounts")
    assert bash(env, "mp -a ") == set()
