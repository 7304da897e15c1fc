"""Which account, project and workspace a call uses, and the record of why.

Each axis takes the first source that has a value: environment, explicit argument, target, bridge,
`[active]`, and for the project the account's default. Resolving reads no file and sends no
request: it is a function of its inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from mp_core import _env as variables
from mp_core._bridge.file import BridgeFile
from mp_core._bridge.search import FoundBridge, announce, find_bridge
from mp_core._config.document import ConfigDocument
from mp_core._env import Environ
from mp_core._resolution.notices import (
    no_account,
    no_project,
    warn_of_incomplete,
    warn_of_overrides,
)
from mp_core._resolution.record import Axis, Found, Ladder, Resolution
from mp_core._runtime.context import Context
from mp_core._values.headers import Headers
from mp_core._values.selection import Selection, joined
from mp_core._values.session import Target
from mp_core._warning import warn
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account
from mp_core.plugin.environment import EnvAccount

_BRIDGES_OWN: Final = ("bridge", "default_project")


class Inputs(NamedTuple):
    """Everything a resolution depends on.

    Attributes:
        selection: What the caller asks for.
        config: The configuration.
        env: The environment; empty when step 1 is off.
        identities: What the providers found in that environment, the best rank first.
        bridge: The bridge, or why the one that is there cannot be used.
    """

    selection: Selection
    config: ConfigDocument
    env: Environ
    identities: Sequence[EnvAccount] = ()
    bridge: FoundBridge | ConfigError | None = None

    def __repr__(self) -> str:
        """Leave out the environment, which may hold any secret."""
        return f"Inputs({self.selection})"


def inputs_in(context: Context, selection: Selection, *, identities: bool = True) -> Inputs:
    """Return the inputs of a resolution in these surroundings: one look at environment and file.

    Args:
        context: The surroundings.
        selection: What the caller asks for.
        identities: Whether environment and bridge may select the account.

    Raises:
        ConfigError: The configuration cannot be used.
    """
    config = context.config()
    bridge = _bridge(context) if identities else None
    if not context.reads_env:
        return Inputs(selection, config, {}, bridge=bridge)
    found = config.host.accounts_from_env(context.env) if identities else ()
    return Inputs(selection, config, context.env, found, bridge)


def _bridge(context: Context) -> FoundBridge | ConfigError | None:
    """Look for a bridge; one that cannot be used is an error only where it would be."""
    try:
        found = find_bridge(context)
        if found is not None:
            context.host.validate(found.content.account, "bridge")
    except ConfigError as error:
        return error
    return found


def resolve(inputs: Inputs) -> Resolution:
    """Return the session that the inputs determine, with its record.

    Warns (`CredentialWarning`) of an incomplete identity in the environment, and where the
    environment overrides what the caller asked for.

    Raises:
        ConfigError: No account or no project; a value that was consulted is malformed; the
            selected account cannot be used.
    """
    target = inputs.config.target(inputs.selection.target) if inputs.selection.target else None
    account_axis, account = _account(inputs, target)
    project_axis = _project(inputs, target, account)
    workspace_axis = _workspace(inputs, target, account, project_axis)
    warn_of_overrides((account_axis, project_axis, workspace_axis))
    headers = _headers(inputs, account)
    return Resolution.of_axes(account, account_axis, project_axis, workspace_axis, headers)


def resolve_account(inputs: Inputs) -> tuple[Axis, Account]:
    """Return the account axis alone, and its account, for what needs no project.

    Raises:
        ConfigError: No account, or it cannot be used.
    """
    target = inputs.config.target(inputs.selection.target) if inputs.selection.target else None
    axis, account = _account(inputs, target)
    warn_of_overrides([axis])
    return axis, account


def _account(inputs: Inputs, target: Target | None) -> tuple[Axis, Account]:
    ladder = _accounts(inputs, target)
    if ladder.winner is None:
        raise no_account(inputs.config, inputs.identities)
    if isinstance(inputs.bridge, ConfigError):
        warn(inputs.bridge.message, stacklevel=2)
    return ladder.axis(), ladder.winner.account()


def _accounts(inputs: Inputs, target: Target | None) -> Ladder:
    selection, config = inputs.selection, inputs.config
    identity = _identity(inputs.identities)
    named = target.account if target else None
    ladder = Ladder("account")
    ladder.add("environment", _names(identity), lambda: _env_account(identity))
    ladder.add("parameter", selection.origins["account"], _configured(config, selection.account))
    ladder.add("target", _target_origin(inputs), _configured(config, named))
    ladder.add("bridge", _bridge_origin(inputs), lambda: _bridge_account(inputs.bridge))
    ladder.add(
        "active", _table(config, "active"), lambda: _configured(config, config.active.account)
    )
    return ladder


def _configured(config: ConfigDocument, name: str | None) -> Found | None:
    """Offer an account of the configuration; a broken one stops nobody while another wins."""
    return None if name is None else Found(name, lambda: config.account(name))


def _project(inputs: Inputs, target: Target | None, account: Account) -> Axis:
    selection = inputs.selection
    ladder = Ladder("project")
    ladder.add("environment", variables.PROJECT_ID, lambda: variables.project_id(inputs.env))
    ladder.add("parameter", selection.origins["project"], selection.project)
    ladder.add("target", _target_origin(inputs), target.project if target else None)
    bridge = _bridge_of(inputs, account)
    ladder.add("bridge", _bridge_origin(inputs), bridge.project if bridge else None)
    ladder.add(
        "default_project",
        f"default_project of account {account.name}",
        account.default_project,
    )
    if ladder.winner is None:
        raise no_project(account)
    return ladder.axis()


def _workspace(inputs: Inputs, target: Target | None, account: Account, project: Axis) -> Axis:
    selection, config, decided_by = inputs.selection, inputs.config, project.source
    ladder = Ladder("workspace")
    ladder.add("environment", variables.WORKSPACE_ID, lambda: variables.workspace_id(inputs.env))
    ladder.add("parameter", selection.origins["workspace"], selection.workspace)
    ladder.add(
        "target",
        _target_origin(inputs),
        target.workspace if target else None,
        unfit="" if decided_by == "target" else "it belongs to the target's own project",
    )
    bridge = _bridge_of(inputs, account)
    ladder.add(
        "bridge",
        _bridge_origin(inputs),
        bridge.workspace if bridge else None,
        unfit="" if decided_by in _BRIDGES_OWN else "it belongs to the bridge's own project",
    )
    ladder.add(
        "active",
        _table(config, "active"),
        lambda: config.active.workspace,
        unfit=_unfit_pin(inputs, account, project),
    )
    return ladder.axis()


def _headers(inputs: Inputs, account: Account) -> Headers:
    """Return the headers of the settings, and over them those of the account's bridge."""
    bridge = _bridge_of(inputs, account)
    own = inputs.config.headers
    return own.updated(bridge.headers) if bridge and bridge.headers else own


