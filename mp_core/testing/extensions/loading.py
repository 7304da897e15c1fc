"""Checks of what an extension does by being there: it loads lightly, and changes no account."""

from __future__ import annotations

from typing import Final

import pytest

from mp_core._runtime.context import Context
from mp_core.plugin.hooks import EXTENSIONS
from mp_core.testing.extensions.placement import Placement
from mp_core.testing.extensions.samples import OtherSampleAccount
from mp_core.testing.extensions.subject import ExtensionSubject, implemented
from mp_core.testing.imports import check_import
from mp_core.testing.subject import header_of

_OF_PROVIDERS: Final = {
    "mp_account_from_env",
    "mp_account_model",
    "mp_auth_header",
    "mp_endpoint",
    "mp_fetch_tokens",
    "mp_login",
    "mp_refresh_tokens",
    "mp_tls_context",
}


class LoadingChecks(ExtensionSubject):
    """An extension that is switched on changes nothing that it is not for."""

    def test_importing_the_extension_is_light_and_silent(self, placement: Placement) -> None:
        recipe = placement.recipe()
        if "pickle" in recipe:
            pytest.skip("the extension is an object, and no module to import")
        if module := recipe.get("module"):
            check_import("extension", "", module)
        else:
            check_import("extension", EXTENSIONS, placement.name)

    def test_it_has_no_hook_that_is_a_provider_s(self, plugin: object) -> None:
        wrong = sorted(implemented(plugin) & _OF_PROVIDERS)
        assert not wrong, (
            f"An extension serves the accounts of all types: leave {' and '.join(wrong)} to"
            " providers."
        )

    def test_it_changes_no_header(self, placement: Placement, context: Context) -> None:
        account = OtherSampleAccount(name="another", region="us")
        expected = f"Sample {account.key.get_secret_value()}"
        assert header_of(context, account) == expected, (
            "With the extension, accounts send another Authorization: leave it as it is."
        )
