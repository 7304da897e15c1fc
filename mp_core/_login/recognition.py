"""Whose credential it is: the account that its owner has already, or the name of a new one."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from mp_core._api.me import Me
from mp_core._api.owner import OwnerRecord
from mp_core._config.document import ConfigDocument
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError
from mp_core.plugin._fields import COMMON
from mp_core.plugin.account import Account

_BASE: Final = 36
_PERSON: Final = 20
"""How many letters of an organization's and of a person's name go into the name of an account."""


def recognized(context: Context, config: ConfigDocument, draft: Account, me: Me) -> Account | None:
    """Return the account of the same type, region and owner; the active one of several.

    A name says nothing about that. An account that was never proven is recognized by the fields
    that tell one identity from another, such as a user name.
    """
    found = [each for each in _like(config, draft) if _is_of(context, each, draft, me)]
    active = next((each for each in found if each.name == _active(config)), None)
    return active or next(iter(found), None)


def _like(config: ConfigDocument, draft: Account) -> Iterator[Account]:
    """Return the usable accounts of the same type and region."""
    for name in config.account_names():
        try:
            account = config.account(name)
        except ConfigError:
            continue
        if (account.type, account.region) == (draft.type, draft.region):
            yield account


def _is_of(context: Context, known: Account, draft: Account, me: Me) -> bool:
    owner = OwnerRecord(context, known).get()
    if owner is not None:
        return owner.is_(me, draft.region)
    visible = _visible(known)
    return bool(visible) and visible == _visible(draft)


def _visible(account: Account) -> dict[str, Any]:
    """Return a type's own fields that are no secret: they tell one identity from another."""
    return {
        key: value
        for key, value in account
        if key not in COMMON and value is not None and not hasattr(value, "get_secret_value")
    }


def _active(config: ConfigDocument) -> str | None:
    try:
        return config.active.account
    except ConfigError:
        return None


def account_name(config: ConfigDocument, draft: Account, me: Me, project: str) -> str:
    """Return a name that is free: the organization's, else that with the person's behind it."""
    taken = {name.lower() for name in config.account_names()}
    base = _slug(_organization(me, project) or draft.type)[:_BASE].rstrip("-")
    own = f"{base}-{_slug(_person(me))[:_PERSON].rstrip('-')}"
    numbered = (f"{own}-{n}" for n in itertools.count(2))
    return next(name for name in itertools.chain((base, own), numbered) if name not in taken)


def _organization(me: Me, project: str) -> str | None:
    found = me.projects.get(project)
    organization = me.organizations.get(str(found.organization_id)) if found else None
    return organization.name if organization else None


def _person(me: Me) -> str:
    email = me.user.email if me.user else None
    return (email or str(me.user_id)).partition("@")[0]


def _slug(text: str) -> str:
    """Return a text as a part of a name, in small ASCII letters: Café becomes cafe."""
    folded = unicodedata.normalize("NFKD", text.translate(_LIGATURES).casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "mixpanel"


_LIGATURES: Final = str.maketrans(
    {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "æ": "ae", "Æ": "ae"}
    | {"œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th", "ð": "d", "Ð": "d"}
)
"""Letters that no normalization takes apart."""
