"""Checks of what a provider makes of the environment."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import pytest

from mp_core import _env as variables
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError, CredentialWarning
from mp_core.plugin._host.host import Host, host_for
from mp_core.plugin.account import Account
from mp_core.plugin.environment import EnvAccount
from mp_core.plugin.hooks import ENVIRONMENT, PROVIDERS
from mp_core.testing.effects import effects
from mp_core.testing.proof import proof_of
from mp_core.testing.secrecy import told
from mp_core.testing.subject import Subject, leaked

_COMMON: Final = {variables.PROJECT_ID, variables.REGION}
_MOST: Final = 6


class EnvironmentChecks(Subject):
    """A complete identity is found, an incomplete one named, and none invented."""

    @pytest.fixture
    def identity(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """The variables of an identity, for a provider that reads any."""
        if not environment:
            pytest.skip("the fixture `environment` is empty")
        return MappingProxyType(dict(environment))

    @pytest.mark.parametrize("env", [{}, {"PATH": "/bin"}, {variables.PLUGINS: ""}])
    def test_an_environment_without_a_trace_of_it_yields_nothing(
        self, account: Account, env: Mapping[str, str]
    ) -> None:
        found = look(account, env)
        assert found is None or not found.variables, (
            "mp_account_from_env finds an identity where there is none: return None."
        )

    def test_a_complete_identity_is_an_account_that_works(
        self, account: Account, identity: Mapping[str, str], context: Context
    ) -> None:
        found = look(account, identity)
        assert found is not None, (
            "mp_account_from_env returns None for the variables of the fixture `environment`."
        )
        assert found.error is None, f"mp_account_from_env refuses what is complete: {found.error}"
        assert found.account is not None, (
            f"mp_account_from_env misses {', '.join(found.missing)}: add it to the fixture"
            " `environment`, or do without it."
        )
        assert type(found.account) is type(account), (
            f"mp_account_from_env returns a {type(found.account).__name__}."
        )
        assert set(found.variables) == set(identity), (
            f"EnvAccount.variables must be {sorted(identity)}, the variables that are set."
        )
        if not context.host.has_login(found.account):
            assert proof_of(context, found.account)

    def test_every_variable_is_announced_where_any_is(
        self, account: Account, identity: Mapping[str, str], host: Host
    ) -> None:
        announced = host.loader.announced(PROVIDERS, account.type).variables
        unheard = [] if announced is None else sorted(identity.keys() - _COMMON - {*announced})
        lines = "".join(f'\n  {name} = "{account.type}"' for name in unheard)
        assert not unheard, (
            f"With {', '.join(unheard)} alone the provider is not even imported. Write into"
            f' pyproject.toml:\n\n  [project.entry-points."{ENVIRONMENT}"]{lines}\n\n'
            "and install the project again, as pip install --editable . does."
        )

    def test_an_incomplete_identity_names_what_is_missing(
        self, account: Account, identity: Mapping[str, str]
    ) -> None:
        for present in _proper_subsets(identity):
            missing = sorted(identity.keys() - present)
            blank = {**dict.fromkeys(missing, ""), **present}
            for env in (present, blank):
                self._check_incomplete(look(account, env), sorted(present), missing)

    def _check_incomplete(
        self, found: EnvAccount | None, present: list[str], missing: list[str]
    ) -> None:
        if found is None:
            assert _COMMON.issuperset(present), (
                f"With {', '.join(present)} alone, mp_account_from_env returns None: return an"
                f" EnvAccount whose `missing` names {', '.join(missing)}, or the user never knows."
            )
            return
        assert found.account is None, (
            f"mp_account_from_env makes an account without {', '.join(missing)}: leave optional"
            " variables out of the fixture `environment`."
        )
        assert (sorted(found.variables), sorted(found.missing)) == (present, missing), (
            f"With {', '.join(present)} alone, an EnvAccount must name these as `variables` and"
            f" {', '.join(missing)} as `missing`; an empty variable counts as unset."
        )

    def test_a_malformed_value_is_an_error_that_names_its_variable(
        self, account: Account, identity: Mapping[str, str]
    ) -> None:
        for variable, value in ((variables.REGION, "moon"), (variables.PROJECT_ID, "twelve")):
            if variable in identity:
                found = look(account, {**identity, variable: value})
                error = found.error if found else None
                assert error is not None, (
                    f"mp_account_from_env accepts {variable}={value!r}: return an EnvAccount with"
                    " an error."
                )
                assert variable in told(error), (
                    f"The error for a malformed {variable} must name it."
                )

    def test_a_strange_value_is_accepted_or_refused_without_showing_it(
        self, account: Account, identity: Mapping[str, str]
    ) -> None:
        for variable in identity:
            for value in (" ", "\x01\x02", "ü☃", "a b\tc", "x" * 10_000):
                env = {**identity, variable: value}
                found = look(account, env)
                own = [env[name] for name in env.keys() - _COMMON if len(env[name]) > 1]
                assert not (found and found.error and leaked(told(found.error), own)), (
                    f"The error for a malformed {variable} repeats a value of the environment,"
                    " which may be a secret."
                )

    def test_looking_at_the_environment_does_nothing_else(
        self, account: Account, environment: Mapping[str, str]
    ) -> None:
        look(account, environment)
        with effects() as found:
            look(account, environment)
        assert not found, f"mp_account_from_env {found[0]}: it must only look at the mapping."


def look(account: Account, env: Mapping[str, str]) -> EnvAccount | None:
    """Return what the provider of an account's type alone finds in an environment."""
    host = host_for({variables.PLUGINS: account.type})
    with warnings.catch_warnings():
        warnings.simplefilter("error", CredentialWarning)
        try:
            return host.account_from_env(account.type, MappingProxyType(dict(env)))
        except CredentialWarning as warning:
            pytest.fail(str(warning))
        except ConfigError as error:
            pytest.fail(
                f"mp_account_from_env raises {error!r}: return an EnvAccount with that error, which"
                " counts only if this identity would be used."
            )


def _proper_subsets(identity: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the subsets that lack something; of many variables only one or two."""
    count = len(identity)
    for size in range(1 if count <= _MOST else count - 2, count):
        for names in itertools.combinations(identity, size):
            yield {name: identity[name] for name in names}
