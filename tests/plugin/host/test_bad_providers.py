"""Bad providers cost their own accounts, with everything said, and nothing else.

They are real modules of real distributions, which a fresh process finds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.provider_texts import provider_text
from tests.support.site_directory import Site

CANARY = "canary-4f1e"

GOOD = provider_text(
    "{type}",
    ["number: SecretStr"],
    header='return "Card " + account.number.get_secret_value()',
)
"""A provider that works, but for the name of its type."""

BAD = {
    "unimportable": "import a_module_that_does_not_exist",
    "exiting": "raise SystemExit('this needs Windows')",
    "panicking": "class Panic(BaseException): pass\nraise Panic('a library of Rust')",
    "misnamed": GOOD + "\n@hookimpl\ndef mp_authheader(account):\n    return 'x'\n",
    "mistaken": GOOD.replace("def mp_auth_header(account,", "def mp_auth_header(acount,"),
    "mistyped": GOOD.replace('Literal["{type}"] = "{type}"', 'Literal["other"] = "other"'),
    "raising": GOOD.replace('return "Card " + account', "raise RuntimeError(account").replace(
        "get_secret_value()", "get_secret_value())"
    )
    + "\n@hookimpl\ndef mp_account_status(account):\n    return mp_auth_header(account, None)\n",
    "answering": GOOD + "\n@hookimpl\ndef mp_account_status():\n    return 'splendid'\n",
    "headerless": GOOD.partition("@hookimpl\ndef mp_auth_header")[0],
    "futuristic": GOOD + '\nMP_CONTRACT = "2.0"\n',
    "boastful": GOOD + "\nMP_CONTRACT = 1.0\n",
}
"""Source of each bad provider, by its type."""

CAUSES = {
    "unimportable": "ModuleNotFoundError: No module named 'a_module_that_does_not_exist'",
    "exiting": "SystemExit: this needs Windows",
    "panicking": "Panic: a library of Rust",
    "misnamed": "mp_authheader",
    "mistaken": "acount",
    "mistyped": 'must declare: type: Literal["mistyped"] = "mistyped"',
    "raising": "mp_account_status raised RuntimeError: ***",
    "answering": "mp_account_status returned none of ok, needs_login, needs_token, untested",
    "headerless": "does not implement mp_auth_header",
    "futuristic": "written for version 2.0 of the plugin contract, and this mp-core speaks version",
    "boastful": "its MP_CONTRACT is no version",
}
"""What the error must say of each."""

SLOW = (
    GOOD
    + """
import os, pathlib, time
pathlib.Path(os.environ["TRACE"]).touch()
time.sleep(float(os.environ.get("DELAY_S", "5")))
"""
)
"""It takes five seconds to import, and leaves a trace."""


def configure(path: Path, *types: str) -> Path:
    """Write a configuration with an account of each type."""
    blocks = [
        f'[accounts.{type_}]\ntype = "{type_}"\nregion = "us"\ndefault_project = "1"\n'
        f'number = "{CANARY}"\n'
        for type_ in types
    ]
    path.write_text("\n".join(blocks))
    path.chmod(0o600)
    return path


def run(code: str, site: Site, config: Path, **env: str) -> Any:
    """Run Python in a process that finds the site's distributions; return the JSON it prints."""
    done = site.run(f"import json, mp_core as mp\n{code}", MP_CONFIG_PATH=str(config), **env)
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stdout + done.stderr
    return json.loads(done.stdout)


LIST = """
def told(name):
    try:
        mp.Workspace(account=name)
        return "fine"
    except mp.ConfigError as error:
        return f"{type(error).__name__}: {error} {error.hint}"

shown = {a.name: [a.type, a.status, a.reason or ""] for a in mp.accounts.list()}
print(json.dumps({"shown": shown, "told": {name: told(name) for name in shown}}))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Installed distributions: one good provider, and all the bad ones."""
    made = Site(tmp_path_factory.mktemp("site"))
    for type_, source in {"good": GOOD, "slow": SLOW, **BAD}.items():
        provider = {type_: source.replace("{type}", type_)}
        made.install(f"acme-{type_}", providers=provider, version="3.1")
    made.install("first-claim", providers={"claimed": GOOD}, version="3.1")
    made.install("second-claim", providers={"claimed": GOOD}, version="0.9")
    return made


