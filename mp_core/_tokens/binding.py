"""What a stored file belongs to: one account of one configuration file, of one type and region."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from mp_core import _env as variables
from mp_core._storage import commands, files
from mp_core.errors import OAuthError

if TYPE_CHECKING:
    from mp_core.plugin.account import Account

FOREIGN: Final = "BINDING_MISMATCH"
"""Code of the error for a file that belongs to somebody else."""

Judgement = Literal["mine", "unbound", "foreign"]


@dataclass(frozen=True, slots=True)
class Binding:
    """The account that the files of one directory belong to.

    Two configuration files may know two accounts by one name, over one storage root; and an account
    may change its type or region under its name. So every file in an account's directory says whose
    it is, and is left alone by whoever else comes upon it.

    Attributes:
        config: The configuration file, by `paths.config_identity`; None where that does not count,
            as for an account that came over a bridge.
        account: The account's name.
        type: Its type; None for an account that cannot be used, of which no more is known.
        region: Its region; None likewise.
    """

    config: str | None
    account: str
    type: str | None
    region: str | None

    @classmethod
    def of(cls, account: Account, config: str | None) -> Binding:
        """Return the binding of an account that stands in a configuration file."""
        known = None if account.token_place else config
        return cls(known, account.name, account.type, account.region)

    def fields(self) -> dict[str, str]:
        """Return what a record carries to say whose it is."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    def judge(self, record: Mapping[str, Any]) -> Judgement:
        """Return whose a record is; one that does not say all of it counts as unbound.

        Unbound files are older than bindings, and are used: nobody else can claim them.
        """
        fields = self.fields()
        if any(record.get(key, value) != value for key, value in fields.items()):
            return "foreign"
        return "mine" if fields.keys() <= record.keys() else "unbound"

    def owns(self, path: Path) -> bool:
        """Return whether a JSON file may be read, replaced and deleted by this account.

        That holds for one that is not there, and for one that cannot tell whose it is.
        """
        return self.judge(record_in(path)) != "foreign"

    def check(self, path: Path) -> None:
        """Raise if a JSON file belongs to somebody else.

        Raises:
            OAuthError: It does.
        """
        record = record_in(path)
        if self.judge(record) == "foreign":
            raise self.refusal(record, path)

    def refusal(self, record: Mapping[str, Any], path: Path) -> OAuthError:
        """Return the error for a file of an account's directory that belongs to somebody else."""
        root = path.parents[2]
        mine = self.fields()
        differing = [key for key, value in mine.items() if record.get(key, value) != value]
        return OAuthError(
            f"{path} belongs to {_described(record, differing, root)}, and this is"
            f" {_described(mine, differing, root)}; it was left as it is.",
            hint=_way_out(self, differing, path),
            code=FOREIGN,
            details={"account": self.account, "path": str(path), "differs": differing},
        )


def unconfigured(account: Account) -> Binding:
    """Return the binding of an account that stands in no configuration file."""
    return Binding.of(account, None)


def record_in(path: Path) -> Mapping[str, Any]:
    """Return what a JSON file holds; nothing where it is absent, unreadable or no object."""
    try:
        record = json.loads(files.read_unjudged(path) or "{}")
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _described(record: Mapping[str, Any], keys: list[str], root: Path) -> str:
    return " and ".join(_part(key, record[key], root) for key in keys)


def _part(key: str, value: Any, root: Path) -> str:
    if key == "config":
        # A path inside the root is relative to it; one outside stands for itself.
        return f"the configuration file {root / str(value)}"
    return f"the {key} {value!r}"


def _way_out(binding: Binding, differing: list[str], path: Path) -> str:
    apart = f"Keep the two apart: export {variables.STORAGE_DIR}=DIRECTORY for one of them"
    if "config" in differing:
        return apart
    return (
        f"Set the {' and the '.join(differing)} of account {binding.account!r} back"
        f" · or, if nobody needs what was stored: rm {commands.quoted(path)} · or: {apart}"
    )
