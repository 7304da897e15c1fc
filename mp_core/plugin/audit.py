"""What an audit log is told: who did what with which account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NoReturn, get_args

from mp_core._public import exported_from

EventKind = Literal[
    "credential_used",
    "refreshed",
    "logged_in",
    "logged_out",
    "exported",
    "account_changed",
    "vetoed",
]
EVENT_KINDS: Final[tuple[EventKind, ...]] = get_args(EventKind)


class _Details(dict[str, Any]):
    """An object of JSON that cannot be changed; copies and pickles of it alone are plain ones."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("The details of an event are read-only.")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        return dict, (dict(self),)


@exported_from("mp_core.plugin")
@dataclass(frozen=True)
class AuditEvent:
    """One thing that happened with an account's credential. It holds no secret.

    Attributes:
        kind: What happened.
        at: When; aware, in UTC.
        account: Name of the account.
        type: Its type.
        region: Its region.
        owner: Whose the account is: the e-mail address that Mixpanel told, else the user id; None
            while its credential was never proven.
        details: More, by kind. `credential_used`: `host`, `method`, `path` (without the query) and
            `status`, which is None where no answer arrived. `exported`: `to`. `account_changed`:
            `what`. `vetoed`: `by` and `why`.
    """

    kind: EventKind
    at: datetime
    account: str
    type: str
    region: str
    owner: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Keep a copy of the details that cannot be changed."""
        object.__setattr__(self, "details", _Details(self.details))

    def __reduce__(self) -> tuple[Any, ...]:
        """Be made anew wherever it is copied to, so that its details are read-only there, too."""
        return AuditEvent, tuple(self.__dict__.values())

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON has them, the time in ISO 8601 with its offset."""
        return {**self.__dict__, "at": self.at.isoformat(), "details": dict(self.details)}
