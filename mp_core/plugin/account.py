"""The base class of every provider's account model."""

import abc
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, NamedTuple, Self

from pydantic import (
    PrivateAttr,
    SecretBytes,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import core_schema, to_jsonable_python

from mp_core._frozen import Frozen, silent_error
from mp_core._network.endpoints import Region
from mp_core._public import exported_from, handed_out
from mp_core._sealed import sealed
from mp_core.errors import MpError, ProviderError
from mp_core.plugin._host.host import Host, default_host
from mp_core.plugin._host.plugin_set import PluginSet

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

    from mp_core.plugin.tokens import BasicTokenResolver, OAuthTokens

AccountType = str
"""The string that names a provider."""

_PLUGIN_SET: Final = "_plugin_set"
_OWNER_ID: Final = "_owner_id"
"""Keys of what is no field: like a cached property, it takes no part in comparisons."""

NAME_PATTERN: Final = r"^[a-zA-Z0-9_-]{1,64}$"

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
"""Name of an account or a target: 1 to 64 ASCII letters, digits, `_` and `-`."""
ProjectId = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
"""Id of a project: a string of digits."""


def host_in(info: ValidationInfo) -> Host:
    """Return the host that a validation was given as its context, or the process's own."""
    return info.context if isinstance(info.context, Host) else default_host()


def _dispatch(data: Any, info: ValidationInfo) -> "Account":
    """Return an account as it is, or validate a mapping with the provider of its `type`."""
    if isinstance(data, Account):
        return data
    if not isinstance(data, Mapping):
        raise _refused("account_type", "An account should be a mapping")
    kind = data.get("type")
    if not isinstance(kind, str):
        raise _refused("account_type", "An account needs a type")
    try:
        model = host_in(info).model(kind)
    except ProviderError as error:
        text = f"{error.message} {error.hint}"
    else:
        return model.model_validate(dict(data), context=info.context)
    raise _refused("account_provider", text)


def _refused(kind: str, message: str) -> ValidationError:
    return silent_error("Account", [((), kind, message)])


def _dump(account: "Account", info: core_schema.SerializationInfo) -> dict[str, Any]:
    mode = "json" if info.mode_is_json() else "python"
    return account.model_dump(mode=mode, exclude_none=info.exclude_none)


@exported_from("mp_core")
class TokenPlace(NamedTuple):
    """Where tokens are kept for an account that is not in the configuration.

    Attributes:
        directory: Below the storage root.
        seed: The tokens that the account came with, for as long as none are newer.
    """

    directory: str
    seed: "OAuthTokens | None" = None


@exported_from("mp_core")
class Account(Frozen, abc.ABC):
    """One identity; the base class of every provider's account model.

    Validating a mapping as an `Account` dispatches on its `type` to the installed provider, or to
    that of the host that is given as the validation's context.

    Attributes:
        type: The account type; a subclass declares it as a literal.
        name: The name it is known by here.
        region: Where its data lives.
        default_project: The project of a session that names none.
    """

    type: str
    name: Name
    region: Region
    default_project: ProjectId | None = None
    exclusive_fields: ClassVar[Sequence[Sequence[str]]] = ()
    """Groups of fields of which an account has exactly one."""

    _place: TokenPlace | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _has_one_of_each_group(self) -> Self:
        for group in self.exclusive_fields:
            if sum(getattr(self, name) is not None for name in group) != 1:
                raise ValueError(f"give exactly one of {' and '.join(group)}")
        return self

    if not TYPE_CHECKING:

        def __setattr__(self, name: str, value: Any) -> None:
            """Refuse another place as well: in another one it is another account."""
            if name in _SETTLED:
                raise AttributeError(_SETTLED[name])
            super().__setattr__(name, value)

        def __delattr__(self, name: str) -> None:
            """Refuse that the place is taken away, too."""
            if name in _SETTLED:
                raise AttributeError(_SETTLED[name])
            super().__delattr__(name)

    @property
    def token_place(self) -> TokenPlace | None:
        """Where the tokens of an account from elsewhere are; None for its own directory."""
        return self._place

    def kept_at(self, place: TokenPlace) -> Self:
        """Return the account with its tokens in another place: another account than before."""
        account = self.model_copy()
        account.__pydantic_private__ = {**(self.__pydantic_private__ or {}), "_place": place}
        return account

    @property
    def plugin_set(self) -> PluginSet | None:
        """The plugins in force where the account was read; None for one that code has made.

        They serve it wherever it is used. One that code has made is served by those in force where
        it is used; when it is pickled, it takes them along.
        """
        return self.__dict__.get(_PLUGIN_SET)

    def served_by(self, plugins: PluginSet) -> Self:
        """Return the account with the plugins that are to serve it: an equal account."""
        account = self.model_copy()
        account.__dict__[_PLUGIN_SET] = plugins
        return account

    @property
    def owner_id(self) -> str | None:
        """Whose the account was where it was pickled, as far as that was proven there.

        A login that is kept under its name elsewhere, and is another's, does not serve it.
        """
        return self.__dict__.get(_OWNER_ID)

    def __getstate__(self) -> dict[Any, Any]:
        """Return what a pickle holds, with the plugins that serve the account here, and its owner.

        Raises:
            ConfigError: They are those of the process, and its configuration cannot be used.
        """
        account = self.served_by(self.plugin_set or _host(self).plugins)
        owner_id = self.owner_id or handed_out("owner_in_force")(self)
        if owner_id is not None:
            account.__dict__[_OWNER_ID] = owner_id
        return super(Account, account).__getstate__()

    def static_token(self) -> SecretStr | str | None:
        """Return the bearer that the account holds, or the variable that holds it; None for none.

        Unless the type says otherwise here, the only secret of an account that is not long-lived is
        its bearer: somebody else renews it. Of one that is long-lived it is a password or the like.
        """
        secrets = [value for _, value in self if isinstance(value, SecretStr)]
        return secrets[0] if len(secrets) == 1 and not self.is_long_lived() else None

    @abc.abstractmethod
    def is_long_lived(self) -> bool:
        """Return whether the credential outlives a session without outside help."""

    @sealed
    def auth_header(self, *, token_resolver: "BasicTokenResolver | None" = None) -> str:
        """Return the whole value of the `Authorization` header (RFC 9110 §11.6.2).

        Raises:
            TypeError: The account needs a token resolver, and none was given.
            OAuthError: The token it needs cannot be had.
            ProviderError: Its provider or an extension is missing or failed.
            ConfigError: The configuration cannot be used, which may name extensions; or a policy
                refuses the account.
        """
        handed_out("admit_here")(self)
        try:
            return _host(self).auth_header(self, token_resolver or NO_RESOLVER)
        except _ResolverMissingError as error:
            message = error.message
        raise TypeError(message)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: "GetCoreSchemaHandler"
    ) -> core_schema.CoreSchema:
        """Dispatch for the base class itself; an ordinary model for every subclass."""
        if Frozen not in cls.__bases__:
            return super().__get_pydantic_core_schema__(source, handler)
        return core_schema.with_info_plain_validator_function(
            _dispatch,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _dump, info_arg=True, when_used="always"
            ),
        )


