"""What a provider finds in the environment, and building an account from variables.

Looking into the environment loads no model: pydantic comes with the first complete set.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from mp_core import _env as variables
from mp_core._public import exported_from
from mp_core.errors import ConfigError
from mp_core.plugin._secret import fault_in, refused

if TYPE_CHECKING:
    from pydantic import ValidationError

    from mp_core._env import Environ
    from mp_core.plugin.account import Account

NAME: Final = "env"
"""Name of an account that comes from the environment."""
_LAST: Final = sys.maxsize


@exported_from("mp_core.plugin")
class EnvAccount(NamedTuple):
    """What a provider found in the environment.

    Attributes:
        rank: Order among providers whose sets are complete; the smallest wins.
        variables: Names of the variables of this identity that are set.
        account: The account, when the set is complete and valid. Its name is `env` unless the
            provider has a better one.
        missing: Names of the variables that are missing, when the set is incomplete.
        error: What is wrong, when the set is complete and a value is malformed. It is raised only
            if this identity would be used.
    """

    rank: int
    variables: tuple[str, ...]
    account: Account | None = None
    missing: tuple[str, ...] = ()
    error: ConfigError | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every variable of the identity is set."""
        return not self.missing


def env_account(
    env: Environ, model: type[Account], fields: Mapping[str, str], *, rank: int
) -> EnvAccount:
    """Return what the environment holds of an identity that needs every one of these fields.

    The account's region and default project come from `MP_REGION` and `MP_PROJECT_ID`.

    Args:
        env: The environment.
        model: The account model.
        fields: Variable of each field of the model, such as `{"ticket": "ACME_TICKET"}`.
        rank: Order among providers; smaller goes first.
    """
    needed = {**fields, "default_project": variables.PROJECT_ID, "region": variables.REGION}
    values = {field: variables.get(env, name) for field, name in needed.items()}
    present = tuple(name for field, name in needed.items() if values[field] is not None)
    missing = tuple(name for name in needed.values() if name not in present)
    if missing:
        return EnvAccount(rank, present, missing=missing)
    for field, name in fields.items():
        if fault := fault_in(values[field] or ""):
            return EnvAccount(rank, present, error=refused(name, fault))
    from pydantic import ValidationError

    try:
        account = model.model_validate({**values, "name": NAME})
    except ValidationError as error:
        return EnvAccount(rank, present, error=_malformed(error, needed))
    return EnvAccount(rank, present, account)


def unasked(announced: Sequence[str], env: Environ) -> EnvAccount:
    """Return what is known of an identity, none of whose announced variables is set.

    It needs region and project as every account does, and comes after those that were looked for.
    A build sorts what is announced; a person is told a name before its secret.
    """
    common = (variables.PROJECT_ID, variables.REGION)
    needed = dict.fromkeys((*sorted(announced, key=_sounds_secret), *common))
    present = tuple(name for name in common if variables.get(env, name) is not None)
    missing = tuple(name for name in needed if name not in present)
    return EnvAccount(_LAST, present, missing=missing)


def _sounds_secret(name: str) -> bool:
    return any(word in name for word in ("SECRET", "TOKEN", "PASSWORD", "KEY"))


def _malformed(error: ValidationError, needed: Mapping[str, str]) -> ConfigError:
    from mp_core._frozen import problems

    lines = error.errors(include_url=False, include_context=False, include_input=False)
    names = [
        needed[str(line["loc"][0])] for line in lines if line["loc"] and line["loc"][0] in needed
    ]
    return ConfigError(
        f"The identity in the environment ({', '.join(needed.values())}) is malformed:"
        f" {', '.join(names) or 'its values'}: {problems(error)}.",
        hint=f"Correct it, or run: unset {' '.join(names or needed.values())}",
        details={"variables": names},
    )
