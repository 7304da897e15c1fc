"""What is known of a veto beside its error, for whoever records it.

An error says who was refused and why to people. Who refused is on a slip that sticks to the error,
and that is taken off where the error reaches who asked: a look at an account that goes on without
it leaves no trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mp_core.errors import ConfigError
    from mp_core.plugin.hooks import Stage

_SLIP: Final = "_veto"


class Veto(NamedTuple):
    """Who refused which account, and when. It holds no secret.

    Attributes:
        account: The account's name.
        type: Its type.
        region: Its region.
        by: The plugin that refused it.
        why: What the plugin said, without the account's secrets.
        stage: When it was asked.
    """

    account: str
    type: str
    region: str
    by: str
    why: str
    stage: Stage


def stick(error: ConfigError, veto: Veto) -> None:
    """Let an error carry what is known of the veto that it is."""
    vars(error)[_SLIP] = veto


def take(error: BaseException) -> Veto | None:
    """Return what an error carries, which from now on carries nothing; None for no veto."""
    veto: Veto | None = vars(error).pop(_SLIP, None)
    return veto