@pytest.fixture(scope="module")
def listing(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a process with all these providers says of an account of each."""
    home = tmp_path_factory.mktemp("home")
    config = configure(home / "config.toml", "good", "claimed", *BAD)
    return run(LIST, site, config, HOME=str(home), MP_IGNORE_ENV="1")


def test_h48_all_accounts_are_listed_and_only_those_of_bad_providers_are_unusable(
    listing: Any,
) -> None:
    status = {name: status for name, (_, status, _) in listing["shown"].items()}
    assert status == {
        "good": "untested",
        **dict.fromkeys(["claimed", *BAD], "provider_missing"),
    }
    assert listing["told"]["good"] == "fine"


@pytest.mark.parametrize("type_", BAD)
def test_h48_the_status_names_distribution_version_cause_and_fix(listing: Any, type_: str) -> None:
    _, _, reason = listing["shown"][type_]
    assert f"acme-{type_} 3.1" in reason
    assert CAUSES[type_] in reason
    outdated = "mp-core" if type_ == "futuristic" else f"acme-{type_}"
    assert f"-m pip install --upgrade {outdated}" in reason
    assert "\n" not in reason


@pytest.mark.parametrize("type_", sorted(BAD.keys() - {"raising", "answering"}))
def test_h48_using_such_an_account_raises_the_same(listing: Any, type_: str) -> None:
    _, _, reason = listing["shown"][type_]
    assert listing["told"][type_] == f"ProviderFailedError: {reason}"


@pytest.mark.parametrize("type_", ["raising", "answering"])
def test_h48_a_defective_status_hook_costs_the_status_alone(listing: Any, type_: str) -> None:
    assert listing["told"][type_] == "fine"


def test_h49_a_type_claimed_twice_is_served_by_neither_and_both_are_named(listing: Any) -> None:
    _, _, reason = listing["shown"]["claimed"]
    assert "'claimed' is claimed by first-claim 3.1 and second-claim 0.9" in reason
    assert "neither is used" in reason
    assert "pip uninstall second-claim" in reason
    assert listing["told"]["claimed"] == f"ProviderConflictError: {reason}"


def test_h48_every_command_on_other_accounts_works_beside_bad_providers(
    site: Site, tmp_path: Path
) -> None:
    code = f"""
mp.accounts.add("extra", type="good", region="eu", default_project="2", number="{CANARY}")
mp.accounts.use("extra")
mp.targets.add("there", account="good", project="3", workspace=4)
mp.session.use(target="there")
mp.targets.remove("there")
mp.accounts.remove("unimportable")
ws = mp.Workspace()
ws.use(account="extra").use(project="7", persist=True)
print(json.dumps([ws.account.name, ws.project.id, mp.session.show().account]))
"""
    config = configure(tmp_path / "config.toml", "good", *BAD)
    answer = run(code, site, config, HOME=str(tmp_path))
    assert answer == ["extra", "7", "extra"]
    assert "[accounts.exiting]" in config.read_text()
    assert "[accounts.unimportable]" not in config.read_text()


def test_h48_an_account_of_a_bad_provider_is_not_added(site: Site, tmp_path: Path) -> None:
    code = """
try:
    mp.accounts.add("new", type="exiting", region="eu", default_project="2", number="5")
except mp.ProviderFailedError as error:
    print(json.dumps(str(error)))
"""
    config = configure(tmp_path / "config.toml", "good")
    before = config.read_bytes()
    assert "SystemExit: this needs Windows" in run(code, site, config, HOME=str(tmp_path))
    assert config.read_bytes() == before


NEEDLESS = {
    "import": "",
    "list": "mp.accounts.list()",
    "list plugins": "from mp_core._runtime.inventory import Plugins; Plugins().list()",
    "show": "mp.accounts.show('good')",
    "use": "mp.accounts.use('good')",
    "add": "mp.accounts.add('new', type='good', region='us', default_project='1', number='2')",
    "remove": "mp.accounts.remove('good')",
    "session": "mp.session.show()",
    "targets": "mp.targets.add('a', account='good', project='1'); mp.targets.list()",
    "resolve": "mp.Workspace(account='good').explain()",
    "types": "from mp_core.plugin._host.host import *; assert 'slow' in default_host().types()",
}


@pytest.mark.parametrize("what", NEEDLESS)
def test_h52_h48_a_provider_that_takes_long_is_not_imported_by_what_does_not_need_it(
    site: Site, tmp_path: Path, what: str
) -> None:
    """Only the environment could hold an identity of any type, so that it is left out here."""
    trace = tmp_path / "trace"
    config = configure(tmp_path / "config.toml", "good")
    env = {"HOME": str(tmp_path), "TRACE": str(trace), "MP_IGNORE_ENV": "1"}
    run(f"{NEEDLESS[what]}\nprint(1)", site, config, **env)
    assert not trace.exists()


def test_h52_it_is_imported_when_an_account_of_its_type_is_used(site: Site, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    config = configure(tmp_path / "config.toml", "slow")
    env = {"HOME": str(tmp_path), "TRACE": str(trace), "MP_IGNORE_ENV": "1", "DELAY_S": "0"}
    code = "print(json.dumps(mp.Workspace(account='slow').account.type))"
    assert run(code, site, config, **env) == "slow"
    assert trace.exists()


@pytest.mark.parametrize(("allowed", "status"), [("", "provider_missing"), ("good", "untested")])
def test_h53_mp_plugins_keeps_everything_else_unloaded(
    site: Site, tmp_path: Path, allowed: str, status: str
) -> None:
    trace = tmp_path / "trace"
    config = configure(tmp_path / "config.toml", "good", "slow")
    env = {"HOME": str(tmp_path), "TRACE": str(trace), "MP_PLUGINS": allowed}
    shown = run(LIST, site, config, **env)["shown"]
    assert shown["good"][1] == status
    assert shown["slow"][:2] == ["slow", "provider_missing"]
    assert "installed but not allowed by MP_PLUGINS" in shown["slow"][2]
    assert "Add slow to MP_PLUGINS" in shown["slow"][2]
    assert not trace.exists()


def test_h52_a_process_scans_the_installed_distributions_once(site: Site, tmp_path: Path) -> None:
    code = """
import importlib_metadata as metadata
finder = metadata.MetadataPathFinder
scans, real = [], finder().find_distributions
finder.find_distributions = lambda self, context: (scans.append(type(context)), real(context))[1]
mp.accounts.list()
mp.Workspace(account="good").use(project="2").use(account="good")
mp.accounts.add("new", type="good", region="us", default_project="1", number="2")
try:
    mp.accounts.add("no", type="unknown", region="us")
except mp.ProviderNotInstalledError:
    pass
print(scans.count(metadata.DistributionFinder.Context))  # Others scan for themselves.
"""
    config = configure(tmp_path / "config.toml", "good", "exiting")
    assert run(code, site, config, HOME=str(tmp_path), MP_IGNORE_ENV="1") == 1
