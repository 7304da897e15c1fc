"""Projects, workspaces, sessions and targets: frozen values that compare by content."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from mp_core._frozen import Frozen
from mp_core._network.endpoints import Region
from mp_core._public import exported_from
from mp_core._sealed import sealed
from mp_core._values.headers import NO_HEADERS, Headers
from mp_core.plugin._host.plugin_set import PluginSet
from mp_core.plugin.account import Account, Name, ProjectId

if TYPE_CHECKING:
    from mp_core.plugin.tokens import BasicTokenResolver

NO_PROJECT: Final = "0"
"""Stands where a project must and none is known, as in a question about the account alone."""

WorkspaceId = Annotated[int, Field(gt=0, strict=True)]
"""Id of a workspace: a positive number."""


@exported_from("mp_core")
class Project(Frozen):
    """A Mixpanel project."""

    id: ProjectId
    name: str | None = None
    organization_id: int | str | None = None
    timezone: str | None = None


@exported_from("mp_core")
class WorkspaceRef(Frozen):
    """A workspace inside a project; `project_id` is known when it was looked up."""

    id: WorkspaceId
    name: str | None = None
    is_default: bool | None = None
    project_id: ProjectId | None = None


@exported_from("mp_core")
class Target(Frozen):
    """A named account, project and, perhaps, workspace."""

    name: Name
    account: Name
    project: ProjectId
    workspace: WorkspaceId | None = None


@exported_from("mp_core")
class ActiveSession(Frozen):
    """The `[active]` table of the configuration."""

    account: Name | None = None
    workspace: WorkspaceId | None = None


def _as_project(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


def _as_workspace(value: Any) -> Any:
    return {"id": value} if isinstance(value, int) else value


_KEEP: Final[Any] = object()


@exported_from("mp_core")
class Session(Frozen):
    """One resolved account, project and workspace.

    Sessions pickle and compare by value. `project` also takes an id, and so does `workspace`.

    The plugins in force where the account was read serve the session wherever it is used, or it
    refuses. An account that code has made is served by those in force at its use, and takes them
    along when it is pickled.
    """

    account: SerializeAsAny[Account]
    project: Annotated[Project, BeforeValidator(_as_project)]
    workspace: Annotated[WorkspaceRef | None, BeforeValidator(_as_workspace)] = None
    headers: Headers = NO_HEADERS

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            account: Account,
            project: Project | str,
            workspace: WorkspaceRef | int | None = None,
            headers: Mapping[str, str] = NO_HEADERS,
        ) -> None: ...

    @field_validator("workspace")
    @classmethod
    def _is_of_project(
        cls, value: WorkspaceRef | None, info: ValidationInfo
    ) -> WorkspaceRef | None:
        project = info.data.get("project")
        owner = value.project_id if value else None
        if project is not None and owner not in (None, project.id):
            raise PydanticCustomError(
                "workspace_project",
                "The workspace belongs to project {owner}, not to {project};"
                " pass workspace=None to leave it out",
                {"owner": owner, "project": project.id},
            )
        return value

    @classmethod
    def assembled(
        cls,
        account: Account,
        project: Project,
        workspace: WorkspaceRef | None,
        headers: Headers,
    ) -> Self:
        """Return a session of parts that are valid and belong together, without checking again.

        It is made as unpickling makes one, which takes half the time of `model_construct`.
        """
        parts = {"account": account, "project": project, "workspace": workspace, "headers": headers}
        session = cls.__new__(cls)
        session.__setstate__(
            {
                "__dict__": parts,
                "__pydantic_fields_set__": set(parts),
                "__pydantic_extra__": None,
                "__pydantic_private__": None,
            }
        )
        return session

    @property
    def project_id(self) -> str:
        """The project's id."""
        return self.project.id

    @property
    def workspace_id(self) -> int | None:
        """The workspace's id, or None when none is pinned."""
        return self.workspace.id if self.workspace else None

    @property
    def region(self) -> Region:
        """The account's region."""
        return self.account.region

    @sealed
    def auth_header(self, *, token_resolver: "BasicTokenResolver | None" = None) -> str:
        """Return the account's `Authorization` header; see `Account.auth_header`."""
        return self.account.auth_header(token_resolver=token_resolver)

    def replace(
        self,
        *,
        account: Account | None = None,
        project: Project | str | None = None,
        workspace: WorkspaceRef | int | None = _KEEP,
        headers: Mapping[str, str] = _KEEP,
    ) -> "Session":
        """Return a copy with other axes, validated like a new session.

        None keeps `account` and `project`; `workspace=None` clears the workspace, `headers={}`
        the headers. Another account that code has made is served by the plugins of this session.

        Raises:
            ValueError: The workspace is known to belong to another project.
        """
        session = Session.model_validate(
            {
                "account": self.account if account is None else account,
                "project": self.project if project is None else project,
                "workspace": self.workspace if workspace is _KEEP else workspace,
                "headers": self.headers if headers is _KEEP else headers,
            }
        )
        plugins = self.account.plugin_set
        return session if session.account.plugin_set or not plugins else session._served_by(plugins)

    def _served_by(self, plugins: PluginSet) -> "Session":
        account = self.account.served_by(plugins)
        return Session.assembled(account, self.project, self.workspace, self.headers)


def is_same(one: Account, other: Account) -> bool:
    """Return whether two accounts differ in nothing but their default project, if at all."""
    if one is other:
        return True
    if one.name != other.name:
        return False  # The usual answer, without a copy.
    return one.model_copy(update={"default_project": other.default_project}) == other
