"""The commands that change what is installed, for every kind of environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from mp_core.plugin._host.discovery import installed
from mp_core.plugin._host.installers import (
    how_to_install,
    install_command,
    reinstall_command,
    remove_command,
    update_command,
)
from mp_core.plugin.hooks import PROVIDERS
from tests.support.source_imports import ROOT

PIP = f"{sys.executable} -m pip"
COMMANDS = (install_command, update_command, remove_command, reinstall_command)
KEPT = {plugin.distribution for plugins in installed().values() for plugin in plugins}

RECEIPT = """
[tool]
requirements = [
    { name = "mp-core", extras = ["providers"], specifier = ">=0.3" },
    { name = "acme-more", specifier = ">=0.5,<2", marker = "python_full_version >= '3.1'" },
    { name = "acme-git", git = "https://git.acme.example/sso?rev=main" },
    { name = "acme-wheel", path = "/wheels/acme wheel-1.0-py3-none-any.whl" },
    { name = "acme-work", editable = "/home/me/acme" },
]
entrypoints = [{ name = "mp", install-path = "/home/me/.local/bin/mp", from = "mp-core" }]
"""
ASKED = {
    "acme-git": "--with 'acme-git @ git+https://git.acme.example/sso?rev=main'",
    "acme-more": "--with 'acme-more>=0.5,<2 ; python_full_version >= '\"'\"'3.1'\"'\"''",
    "acme-wheel": "--with '/wheels/acme wheel-1.0-py3-none-any.whl'",
    "acme-work": "--with-editable /home/me/acme",
}
"""How a tool of this receipt is asked for anew, beside itself."""


def anew(*names: str, main: str = "mp-core") -> str:
    """The command that makes a tool anew, with these distributions and the plugins there are."""
    options = {**{name: f"--with {name}" for name in {*KEPT, *names}}, **ASKED}
    kept = [options[name] for name in sorted({*KEPT, *names})]
    return " ".join(["uv tool install", main, *kept])


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """An application of `pipx`, below a home of its own that nothing tells by its name."""
    prefix = tmp_path / "apps" / "reports"
    prefix.mkdir(parents=True)
    record = {"injected_packages": {"Acme_Old": {}}, "main_package": {"package": "mp-core"}}
    (prefix / "pipx_metadata.json").write_text(json.dumps(record))
    return prefix


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """A tool of `uv`, in a directory of its own that nothing tells by its name."""
    prefix = tmp_path / "elsewhere" / "mp-core"
    prefix.mkdir(parents=True)
    (prefix / "uv-receipt.toml").write_text('[tool]\nrequirements = [{ name = "mp-core" }]\n')
    return prefix


def test_h54_an_application_of_pipx_is_changed_by_pipx(application: Path) -> None:
    said = [command("mp-acme", prefix=str(application)) for command in COMMANDS]
    assert said == [
        "pipx inject reports mp-acme",
        "pipx upgrade --include-injected reports",
        "pipx runpip reports uninstall mp-acme",
        "pipx runpip reports install --force-reinstall --no-deps mp-acme",
    ]
    injected = remove_command("acme-old", prefix=str(application))
    assert injected == "pipx uninject reports acme-old"


def test_h54_a_tool_of_uv_is_made_anew_with_what_it_has(tool: Path) -> None:
    """`uv` drops what a new installation of a tool does not name."""
    said = [command("mp-acme", prefix=str(tool)) for command in COMMANDS]
    assert said == [
        anew("mp-acme"),
        "uv tool upgrade mp-core",
        anew(),
        f"uv pip install -p {sys.executable} --reinstall --no-deps mp-acme",
    ]


def test_h54_a_tool_of_uv_keeps_what_it_was_asked_for_as_it_was_asked(tool: Path) -> None:
    (tool / "uv-receipt.toml").write_text(RECEIPT)
    main = "'mp-core[providers]>=0.3'"
    assert install_command("mp-acme", prefix=str(tool)) == anew("mp-acme", *ASKED, main=main)
    left = [name for name in ASKED if name != "acme-work"]
    assert remove_command("acme_work", prefix=str(tool)) == anew(*left, main=main)


@pytest.mark.parametrize("record", ["", "[", "[tool]", "[tool]\nrequirements = [3, {}]", "x = 1"])
def test_a_receipt_that_says_nothing_costs_no_plugin(tool: Path, record: str) -> None:
    (tool / "uv-receipt.toml").write_text(record)
    assert install_command("mp-acme", prefix=str(tool)) == anew("mp-acme")


@pytest.mark.parametrize("prefix", ["pipx/venvs/mp-core", "uv/tools/mp-core", "project/.venv"])
def test_h54_a_name_alone_makes_no_environment_an_application_s(
    tmp_path: Path, prefix: str
) -> None:
    (tmp_path / prefix).mkdir(parents=True)
    said = [command("mp-acme", prefix=str(tmp_path / prefix)) for command in COMMANDS]
    assert said == [
        f"{PIP} install mp-acme",
        f"{PIP} install --upgrade mp-acme",
        f"{PIP} uninstall mp-acme",
        f"{PIP} install --force-reinstall --no-deps mp-acme",
    ]


def test_h54_to_a_python_of_the_system_nothing_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """See PEP 668: an environment of its own gets everything that is there, and what is new."""
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    monkeypatch.setattr(sysconfig, "get_path", lambda *_: str(tmp_path))
    said = [command("mp-acme", prefix=sys.prefix) for command in COMMANDS]
    names = " ".join(sorted({"mp-core", "mp-acme", *KEPT}))
    apart = (
        f"{sys.executable} -m venv ~/mp-env && ~/mp-env/bin/python -m pip install --upgrade {names}"
    )
    assert said == [
        apart,
        apart,
        f"{PIP} uninstall --break-system-packages mp-acme",
        f"{PIP} install --break-system-packages --force-reinstall --no-deps mp-acme",
    ]


def test_an_environment_on_top_of_a_python_of_the_system_is_nobody_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "usr"))
    monkeypatch.setattr(sysconfig, "get_path", lambda *_: str(tmp_path))
    assert install_command("mp-acme", prefix=sys.prefix) == f"{PIP} install mp-acme"


def test_h94_a_frozen_program_is_built_anew_and_never_asked_for_pip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    said = [command("mp-acme", prefix="/usr") for command in COMMANDS]
    assert said == [
        "build this program anew with mp-acme in it",
        "build this program anew with a newer mp-acme in it",
        "build this program anew without mp-acme",
        "build this program anew with all of mp-acme in it",
    ]
    assert how_to_install("acme", "mp-acme") == f"Install it: {said[0]}"


def test_h54_a_tool_of_uv_keeps_the_plugins_that_were_added_otherwise(
    tmp_path: Path, tool: Path
) -> None:
    info = tmp_path / "acme_sso-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-sso\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{PROVIDERS}]\nticket = x\n")
    code = (
        "import mp_core.plugin._host.installers as i\n"
        f"print(i.install_command('mp-new', prefix={str(tool)!r}))\n"
        f"print(i.remove_command('acme-sso', prefix={str(tool)!r}))"
    )
    done = asked(sys.executable, code, tmp_path)
    assert done == [anew("acme-sso", "mp-new"), anew()]


@pytest.mark.parametrize("command", [install_command, update_command, remove_command])
def test_h54_the_running_environment_is_the_default(command: Callable[..., str]) -> None:
    assert command("mp-acme") == command("mp-acme", prefix=sys.prefix)


@pytest.mark.parametrize("maker", ["uv = 0.9.0\n", ""])
def test_h54_an_environment_without_pip_is_changed_by_uv(tmp_path: Path, maker: str) -> None:
    """Whatever made it."""
    venv.create(tmp_path / "v", with_pip=False, symlinks=True)
    with (tmp_path / "v/pyvenv.cfg").open("a") as facts:
        facts.write(maker)
    python = str(tmp_path / "v/bin/python")
    code = (
        "import sys; sys.modules['pip'] = None\n"
        "import mp_core.plugin._host.installers as i\n"
        "for command in (i.install_command, i.update_command, i.remove_command):\n"
        "    print(command('mp-acme'))\n"
        "print(i.reinstall_command('mp-acme'))"
    )
    assert asked(python, code, ROOT) == [
        f"uv pip install -p {python} mp-acme",
        f"uv pip install -p {python} --upgrade mp-acme",
        f"uv pip uninstall -p {python} mp-acme",
        f"uv pip install -p {python} --reinstall --no-deps mp-acme",
    ]


def asked(python: str, code: str, *paths: Path) -> list[str]:
    """The lines that a process prints, which finds what lies at these paths first."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, paths), *sys.path[1:]])}
    done = subprocess.run(
        [python, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.splitlines()