_SETTLED: Final = {
    "_place": "an account stays where it is: see kept_at",
    _PLUGIN_SET: "an account stays with its plugins: see served_by",
    _OWNER_ID: "an account stays its owner's",
}
"""What is not assigned, and why."""


def _host(account: Account) -> Host:
    """Return the host of the plugins that serve an account in this process."""
    host: Host = handed_out("host_in_force")(account)
    return host


class _ResolverMissingError(MpError):
    """Tells `Account.auth_header` through a plugin's frames that a resolver is needed."""


class _NoResolver:
    """Stands in for a resolver that was not given, and says so when it is needed."""

    _message: ClassVar[str] = (
        "This account needs a token: pass token_resolver=OnDiskTokenResolver()"
    )

    def get_browser_token(self, name: str, region: str) -> str:
        raise _ResolverMissingError(self._message)

    def get_static_token(self, account: Account) -> str:
        raise _ResolverMissingError(self._message)

    def get_token(self, account: Account) -> str:
        raise _ResolverMissingError(self._message)


NO_RESOLVER: Final = _NoResolver()


def reveal(account: Account) -> dict[str, Any]:
    """Return an account's fields with its secrets in clear, for the one place that keeps them.

    The values are such as JSON and TOML have in common. Fields that are None are left out, and so
    is the name, which is the key of the record.
    """
    fields = account.model_dump(mode="python", exclude_none=True, exclude={"name"})
    return {key: _clear(value) for key, value in fields.items()}


def _clear(value: Any) -> Any:
    if isinstance(value, (SecretStr, SecretBytes)):
        return _clear(value.get_secret_value())
    if isinstance(value, Mapping):
        return {key: _clear(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clear(inner) for inner in value]
    return to_jsonable_python(value)
