"""H82: whatever people call is sealed, so that its errors show none of the frames inside."""

from __future__ import annotations

import inspect

import pytest

import mp_core as mp
from mp_core.auth_types import OnDiskTokenResolver, load_bridge


@pytest.mark.parametrize("namespace", [mp.accounts, mp.targets, mp.session])
def test_h82_every_function_of_a_namespace_is_sealed(namespace: object) -> None:
    functions = dict(inspect.getmembers(namespace, inspect.ismethod))
    assert functions
    unsealed = [name for name, each in functions.items() if not hasattr(each, "__wrapped__")]
    assert unsealed == []


@pytest.mark.parametrize("cls", [mp.Workspace, OnDiskTokenResolver])
def test_h82_every_public_method_is_sealed(cls: type) -> None:
    methods = {name: each for name, each in vars(cls).items() if inspect.isfunction(each)}
    public = {name for name in methods if not name.startswith("_")} | {"__init__"}
    assert [name for name in public if not hasattr(methods[name], "__wrapped__")] == []


def test_h82_so_is_what_makes_a_header_a_login_or_a_bridge() -> None:
    for each in (mp.login, load_bridge, mp.Account.auth_header, mp.Session.auth_header):
        assert hasattr(each, "__wrapped__")
