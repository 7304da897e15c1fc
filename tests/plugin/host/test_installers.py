"""Which program changes what is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

from tests.support.source_imports import ROOT


def test_h54_an_environment_of_uv_without_pip_is_changed_by_uv(tmp_path: Path) -> None:
    python = _without_pip(tmp_path)
    code = (
        "import mp_core.plugin._host.installers as i\n"
        "for command in (i.install_command, i.update_command, i.remove_command):\n"
        "    print(command('mp-acme'))\n"
        "print(i.reinstall_command('mp-acme'))"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}
    done = subprocess.run(
        [python, "-c", f"import sys; sys.modules['pip'] = None\n{code}"],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == [
        f"uv pip install --python {python} mp-acme",
        f"uv pip install --python {python} --upgrade mp-acme",
        f"uv pip uninstall --python {python} mp-acme",
        f"uv pip install --python {python} --reinstall --no-deps mp-acme",
    ]


def _without_pip(directory: Path) -> str:
    """Make an environment as `uv` does, and return its interpreter."""
    venv.create(directory / "v", with_pip=False, symlinks=True)
    with (directory / "v/pyvenv.cfg").open("a") as facts:
        facts.write("uv = 0.9.0\n")
    return str(directory / "v/bin/python")
