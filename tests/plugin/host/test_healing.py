"""What is told of a broken distribution heals it, typed as it is, with the real `pip`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.clean_environments import (
    ROOT,
    CleanEnvironment,
    build,
    clean,
    core_wheel,
)

__all__ = ["clean", "core_wheel"]
NAME = "mp_oauth_token"


class Shop(CleanEnvironment):
    """An environment with `pip`, and a directory of wheels that it installs from."""

    wheels: Path

    def info(self) -> Path:
        """The directory of the provider's metadata."""
        [found] = self._site.glob(f"{NAME}-*.dist-info")
        return found

    @property
    def site(self) -> Path:
        """Where everything is installed."""
        return self._site

    def sh(self, command: str) -> None:
        """Type a command, where nothing can be had from elsewhere."""
        env = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "HOME": str(self.site)}
        done = subprocess.run(
            ["sh", "-c", command],
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def mp(self, *words: str) -> Any:
        """Run `mp`, and return the JSON that it prints."""
        done = self.run("mp", *words, "-f", "json", HOME=str(self.site))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def broken(self) -> list[dict[str, str]]:
        """What is broken."""
        code = "import json; from mp_core.plugin._host.broken import broken_distributions as b;"
        done = self.run("python", "-c", f"{code} print(json.dumps([x._asdict() for x in b()]))")
        assert done.returncode == 0, done.stderr
        found: list[dict[str, str]] = json.loads(done.stdout)
        return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, core_wheel: Path) -> Shop:
    """An environment in which the core and one provider were installed by `pip`."""
    made = Shop(tmp_path_factory.mktemp("shop") / "venv")
    made.link("mp-core", "pip")
    for file in made.site.glob("mp_core*"):
        file.unlink()
    for file in made.site.glob("_editable_impl_mp_core*"):
        file.unlink()
    made.wheels = tmp_path_factory.mktemp("wheels")
    made.install(core_wheel, build(ROOT / "plugins" / "oauth_token", made.wheels))
    return made


BREAKAGE = {
    "entry points of junk": 'printf "junk\\n" >> {info}/entry_points.txt',
    "entry points of no text": 'printf "\\377\\376" > {info}/entry_points.txt',
    "entry points as a directory": "rm {info}/entry_points.txt; mkdir {info}/entry_points.txt",
    "no metadata": "rm {info}/METADATA",
    "an empty record": "find {info} -type f -delete",
    "metadata without a name": "sed -i /^Name/d {info}/METADATA",
    "metadata of no text": 'printf "Name: mp-oauth-token\\nX: \\377\\n" > {info}/METADATA',
    "a leftover": "cp -r {info} '{site}/~p_oauth_token-0.1.0.dist-info'",
    "a leftover of code": "mkdir '{site}/~p_oauth_token'",
    "an older record": "cp -r {info} {site}/mp_oauth_token-0.0.9.dist-info;"
    " touch -d 2020-01-01 {site}/mp_oauth_token-0.0.9.dist-info",
}


@pytest.mark.parametrize("damage", BREAKAGE.values(), ids=BREAKAGE)
def test_h83_what_is_told_heals_what_is_broken_and_removes_nothing_good(
    shop: Shop, damage: str
) -> None:
    assert shop.broken() == []
    shop.sh(damage.format(info=shop.info(), site=shop.site))
    [told] = shop.broken()
    done = shop.run("mp", "plugins", "list", HOME=str(shop.site))
    assert done.returncode == 0
    assert f"To heal it: {told['fix']}" in done.stderr
    shop.sh(told["fix"])
    assert shop.broken() == []
    [row] = shop.mp("plugins", "list", "--load")
    assert (row["name"], row["status"]) == ("oauth_token", "available")


def test_h83_a_provider_whose_code_is_gone_is_reinstalled_by_what_is_told(shop: Shop) -> None:
    shop.sh(f"rm -r {shop.site}/{NAME}")
    [row] = shop.mp("plugins", "list", "--load")
    assert row["status"] == "failed"
    shop.sh(row["reason"].partition("Reinstall it: ")[2])
    [row] = shop.mp("plugins", "list", "--load")
    assert row["status"] == "available"
