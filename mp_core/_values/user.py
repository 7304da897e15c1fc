"""Who a credential belongs to."""

from mp_core._frozen import Frozen
from mp_core._public import exported_from


@exported_from("mp_core")
class MeUserInfo(Frozen):
    """Who a credential belongs to, as Mixpanel says."""

    id: int | str
    email: str | None = None
