"""A provider with every kind of hook, and what can be wrong with one."""

from __future__ import annotations

from tests.support.defect import Defect

GOOD = """
from typing import Literal
from pydantic import SecretStr, field_validator
from mp_core.plugin import Account, EnvAccount, OAuthTokens, env_account, hookimpl, reveal
from mp_core.errors import ConfigError, OAuthError

class {class}(Account):
    type: Literal["{type}"] = "{type}"
    key: SecretStr
    realm: str = "main"

    def is_long_lived(self) -> bool:
        return True

@hookimpl
def mp_account_model():
    return {class}

@hookimpl
def mp_auth_header(account, token_resolver):
    return "Bearer " + token_resolver.get_browser_token(account.name, account.region)

@hookimpl
def mp_account_from_env(env):
    return env_account(env, {class}, {"key": "ACME_KEY"}, rank=90)

@hookimpl
def mp_validate_account(account, stage):
    if account.realm == "closed":
        raise ConfigError("The realm is closed.")

@hookimpl
def mp_account_status(tokens):
    return None

@hookimpl
def mp_login(flow):
    return None

@hookimpl
def mp_refresh_tokens(account, tokens, http):
    import httpx
    try:
        spent = tokens.refresh_token.get_secret_value()
        answer = http.post("token/", data={"refresh_token": spent})
    except httpx.HTTPError as error:
        raise OAuthError("The server cannot be reached.", code="OAUTH_REFRESH_ERROR") from None
    if answer.status_code == 400 and answer.json()["error"] == "invalid_grant":
        raise OAuthError("The login is gone.", code="OAUTH_REFRESH_REVOKED")
    try:
        answer.raise_for_status()
        return OAuthTokens.from_token_response(answer.json())
    except Exception:
        raise OAuthError("The answer is malformed.", code="OAUTH_REFRESH_ERROR") from None

@hookimpl
def mp_revoke_tokens(tokens, http):
    return http.post("revoke/").is_success

@hookimpl
def mp_export_bridge(account, tokens):
    return reveal(account), tokens.reveal()
"""
"""A provider with every kind of hook."""

