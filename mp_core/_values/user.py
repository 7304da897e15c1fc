"""Who a credential belongs to."""

from __future__ import annotations

from mp_core._frozen import Frozen


class MeUserInfo(Frozen):
    """Who a credential belongs to, as Mixpanel says."""

    id: int | str
    email: str | None = None
