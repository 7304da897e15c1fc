"""What a type can do is what its own provider can do, whoever else watches or has a say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import EXTENSIONS, PluginSpec, hookimpl
from tests.support.home_files import write_config
from tests.support.plugin_modules import CARD, TICKET, announce, cards, host_of, tickets
from tests.support.provider_texts import provider_text
from tests.support.site_directory import Site

HOOKS = sorted(name for name in vars(PluginSpec) if name.startswith("mp_"))
CAPABLE: dict[str, Callable[..., Any]] = dict.fromkeys(
    ("mp_login", "mp_refresh_tokens", "mp_fetch_tokens"), lambda: None
)


def around() -> Any:
    """A wrapper of the present kind."""

    def wrapper() -> Iterator[None]:
        return (yield)

    return hookimpl(wrapper=True)(wrapper)


def before_and_after() -> Any:
    """A wrapper of the earlier kind."""

    def wrapper() -> Iterator[None]:
        yield

    return hookimpl(hookwrapper=True)(wrapper)


def watching() -> Any:
    """A hook that has nothing to say."""
    return hookimpl(lambda: None)


def watcher(kind: Callable[[], Any], hooks: list[str]) -> ModuleType:
    made = ModuleType("a_watcher")
    for name in hooks:
        setattr(made, name, kind())
    return made


def capabilities(host: Host, account: Account) -> list[bool]:
    tell = (host.has_login, host.can_refresh, host.can_fetch, host.stores_tokens)
    return [*(each(account) for each in tell), host.keeps_in_file(account)]


@pytest.mark.parametrize("kind", [around, before_and_after, watching])
def test_h95_an_extension_changes_no_capability_of_any_type(kind: Callable[[], Any]) -> None:
    """A store alone changes where logins are kept."""
    hooks = [name for name in HOOKS if kind is not watching or name != "mp_persist_tokens"]
    watch = announce("w", watcher(kind, hooks), group=EXTENSIONS)
    bare = host_of(cards(), tickets(**CAPABLE), watch)
    watched = bare.with_extensions(["w"])
    for account, able in ((CARD, False), (TICKET, True)):
        assert capabilities(bare, account) == [able] * 4 + [True]
        assert capabilities(watched, account) == capabilities(bare, account)
    assert watched.login_types() == bare.login_types() == ["ticket"]


@pytest.mark.parametrize("hook", [*CAPABLE, "mp_persist_tokens"])
def test_h95_a_provider_that_watches_itself_can_no_more_for_it(hook: str) -> None:
    provider = cards()
    plain = capabilities(host_of(provider), CARD)
    ((installed,),) = provider.values()
    setattr(installed.entry_point.load(), hook, around())
    assert capabilities(host_of(provider), CARD) == plain


def test_a_store_keeps_logins_wherever_it_keeps_them() -> None:
    store = watcher(watching, ["mp_persist_tokens"])
    host = host_of(cards(), announce("s", store, group=EXTENSIONS), extensions=["s"])
    assert not host.keeps_in_file(CARD)


WATCH = "from mp_core.plugin import hookimpl\n" + "".join(
    f"@hookimpl(wrapper=True)\ndef {name}():\n    return (yield)\n" for name in HOOKS
)


def test_h95_a_wrapper_changes_no_status_of_any_account(tmp_path: Path, home: Path) -> None:
    site = Site(tmp_path)
    site.install("acme-desks", providers={"desk": provider_text("desk")})
    site.install("acme-watch", extensions={"watch": WATCH})
    block = '[accounts.front]\ntype = "desk"\nregion = "eu"\ndefault_project = "1"\n'
    code = "import json, mp_core as mp; print(json.dumps(mp.accounts.list()[0].status))"
    found = []
    for extensions in ("", '"watch"'):
        write_config(home, f"[settings]\nextensions = [{extensions}]\n{block}")
        done = site.run(code)
        assert done.returncode == 0, done.stderr
        found.append(json.loads(done.stdout))
    assert found == ["untested", "untested"]
