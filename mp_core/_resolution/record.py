"""The record of a resolution: what each source offered for each axis, and what became of it."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Self

from mp_core._public import exported_from
from mp_core._values.headers import Headers
from mp_core._values.session import Project, Session, WorkspaceRef
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account

Source = Literal[
    "environment", "parameter", "target", "bridge", "active", "default_project", "session"
]
Outcome = Literal["used", "shadowed", "ignored", "absent"]
AxisName = Literal["account", "project", "workspace"]


@exported_from("mp_core")
class Candidate(NamedTuple):
    """One source's offer for one axis.

    Attributes:
        source: The step of the resolution order.
        value: What it offers, never a secret; None when it offers nothing.
        origin: Where it says so: a variable, an option, a file and its table.
        outcome: `used`, `shadowed` by an earlier source, `ignored` by a safety rule, or `absent`.
        reason: Why, in words.
    """

    source: Source
    value: str | None
    origin: str
    outcome: Outcome
    reason: str


@exported_from("mp_core")
class Offer(NamedTuple):
    """What a source holds before it is known which one wins; `unfit` says why it may not."""

    source: Source
    origin: str
    value: Any
    unfit: str = ""


@exported_from("mp_core")
class Axis(NamedTuple):
    """The offers for one axis, in the order of the steps; the first that is fit wins."""

    name: AxisName
    offers: tuple[Offer, ...]

    @property
    def winner(self) -> Offer | None:
        """The offer that is used, or None when the axis stays unresolved."""
        for offer in self.offers:
            if offer.value is not None and not offer.unfit:
                return offer
        return None

    @property
    def source(self) -> Source | None:
        """The source of the winner."""
        winner = self.winner
        return winner.source if winner else None

    @property
    def origin(self) -> str | None:
        """The origin of the winner."""
        winner = self.winner
        return winner.origin if winner else None

    @property
    def value(self) -> str | None:
        """The winner's value, as text."""
        winner = self.winner
        return str(winner.value) if winner else None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every source that was consulted, in order, with its outcome."""
        return tuple(self._judged(offer) for offer in self.offers)

    def _judged(self, offer: Offer) -> Candidate:
        outcome, reason = self._outcome(offer)
        value = None if offer.value is None else str(offer.value)
        return Candidate(offer.source, value, offer.origin, outcome, reason)

    def _outcome(self, offer: Offer) -> tuple[Outcome, str]:
        winner = self.winner
        if offer.value is None:
            return "absent", offer.unfit or "not set"
        if offer.unfit:
            return "ignored", offer.unfit
        if winner is None or offer is winner:
            return "used", "the first source that has a value"
        return "shadowed", f"{winner.source} comes first ({winner.origin})"


class Found(NamedTuple):
    """What a source reads that offers an account: its name, and how it is had should it win."""

    name: str
    account: Callable[[], Account]


class Ladder:
    """Collects the offers for one axis, step by step.

    Attributes:
        winner: What the first source with a fit value has read, or None.
    """

    def __init__(self, name: AxisName) -> None:
        self.winner: Any = None
        self._name = name
        self._offers: list[Offer] = []

    def add(
        self, source: Source, origin: str, read: Callable[[], Any] | Any, *, unfit: str = ""
    ) -> None:
        """Add a step's offer. What cannot be read is an error only where it could still win."""
        try:
            found = read() if callable(read) else read
        except ConfigError as error:
            if self.winner is None and not unfit:
                raise
            found, unfit = None, f"not readable: {error.message}"
        else:
            unfit = unfit if found is not None else ""
        value = found.name if isinstance(found, Found) else found
        self._offers.append(Offer(source, origin, value, unfit))
        if self.winner is None and not unfit:
            self.winner = found

    def axis(self) -> Axis:
        """Return the axis."""
        return Axis(self._name, tuple(self._offers))


@exported_from("mp_core")
class Resolution(NamedTuple):
    """A session and how it came about.

    Attributes:
        session: What a request uses.
        account: The account axis.
        project: The project axis.
        workspace: The workspace axis.
    """

    session: Session
    account: Axis
    project: Axis
    workspace: Axis

    @classmethod
    def of_axes(
        cls, account: Account, who: Axis, project: Axis, workspace: Axis, headers: Headers
    ) -> Self:
        """Return the resolution whose session holds what won each axis."""
        chosen, pin = project.winner, workspace.winner
        assert chosen is not None  # A resolver without a project has raised.
        id_ = chosen.value
        session = Session.assembled(
            account,
            Project(id=id_),
            WorkspaceRef(id=pin.value, project_id=id_) if pin else None,
            headers,
        )
        return cls(session, who, project, workspace)

    @classmethod
    def of_session(cls, session: Session) -> Self:
        """Return the record of a session that was given as it is."""
        values = session.account.name, session.project_id, session.workspace_id
        names: tuple[AxisName, ...] = ("account", "project", "workspace")
        axes = (
            Axis(name, (Offer("session", "session=", value),))
            for name, value in zip(names, values, strict=True)
        )
        return cls(session, *axes)

    @property
    def axes(self) -> tuple[Axis, Axis, Axis]:
        """The three axes, in order."""
        return self.account, self.project, self.workspace
