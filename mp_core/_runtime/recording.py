"""What audit logs are told: every event is made here, with whose the account is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mp_core._storage import paths
from mp_core._tokens.binding import Binding, record_in
from mp_core._warning import tell
from mp_core.errors import ConfigError, MpError
from mp_core.plugin._host.vetoes import take

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from mp_core._config.changes import Change
    from mp_core._runtime.context import Context
    from mp_core.plugin._host.host import Host
    from mp_core.plugin.account import Account
    from mp_core.plugin.audit import EventKind


def record(context: Context, account: Account, kind: EventKind, /, **details: Any) -> None:
    """Tell the audit logs in force of something that happened with an account's credential.

    Raises:
        ProviderError: One that is required did not take it.
    """
    host = context.host_of(account)
    if host.is_recorded(account.type):
        binding = context.binding(account)
        send(host, account, binding, kind, details, owner=_owner(context, account))


def record_refresh(root: Path | None, binding: Binding, host: Host, account: Account) -> None:
    """Tell that an account has new tokens, which is known below all surroundings.

    Raises:
        ProviderError: An audit log that is required did not take it.
    """
    if host.is_recorded(account.type):
        known = None if account.token_place else owner_in(root, binding)
        send(host, account, binding, "refreshed", {}, owner=known or account.owner_id)


def record_veto(context: Context, error: MpError) -> None:
    """Tell of the veto that an error is; nothing where it is none, or was told.

    Raises:
        ProviderError: An audit log that is required did not take it.
    """
    veto = take(error)
    if veto is None or not (host := context.host).is_recorded(veto.type):
        return
    binding = replace(context.binding_of_name(veto.account), type=veto.type, region=veto.region)
    said = {"by": veto.by, "why": veto.why, "stage": veto.stage}
    owner = owner_in(context.root, binding) if veto.stage in ("load", "update") else None
    send(host, None, binding, "vetoed", said, owner=owner)


class VetoesRecorded:
    """Tells of the veto that leaves a block.

    Args:
        context: The surroundings.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Tell, and let the error go on.

        Raises:
            ProviderError: An audit log that is required did not take it.
        """
        if isinstance(error, MpError):
            record_veto(self._context, error)


class ChangeRecord:
    """What audit logs are told of a change of the configuration, once it is written.

    Whose an account is, is looked up before: with an account that is removed that goes as well.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._prepared: list[tuple[Change, str | None]] = []

    def prepare(self, changes: list[Change]) -> None:
        """Note what is going to be written, as far as anybody wants to know it."""
        root, binding_of = self._context.root, self._context.binding_of_name
        for each in filter(self._is_recorded, changes):
            self._prepared.append((each, owner_in(root, binding_of(each.before))))

    def send(self) -> None:
        """Tell it.

        Raises:
            ProviderError: An audit log that is required did not take it.
        """
        for change, owner in self._prepared:
            name, type_, region = change.account, change.type, change.region
            binding = replace(self._context.binding_of_name(name), type=type_, region=region)
            send(self._context.host, None, binding, "account_changed", change.details, owner=owner)

    def _is_recorded(self, change: Change) -> bool:
        try:
            return self._context.host.is_recorded(change.type)
        except ConfigError as error:
            # It may have been an audit log; to remove an account is possible without it.
            tell(f"That account {change.account!r} was changed is not recorded: {error.message}")
            return False


def send(
    host: Host,
    account: Account | None,
    binding: Binding,
    kind: EventKind,
    details: Mapping[str, Any],
    *,
    owner: str | None,
) -> None:
    """Make an event of now, and tell it.

    Args:
        host: Knows the audit logs.
        account: Whose; None for one that cannot be used.
        binding: Its name, type and region.
        kind: What happened.
        details: More of it.
        owner: Whose the account is, as far as that is known.

    Raises:
        ProviderError: An audit log that is required did not take it.
    """
    from mp_core.plugin.audit import AuditEvent

    event = AuditEvent(
        kind,
        datetime.now(UTC),
        binding.account,
        binding.type or "",
        binding.region or "",
        owner,
        details,
    )
    host.record(account, event)


def owner_in(root: Path | None, binding: Binding) -> str | None:
    """Return the e-mail of an account's owner, else the user id, in the record beside its tokens.

    An account has one owner in all, whichever its type and region are now.
    """
    user = recorded_user(root, replace(binding, type=None, region=None))
    known = user.get("email") or user.get("id")
    return None if known is None else str(known)


def recorded_user(root: Path | None, binding: Binding) -> Mapping[str, Any]:
    """Return what the record of an account's owner says of them; nothing if it is another's."""
    if root is None:
        return {}
    found = record_in(paths.account_dir(root, binding.account) / "owner.json")
    user = found.get("user")
    return user if binding.judge(found) == "mine" and isinstance(user, dict) else {}


def _owner(context: Context, account: Account) -> str | None:
    """Return whose an account is: what is known here, if it is this very one, or where it was."""
    if account.token_place is None and context.has_configured(account):
        return owner_in(context.root, context.binding(account))
    return account.owner_id
