"""What an edit of the configuration changes about accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

What = Literal["added", "updated", "renamed", "removed", "activated", "default_project"]


class Change(NamedTuple):
    """One change of one account.

    Attributes:
        what: What happened to it.
        account: Its name.
        type: Its type, as far as its block tells it.
        region: Its region likewise.
        before: Its name before.
    """

    what: What
    account: str
    type: str
    region: str
    before: str

    @property
    def details(self) -> dict[str, str]:
        """What an audit log is told."""
        names = {"from": self.before, "to": self.account} if self.what == "renamed" else {}
        return {"what": self.what, **names}


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], renamed: Mapping[str, str]
) -> list[Change]:
    """Return what two versions of the tables differ in.

    Args:
        before: The tables before.
        after: The tables after.
        renamed: The names before of accounts that were renamed.
    """
    old, new = _blocks(before), _blocks(after)
    gone = old.keys() - new.keys() - {*renamed.values()}
    found = [_change("removed", name, old[name], name) for name in sorted(gone)]
    for name, block in new.items():
        was = renamed.get(name, name)
        found += [_change(what, name, block, was) for what in _of_block(old, block, was, name)]
    active = _active(after)
    if active in new and renamed.get(active, active) != _active(before):
        found.append(_change("activated", active, new[active], active))
    return found


def _of_block(old: Mapping[str, Any], block: Any, was: str, name: str) -> Iterator[What]:
    if was not in old:
        yield "added"
        return
    if was != name:
        yield "renamed"
    if old[was] is block:
        return
    if _without_project(old[was]) != _without_project(block):
        yield "updated"
    if _text(old[was], "default_project") != _text(block, "default_project"):
        yield "default_project"


def _change(what: What, name: str, block: Any, before: str) -> Change:
    return Change(what, name, _text(block, "type"), _text(block, "region"), before)


def _blocks(tables: Mapping[str, Any]) -> Mapping[str, Any]:
    blocks = tables.get("accounts")
    return blocks if isinstance(blocks, dict) else {}


def _active(tables: Mapping[str, Any]) -> str:
    return _text(tables.get("active"), "account")


def _text(block: Any, key: str) -> str:
    value = block.get(key) if isinstance(block, dict) else None
    return value if isinstance(value, str) else ""


def _without_project(block: Any) -> Any:
    if not isinstance(block, dict):
        return block
    return {key: value for key, value in block.items() if key != "default_project"}
