"""The invented world that the sandbox serves: people, organizations, projects and workspaces."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SandboxOrganization:
    """An organization, which owns projects."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class SandboxWorkspace:
    """A view inside a project; a flag that is None is left out of every answer."""

    id: int
    name: str
    is_global: bool | None = None
    is_default: bool | None = None
    is_visible: bool | None = None


@dataclass(frozen=True, slots=True)
class SandboxProject:
    """A project with its workspaces, in the order in which the sandbox lists them.

    Raises:
        ValueError: The id is not a string of digits.
    """

    id: str
    name: str
    organization: SandboxOrganization
    workspaces: tuple[SandboxWorkspace, ...] = ()
    timezone: str = "US/Pacific"
    domain: str = "mixpanel.com"

    def __post_init__(self) -> None:
        if not (self.id.isascii() and self.id.isdecimal()):
            raise ValueError(f"A project id consists of digits, unlike {self.id!r}.")


@dataclass(frozen=True, slots=True)
class SandboxIdentity:
    """A person or robot, proven by HTTP Basic (`username`, `secret`) or by a Bearer `token`."""

    user_id: int
    name: str
    email: str
    username: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    projects: tuple[SandboxProject, ...] = field(repr=False)

    def project(self, project_id: str) -> SandboxProject | None:
        """Return the project of that id, or None when this identity cannot see it."""
        return next((p for p in self.projects if p.id == project_id), None)


_ACME = SandboxOrganization(1001, "Acme Analytics")
_LAB = SandboxOrganization(1002, "[beta] Lab 🧪")

# Each project's default workspace is found by another rule; the comment names the rule.
_WEB = SandboxProject(
    "3018488",
    "Web Shop",
    _ACME,
    (
        SandboxWorkspace(3448413, "Checkout team", is_global=False, is_default=True),
        SandboxWorkspace(3448414, "All Project Data", is_global=False, is_default=False),
        # The global one wins over the usual name, which wins over `is_default`.
        SandboxWorkspace(3448415, "🌍 Everything", is_global=True, is_default=False),
    ),
)
_APP = SandboxProject(
    "3018489",
    "Mobile App",
    _ACME,
    (
        SandboxWorkspace(3448420, "Growth", is_default=True),
        # The usual name wins over `is_default`.
        SandboxWorkspace(3448421, "All Project Data", is_default=False),
    ),
    timezone="Europe/Berlin",
)
_TEN = SandboxProject(
    "10",
    "[prod] Ten",
    _ACME,
    (
        SandboxWorkspace(101, "[/x]"),
        # `is_default` wins over the first visible one.
        SandboxWorkspace(102, "[prod] Default", is_default=True),
    ),
)
_NINE = SandboxProject(
    "9",
    "[/x]",
    _LAB,
    (
        SandboxWorkspace(91, "Retired", is_visible=False),
        # The first that is not said to be invisible.
        SandboxWorkspace(92, "Wide " + "w" * 395),
        SandboxWorkspace(93, "Narrow", is_visible=True),
    ),
)
_FOX = SandboxProject(
    "77",
    "🦊 Fox Den",
    _LAB,
    (
        # None is visible, so the first.
        SandboxWorkspace(771, "🦊 Burrow", is_visible=False),
        SandboxWorkspace(772, "Meadow", is_visible=False),
    ),
    timezone="Asia/Kolkata",
)
_LONG = SandboxProject("400", "Long " + "o" * 395, _LAB, domain="eu.mixpanel.com")

IDENTITIES = (
    SandboxIdentity(
        user_id=501,
        name="ci",
        email="ci@robots.example",
        username="ci.fake.robot",
        secret="fake-secret-of-ci",
        token="fake-token-of-ci",
        projects=(_WEB, _APP, _TEN),
    ),
    SandboxIdentity(
        user_id=502,
        name="ada",
        email="ada@people.example",
        username="ada.fake.robot",
        secret="fake-secret-of-ada",
        token="fake-token-of-ada",
        projects=(_WEB, _TEN, _NINE, _FOX),
    ),
    SandboxIdentity(
        user_id=503,
        name="grace",
        email="grace@people.example",
        username="grace.fake.robot",
        secret="fake-secret-of-grace",
        token="fake-token-of-grace",
        projects=(_APP, _NINE, _LONG),
    ),
)