MODEL_AND_HOOK_DEFECTS = {
    "misnamed": Defect(
        "{class}",
        "Other{class}",
        "test_the_class_is_found_in_the_core_by_its_name",
        "does not find the class: call it MisnamedAccount",
    ),
    "unfrozen": Defect(
        "    key: SecretStr\n",
        "    key: SecretStr\n    __setattr__ = object.__setattr__\n",
        "test_an_account_is_frozen",
        "keep frozen=True",
    ),
    "lenient": Defect(
        "    def is_long",
        "    from pydantic import model_validator\n"
        "    @model_validator(mode='before')\n    @classmethod\n    def _drop(cls, data):\n"
        "        return {k: v for k, v in data.items() if k in cls.model_fields}\n\n"
        "    def is_long",
        "test_unknown_fields_are_refused",
        'keep extra="forbid"',
    ),
    "telling": Defect(
        "    def is_long",
        "    @field_validator('realm')\n    @classmethod\n    def _check(cls, value):\n"
        "        if value != 'main':\n            raise ValueError(f'{value} is no realm')\n"
        "        return value\n\n    def is_long",
        "test_errors_keep_what_was_entered_to_themselves",
        "The error for a wrong realm repeats a value",
    ),
    "crashing": Defect(
        "    def is_long",
        "    @field_validator('realm', mode='before')\n    @classmethod\n"
        "    def _check(cls, value):\n        return value.strip()\n\n    def is_long",
        "test_errors_keep_what_was_entered_to_themselves",
        "raises AttributeError: raise ValueError in your validator",
    ),
    "nameless": Defect(
        "    key: SecretStr\n",
        "    key: SecretStr\n    name: str\n",
        "test_the_common_fields_keep_their_rules",
        "do not declare name again",
    ),
    "open_secret": Defect(
        '    realm: str = "main"',
        '    realm: str = "main"\n    api_token: str = "fake-token-in-the-open"',
        "test_what_is_called_a_secret_is_one",
        "Declare api_token as SecretStr",
    ),
    "shown": Defect(
        "    def is_long",
        "    def __repr__(self):\n        return self.key.get_secret_value()\n\n    def is_long",
        "test_no_rendering_shows_a_secret",
        "shows a secret: declare the field as SecretStr",
    ),
    "unsure": Defect(
        "        return True\n",
        "        return 'yes'\n",
        "test_the_account_says_whether_it_is_long_lived",
        "must return True or False",
    ),
    "halved": Defect(
        'return "Bearer " +',
        "return",
        "test_the_header_is_a_scheme_and_a_credential",
        "a scheme, a space, and a credential",
    ),
    "moody": Defect(
        'return "Bearer " +',
        "import itertools\n    global n\n    n = globals().get('n', 0) + 1\n"
        '    return f"Bearer {n} " +',
        "test_the_header_of_an_account_stays_the_same",
        "returns another value each time",
    ),
    "deaf": Defect(
        'return "Bearer " + token_resolver.get_browser_token(account.name, account.region)',
        'return "Bearer constant"',
        "test_the_header_follows_the_tokens",
        "token_resolver.get_browser_token(account.name, account.region)",
    ),
    "busy": Defect(
        'return "Bearer " +',
        'import os\n    os.chdir(".")\n    return "Bearer " +',
        "test_making_the_header_does_nothing_else",
        "mp_auth_header changes the working directory",
    ),
    "talkative": Defect(
        'return "Bearer " +',
        'print("hello")\n    return "Bearer " +',
        "test_nothing_is_printed_and_no_secret_is_logged",
        "The provider prints 'hello",
    ),
    "strict": Defect(
        'account.realm == "closed"',
        'stage == "update"',
        "test_the_account_is_accepted_at_every_stage",
        "refuses the fixture `account` at the stage update",
    ),
    "inventive": Defect(
        "return env_account(",
        'if not env.get("ACME_KEY"):\n'
        '        return EnvAccount(rank=9, variables=("ACME_KEY",),'
        ' account={class}(name="env", region="us", key="k"))\n    return env_account(',
        "test_an_environment_without_a_trace_of_it_yields_nothing",
        "finds an identity where there is none",
    ),
    "blind": Defect(
        "return env_account(",
        'if not env.get("MP_REGION"):\n        return None\n    return env_account(',
        "test_an_incomplete_identity_names_what_is_missing",
        "return an EnvAccount whose `missing` names MP_PROJECT_ID, MP_REGION",
    ),
    "raising": Defect(
        "return env_account(",
        'if not env.get("MP_REGION"):\n        raise ConfigError("x")\n    return env_account(',
        "test_an_incomplete_identity_names_what_is_missing",
        "return an EnvAccount with that error",
    ),
    "gullible": Defect(
        "return env_account(env,",
        'env = {**env, "MP_REGION": env.get("MP_REGION") and "us"}\n    return env_account(env,',
        "test_a_malformed_value_is_an_error_that_names_its_variable",
        "accepts MP_REGION='moon'",
    ),
    "forgetful": Defect(
        "@hookimpl\ndef mp_account_status",
        "@hookimpl\ndef mp_load_tokens():\n    return OAuthTokens.from_token_response("
        "{'access_token': 'x', 'expires_in': 9, 'token_type': 'Bearer'})\n\n"
        "@hookimpl\ndef mp_account_status",
        "test_stored_tokens_come_back_and_can_be_deleted",
        "does not return what mp_persist_tokens was given",
    ),
    "hoarding": Defect(
        'answer = http.post("token/"',
        'open("tokens-of-acme", "w").close()\n        answer = http.post("token/"',
        "test_asking_for_tokens_does_nothing_else",
        "mp_refresh_tokens writes the file tokens-of-acme",
    ),
    "exposing": Defect(
        'http.post("token/", data={"refresh_token": spent})',
        'http.post("token/?t=" + spent)',
        "test_a_request_goes_over_https_and_keeps_secrets_out_of_its_address",
        "puts a secret into an address",
    ),
    "insecure": Defect(
        'http.post("token/", data',
        'http.post("http://sso.acme.example/token", data',
        "test_a_request_goes_over_https_and_keeps_secrets_out_of_its_address",
        "is no https address",
    ),
    "undecided": Defect(
        "OAUTH_REFRESH_REVOKED",
        "OAUTH_REFRESH_ERROR",
        "test_a_login_that_is_gone_is_told_from_a_failure_that_passes",
        "After invalid_grant, mp_refresh_tokens must raise OAuthError with the code"
        " OAUTH_REFRESH_REVOKED",
    ),
    "unguarded": Defect(
        "except httpx.HTTPError as error",
        "except ZeroDivisionError as error",
        "test_a_login_that_is_gone_is_told_from_a_failure_that_passes",
        "After no connection, mp_refresh_tokens must raise OAuthError",
    ),
    "repeating": Defect(
        '"The answer is malformed."',
        'f"The answer is malformed: {answer.text}"',
        "test_a_malformed_answer_is_an_error_without_its_content",
        "repeats the answer, which may hold a token",
    ),
    "dropping": Defect(
        "return reveal(account), tokens.reveal()",
        'return reveal(account), {**tokens.reveal(), "access_token": "another"}',
        "test_the_other_side_sends_the_same_header",
        "An account that was carried sends another header",
    ),
    "local": Defect(
        "return reveal(account), tokens.reveal()",
        'return {**reveal(account), "realm": account.realm + "!"}, tokens.reveal()',
        "test_the_other_side_exports_what_it_was_given",
        "is not what a bridge with it reads back to",
    ),
}
"""Defects of it by the type that has them."""
