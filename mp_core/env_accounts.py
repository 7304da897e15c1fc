"""Building an account from environment variables, the way every provider does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from mp_core import env as variables
from mp_core.account_model import Account
from mp_core.env import Environ
from mp_core.errors import ConfigError
from mp_core.frozen import problems
from mp_core.hookspecs import EnvAccount

NAME: Final = "env"
"""Name of an account that comes from the environment."""


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
    try:
        account = model.model_validate({**values, "name": NAME})
    except ValidationError as error:
        return EnvAccount(rank, present, error=_malformed(error, needed))
    return EnvAccount(rank, present, account)


def _malformed(error: ValidationError, needed: Mapping[str, str]) -> ConfigError:
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