def _bridge_of(inputs: Inputs, account: Account) -> BridgeFile | None:
    """Return the bridge if the account is its own: else nothing of it applies."""
    found = inputs.bridge
    if isinstance(found, FoundBridge) and found.content.account is account:
        return found.content
    return None


def _bridge_account(bridge: FoundBridge | ConfigError | None) -> Found | None:
    if isinstance(bridge, ConfigError):
        raise bridge
    return None if bridge is None else Found(bridge.content.account.name, lambda: _taken(bridge))


def _taken(bridge: FoundBridge) -> Account:
    announce(bridge)
    return bridge.content.account


def _bridge_origin(inputs: Inputs) -> str:
    return str(inputs.bridge.path) if isinstance(inputs.bridge, FoundBridge) else "bridge file"


def _unfit_pin(inputs: Inputs, account: Account, project: Axis) -> str:
    """Return why `[active].workspace` does not apply, or nothing.

    It was pinned for the active account and that account's default project.
    """
    if inputs.selection.target:
        return "a target brings its own workspace, or none"
    try:
        active = inputs.config.active.account
        is_active = active is not None and inputs.config.account(active) == account
    except ConfigError:
        is_active = False
    if not is_active:
        return "it was pinned for the active account"
    if project.value != account.default_project:
        return "it was pinned for the account's default project"
    return ""


def _identity(identities: Sequence[EnvAccount]) -> EnvAccount | None:
    """Return the complete identity of the best rank, warning of the incomplete ones beside it."""
    complete = next((found for found in identities if found.is_complete), None)
    used = set(complete.variables) if complete else set()
    warn_of_incomplete(identities, used | {variables.PROJECT_ID, variables.WORKSPACE_ID})
    return complete


def _env_account(identity: EnvAccount | None) -> Found | None:
    if identity is None:
        return None
    if identity.error is not None:
        raise identity.error
    account = identity.account
    return None if account is None else Found(account.name, lambda: account)


def resolve_switch(inputs: Inputs, account: Account) -> tuple[Axis, Axis]:
    """Return project and workspace axis of an explicit switch to an account.

    The project is that of the environment, else the one asked for, else the account's default; the
    workspace is the one asked for, else that of the environment. Pins do not apply.

    Raises:
        ConfigError: There is no project for it.
    """
    project = _project(inputs, None, account)
    ladder = Ladder("workspace")
    ladder.add("parameter", inputs.selection.origins["workspace"], inputs.selection.workspace)
    ladder.add("environment", variables.WORKSPACE_ID, lambda: variables.workspace_id(inputs.env))
    warn_of_overrides([project])
    return project, ladder.axis()


def _names(identity: EnvAccount | None) -> str:
    return ", ".join(identity.variables) if identity else "environment"


def _target_origin(inputs: Inputs) -> str:
    name = inputs.selection.target
    return joined(inputs.selection.origins["target"], name) if name else "target"


def _table(config: ConfigDocument, table: str) -> str:
    return f"{config.path} [{table}]" if config.path else f"[{table}]"
