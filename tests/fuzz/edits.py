"""Every edit of the configuration, and what a document is to hold after it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.session import DefaultSession
from mp_core.targets import Targets
from tests.fuzz.texts import mostly, texts

Edit = tuple[str, dict[str, Any]]

NAMES = mostly(st.sampled_from(["a", "b", "a-b", "new"]), texts)
TARGET_NAMES = mostly(st.sampled_from(["t", "t", "new"]), texts)
PROJECTS = mostly(st.sampled_from(["9", "10", "0"]), texts)
WORKSPACES = mostly(st.none() | st.integers(1, 2**63), st.integers(-1, 2**70))


def _edit(verb: str, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[Edit]:
    return st.tuples(st.just(verb), st.fixed_dictionaries({}, optional=values))


EDITS = st.one_of(
    st.tuples(st.just("add"), st.fixed_dictionaries({"name": NAMES, "default_project": PROJECTS})),
    st.tuples(
        st.just("update"), st.fixed_dictionaries({"name": NAMES, "default_project": PROJECTS})
    ),
    st.tuples(st.just("remove"), st.fixed_dictionaries({"name": NAMES})),
    st.tuples(st.just("rename"), st.fixed_dictionaries({"old": NAMES, "new": NAMES})),
    st.tuples(st.just("use"), st.fixed_dictionaries({"name": NAMES})),
    _edit("session", account=NAMES, project=PROJECTS, workspace=WORKSPACES),
    st.tuples(
        st.just("target add"),
        st.fixed_dictionaries(
            {"name": TARGET_NAMES, "account": NAMES, "project": PROJECTS, "workspace": WORKSPACES}
        ),
    ),
    st.tuples(st.just("target use"), st.fixed_dictionaries({"name": TARGET_NAMES})),
    st.tuples(st.just("target remove"), st.fixed_dictionaries({"name": TARGET_NAMES})),
)


def run(context: Context, verb: str, values: dict[str, Any]) -> object:
    """Do an edit."""
    accounts, targets = Accounts(context), Targets(context)
    new: dict[str, Any] = {"type": "oauth_token", "region": "us", "token_env": "TOKEN"}
    verbs: dict[str, Callable[..., object]] = {
        "add": lambda **given: accounts.add(**new, **given),
        "update": accounts.update,
        "remove": lambda name: accounts.remove(name, force=True),
        "rename": accounts.rename,
        "use": accounts.use,
        "session": DefaultSession(context).use,
        "target add": targets.add,
        "target use": targets.use,
        "target remove": targets.remove,
    }
    return verbs[verb](**values)


def expected(document: dict[str, Any], verb: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return what a document is to hold after an edit that is done."""
    new = copy.deepcopy(document)
    _VERBS[verb](new, **values)
    return new


def _add(new: dict[str, Any], name: str, default_project: str) -> None:
    block = {"type": "oauth_token", "region": "us", "token_env": "TOKEN"}
    accounts = new.setdefault("accounts", {})
    if not accounts:
        new["active"] = {"account": name}
    elif _active(new).get("account") == name:  # A leftover, whose pin was made for another project.
        _active(new).pop("workspace", None)
    accounts[name] = {**block, "default_project": default_project}


def _update(new: dict[str, Any], name: str, default_project: str) -> None:
    block = new["accounts"][name]
    if block.get("default_project") != default_project and _active(new).get("account") == name:
        _active(new).pop("workspace", None)
    block["default_project"] = default_project


def _active(new: dict[str, Any]) -> dict[str, Any]:
    active: dict[str, Any] = new.setdefault("active", {})
    return active


def _remove(new: dict[str, Any], name: str) -> None:
    del new["accounts"][name]
    if _active(new).get("account") == name:
        new["active"] = {}


def _rename(document: dict[str, Any], old: str, new: str) -> None:
    document["accounts"][new] = document["accounts"].pop(old)
    if _active(document).get("account") == old:
        _active(document)["account"] = new
    for block in document.get("targets", {}).values():
        if isinstance(block, dict) and block.get("account") == old:
            block["account"] = new


def _use(new: dict[str, Any], name: str) -> None:
    new["active"] = {"account": name}


def _session(
    new: dict[str, Any],
    account: str | None = None,
    project: str | None = None,
    workspace: int | None = None,
) -> None:
    if account is not None and account != _active(new).get("account"):
        _use(new, account)
    if project is not None:
        _update(new, _active(new)["account"], project)
    if workspace is not None:
        _active(new)["workspace"] = workspace


def _target_add(new: dict[str, Any], name: str, **block: Any) -> None:
    given = {key: value for key, value in block.items() if value is not None}
    new.setdefault("targets", {})[name] = given


def _target_use(new: dict[str, Any], name: str) -> None:
    block = new["targets"][name]
    _update(new, block["account"], block["project"])
    axes = ("account", "workspace")
    new["active"] = {axis: block[axis] for axis in axes if axis in block}


def _target_remove(new: dict[str, Any], name: str) -> None:
    del new["targets"][name]


_VERBS: dict[str, Callable[..., None]] = {
    "add": _add,
    "update": _update,
    "remove": _remove,
    "rename": _rename,
    "use": _use,
    "session": _session,
    "target add": _target_add,
    "target use": _target_use,
    "target remove": _target_remove,
}
