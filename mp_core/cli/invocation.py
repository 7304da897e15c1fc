"""What one run of `mp` was told by its global options, and the library in these surroundings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

import click

from mp_core import _env as variables
from mp_core._cached import Cached
from mp_core._warning import warn
from mp_core.cli.output.streams import Format, Output
from mp_core.errors import MpError

if TYPE_CHECKING:
    from mp_core._login.terminal import Terminal
    from mp_core._resolution.record import Resolution
    from mp_core._runtime.context import Context
    from mp_core._values.selection import Selection
    from mp_core.accounts import Accounts
    from mp_core.plugin.account import Account
    from mp_core.session import DefaultSession
    from mp_core.targets import Targets
    from mp_core.workspace import Workspace

AXES = ("account", "project", "workspace", "target")
_AHEAD_OF_DEFAULTS = ("environment", "parameter", "target", "bridge")


@dataclass(eq=False, repr=False)
class Invocation:
    """The global options of one run, filled in while the command line is parsed.

    Attributes:
        env: The environment.
        account: `--account`.
        project: `--project`.
        workspace: `--workspace`.
        target: `--target`.
        format: `--format`; None when it was not given.
        ignores_env: `--no-env`.
        ignores_plugins: `--no-plugins`.
        is_quiet: `--quiet`.
        is_verbose: `--verbose`.
        stdout: Where data goes.
    """

    env: Mapping[str, str]
    account: str | None = None
    project: str | None = None
    workspace: int | None = None
    target: str | None = None
    format: Format | None = None
    ignores_env: bool = False
    ignores_plugins: bool = False
    is_quiet: bool = False
    is_verbose: bool = False
    stdout: TextIO | None = field(default_factory=lambda: sys.stdout)

    @property
    def output(self) -> Output:
        """Where data and notes go."""
        has_style = not self.env.get("NO_COLOR") and self.env.get("TERM") != "dumb"
        return Output(
            self.format or "table",
            stdout=self.stdout,
            is_quiet=self.is_quiet,
            has_style=has_style,
        )

    @Cached
    def context(self) -> Context:
        """The surroundings of the library."""
        from mp_core._runtime.context import Context

        env = {**self.env, variables.PLUGINS: ""} if self.ignores_plugins else self.env
        return Context(
            env=env,
            ignores_env=self.ignores_env,
            user_agent_kind="cli",
            tell=lambda text: self.output.note(f"{text} Ctrl-C ends it."),
        )

    @Cached
    def asked(self) -> Selection:
        """What the options, or the variables that stand in for them, ask for."""
        from mp_core._values.selection import selected

        self.check_axes()
        axes, origins = self._axes()
        account, project, workspace, target = (axes[name] for name in AXES)
        return selected(account, project, workspace, target, origins=origins)

    @property
    def accounts(self) -> Accounts:
        """The accounts; where no name is given, the one that the options select."""
        from mp_core.accounts import Accounts

        return Accounts(self.context, asked=self.asked)

    @property
    def terminal(self) -> Terminal:
        """The person who logs in; what a server has said cannot steer their terminal."""
        from mp_core._login.terminal import process_terminal

        return process_terminal(self.env)._replace(say=self.output.lines)

    @property
    def targets(self) -> Targets:
        """The targets."""
        from mp_core.targets import Targets

        return Targets(self.context)

    @property
    def default_session(self) -> DefaultSession:
        """What the configuration holds as the default session."""
        from mp_core.session import DefaultSession

        return DefaultSession(self.context)

    def resolution(self) -> Resolution:
        """Resolve account, project and workspace, without loading an HTTP library."""
        from mp_core._resolution.resolver import inputs_in, resolve

        resolution = resolve(inputs_in(self.context, self.asked))
        self._tell(resolution)
        return resolution

    def account_in_force(self) -> Account:
        """Return the account that a request would use; it needs no project."""
        from mp_core._resolution.admission import chosen

        return chosen(self.context, self.asked, None)

    def open_workspace(self) -> Workspace:
        """Return a workspace of the resolved session, to be closed by the caller."""
        from mp_core.workspace import Workspace

        workspace = Workspace.within(self.context, self.asked)
        self._tell(workspace.explain())
        return workspace

    def chosen_account(self) -> str | None:
        """Return the account that an option selects for a list; a variable selects nothing."""
        return self.targets.show(self.target).account if self.target else self.account

    def named_account(self, name: str | None = None) -> str | None:
        """Return the account that an argument or the options name; None when nothing does.

        Raises:
            click.UsageError: Argument and option name different accounts.
        """
        if name is not None:
            if self.target is not None or self.account not in (None, name):
                raise click.UsageError(f"{name!r} and the options name different accounts.")
            return name
        if self.asked.target is not None:
            return self.targets.show(self.asked.target).account
        return self.asked.account

    def required_account(self, name: str | None) -> str:
        """Return the account that an argument or the options name.

        Raises:
            click.UsageError: Nothing does, or they differ.
        """
        found = self.named_account(name)
        if found is None:
            raise click.UsageError("Name the account: its NAME, or --account. See: mp account list")
        return found

    def confirm_default(self, text: str) -> None:
        """Confirm a change of the default session, and say what keeps it from being in force."""
        active = self.default_session.show()
        self.output.done(text, active.model_dump(mode="json"))
        later = Invocation(self.env, ignores_env=self.ignores_env)
        later.ignores_plugins = self.ignores_plugins
        try:
            resolution = later.resolution()
        except MpError:
            return
        for axis in resolution.axes:
            if axis.source in _AHEAD_OF_DEFAULTS:
                self.output.note(
                    f"The {axis.name} in force stays {axis.value}: {axis.origin} comes first."
                )

    def default_project(self, option: str | None) -> str | None:
        """Return the default project that an option of its own or `--project` gives an account.

        Raises:
            click.UsageError: They differ.
        """
        if option is not None and self.project not in (None, option):
            raise click.UsageError(f"--default-project {option} and --project differ.")
        return option or self.project

    def check_axes(self) -> None:
        """Refuse `--target` beside the option of another axis.

        Raises:
            click.UsageError: Both were given.
        """
        given = [f"--{axis}" for axis in AXES if getattr(self, axis) is not None]
        if self.target is not None and len(given) > 1:
            raise click.UsageError(f"--target excludes {given[0]}: it sets all three axes.")

    def refuse(self, *axes: str, why: str) -> None:
        """Refuse global options that a command cannot honour, rather than drop them.

        A command that changes nothing takes the options that its answer does not depend on.

        Raises:
            click.UsageError: One of them was given.
        """
        for axis in axes:
            if getattr(self, axis) is not None:
                raise click.UsageError(f"--{axis} does not apply here: {why}.")

    def _axes(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the value of each axis and how it was said; variables stand in for options.

        Beside another axis, a target that a variable names is taken apart, so that its account
        stays in force.
        """
        values = {axis: getattr(self, axis) for axis in AXES}
        origins = {axis: f"--{axis}" for axis in AXES}
        if values["account"] is None and values["target"] is None:
            self._stand_in(values, origins)
        return values, origins

    def _tell(self, resolution: Resolution) -> None:
        """Say in a verbose run what was resolved."""
        if self.is_verbose:
            for axis in resolution.axes:
                found = f"{axis.value} ({axis.origin})" if axis.winner else "none"
                self.output.note(f"{axis.name}: {found}")

    def _stand_in(self, values: dict[str, Any], origins: dict[str, str]) -> None:
        target = variables.get(self.env, variables.TARGET)
        account = variables.get(self.env, variables.ACCOUNT)
        if target is None and account is not None:
            values["account"], origins["account"] = account, f"{variables.ACCOUNT}="
        elif target is None:
            return
        elif values["project"] is None and values["workspace"] is None:
            values["target"], origins["target"] = target, f"{variables.TARGET}="
        else:
            self._take_apart(target, values, origins)
        if target and account:
            warn(
                f"{variables.TARGET} ({target}) is used and {variables.ACCOUNT} ({account}) is not;"
                f" unset one of them.",
                stacklevel=2,
            )

    def _take_apart(self, name: str, values: dict[str, Any], origins: dict[str, str]) -> None:
        target = self.targets.show(name)
        values["account"], origins["account"] = target.account, f"{variables.TARGET}={name}:"
        if values["project"] is None:
            values["project"], origins["project"] = target.project, f"{variables.TARGET}={name}:"
