"""What `/me` answers."""

from typing import Annotated, Any, Final, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from mp_core._api.decoding import flag_of, id_of, number_of, plain, records_by_id, text_of
from mp_core._api.responses import unexpected
from mp_core._network.endpoints import Region, region_of_domain
from mp_core._public import exported_from
from mp_core._values.session import Project
from mp_core._values.user import MeUserInfo

_DROPPED: Final = ("member_list", "unified_member_list")

_Id = Annotated[int | str | None, BeforeValidator(id_of)]
_Number = Annotated[int | None, BeforeValidator(number_of)]
_Text = Annotated[str | None, BeforeValidator(text_of)]
_Flag = Annotated[bool | None, BeforeValidator(flag_of)]
_BY_ID: Final = BeforeValidator(records_by_id)


class _Open(BaseModel):
    """A part of the answer: unknown fields are kept, known ones may be missing.

    A known one with a value of another kind counts as missing.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)


@exported_from("mp_core")
class MeOrganization(_Open):
    """An organization that the credential belongs to."""

    id: _Id = None
    name: _Text = None


@exported_from("mp_core")
class MeProject(_Open):
    """A project that the credential may read."""

    name: _Text = None
    organization_id: _Id = None
    timezone: _Text = None
    domain: _Text = None
    has_workspaces: _Flag = None


@exported_from("mp_core")
class MeWorkspace(_Open):
    """A workspace of one of the projects."""

    id: _Number = None
    name: _Text = None
    project_id: _Id = None
    is_default: _Flag = None
    is_global: _Flag = None
    is_visible: _Flag = None


@exported_from("mp_core")
class Me(_Open):
    """Who the credential belongs to and what it may see; unknown fields are kept.

    Organizations, projects and workspaces are keyed by their ids, as text. Records that are none
    are left out.
    """

    user_id: _Id = None
    user_email: _Text = None
    user_name: _Text = None
    organizations: Annotated[dict[str, MeOrganization], _BY_ID] = Field(default_factory=dict)
    projects: Annotated[dict[str, MeProject], _BY_ID] = Field(default_factory=dict)
    workspaces: Annotated[dict[str, MeWorkspace], _BY_ID] = Field(default_factory=dict)

    @classmethod
    def from_answer(cls, answer: Any) -> Self:
        """Return the body of an answer, unwrapped from `results` and without the member lists.

        Raises:
            APIError: It is no mapping.
        """
        body = answer.get("results", answer) if isinstance(answer, dict) else answer
        if not isinstance(body, dict):
            raise unexpected("/me")
        return cls.model_validate(plain({k: v for k, v in body.items() if k not in _DROPPED}))

    @property
    def user(self) -> MeUserInfo | None:
        """The user, or None when the answer names none."""
        if self.user_id is None or str(self.user_id).strip() in ("", "0"):
            return None
        return MeUserInfo(id=self.user_id, email=self.user_email)

    def region_of(self, project: str) -> Region | None:
        """Return the region that a project lives in, as far as the answer tells."""
        found = self.projects.get(project)
        return region_of_domain(found.domain) if found else None

    def projects_in(self, region: Region) -> list[Project]:
        """Return the projects by numeric id, without those that live in another region."""
        return [each for each in self.project_list() if self.region_of(each.id) in (None, region)]

    def project_list(self) -> list[Project]:
        """Return the projects by numeric id."""
        ids = [key for key in self.projects if key.isascii() and key.isdecimal()]
        return [_project(key, self.projects[key]) for key in sorted(ids, key=_in_order)]


class MeRecord(BaseModel):
    """One answer as the cache keeps it, with what it belongs to."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    salt: str
    fingerprint: str
    fetched_at: AwareDatetime
    me: Me

    @property
    def binding(self) -> dict[str, Any]:
        """What the file says of whose it is."""
        return self.model_extra or {}


def _in_order(digits: str) -> tuple[int, str]:
    """Return what orders numbers, of however many digits."""
    number = digits.lstrip("0")
    return len(number), number


def _project(key: str, project: MeProject) -> Project:
    return Project(
        id=key,
        name=project.name,
        organization_id=project.organization_id,
        timezone=project.timezone,
    )
