"""What the last proof of a credential said of whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from mp_core._values.user import MeUserInfo

if TYPE_CHECKING:
    from mp_core._api.me import Me


class Owner(NamedTuple):
    """Whose a credential was at its last proof.

    Attributes:
        region: Where they are known by their id.
        user: The person or robot.
        projects: The names of the projects of the account's region that they could read, by id.
        salt: What the hash of the fields begins with.
        fields: A hash of the account's own fields, which hold the credential or lead to it.
        login_id: The login that was proven, where one brings the credential.
    """

    region: str
    user: MeUserInfo
    projects: Mapping[str, str | None]
    salt: str
    fields: str
    login_id: str | None

    def is_(self, me: Me, region: str) -> bool:
        """Return whether an answer of a region names them; regions have in common the e-mail."""
        if me.user is None:
            return False
        if region == self.region:
            return str(self.user.id) == str(me.user.id)
        here, there = self.user.email, me.user.email
        return bool(here and there) and str(here).casefold() == str(there).casefold()

    @classmethod
    def parsed(cls, record: Mapping[str, Any]) -> Self | None:
        """Return what a record says; a damaged one says nothing."""
        try:
            return cls(
                region=str(record["region"]),
                user=MeUserInfo.model_validate(record["user"]),
                projects=dict(record["projects"]),
                salt=str(record["salt"]),
                fields=str(record["fields"]),
                login_id=record["login_id"],
            )
        except (KeyError, TypeError, ValueError):
            return None
