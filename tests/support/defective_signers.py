"""A provider that proves each request by itself, behind a gateway, and what can be wrong."""

from __future__ import annotations

from tests.support.defect import Defect

SIGNER = """
import hmac
from typing import Literal
from pydantic import SecretStr
from mp_core.plugin import Account, env_account, hookimpl

MP_CONTRACT = "1.1"
MP_NEEDS_BODY = True

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
def mp_authenticate(account, request):
    text = f"{request.method} {request.url} ".encode() + request.content
    key = account.key.get_secret_value().encode()
    signature = hmac.new(key, text, "sha256").hexdigest()
    return {"Authorization": f"Acme realm={account.realm}, signature={signature}"}

@hookimpl
def mp_endpoint(account, family):
    return f"https://gateway.acme.example/{account.region}"

@hookimpl
def mp_tls_context():
    import ssl
    return ssl.create_default_context()

@hookimpl
def mp_account_from_env(env):
    return env_account(env, {class}, {"key": "ACME_KEY"}, rank=90)
"""
"""A provider that signs."""

_ALL = '    return {"Authorization": f"Acme realm={account.realm}, signature={signature}"}'
_SIGNED = ".encode() + request.content\n    key = account.key.get_secret_value().encode()"
_PLAIN = "test_no_field_in_plain_text_is_the_credential"

SIGNER_DEFECTS = {
    "bare": Defect(
        _ALL, "    return {}", "test_every_kind_of_request_is_proven", "returns no head"
    ),
    "shapeless": Defect(
        _ALL,
        "    return 'Acme'",
        "test_every_kind_of_request_is_proven",
        "mp_authenticate does not prove a GET of 0 bytes",
    ),
    "readonly": Defect(
        _ALL,
        f"    if request.method == 'POST':\n        raise ValueError('odd')\n{_ALL}",
        "test_every_kind_of_request_is_proven",
        "mp_authenticate does not prove a POST of 14 bytes",
    ),
    "assuming": Defect(
        "MP_NEEDS_BODY = True",
        "",
        "test_every_kind_of_request_is_proven",
        "mp_authenticate does not prove a GET of 0 bytes",
    ),
    "wasteful": Defect(
        " + request.content",
        "",
        "test_bodies_are_asked_for_where_they_are_signed",
        "the headers do not depend on it: sign it, or leave that out",
    ),
    "wordy": Defect(
        "MP_NEEDS_BODY = True",
        "MP_NEEDS_BODY = 'yes'",
        "test_bodies_are_asked_for_where_they_are_signed",
        "MP_NEEDS_BODY must be True, or left out",
    ),
    "noting": Defect(
        _ALL,
        f"    open('signed', 'w').close()\n{_ALL}",
        "test_making_the_header_does_nothing_else",
        "mp_authenticate writes the file signed",
    ),
    "plain_key": Defect(
        'realm: str = "main"',
        'realm: str = "fake-realm-and-key"',
        _PLAIN,
        "The field realm is the credential, in plain text: the header Authorization",
        also=("account.key.get_secret_value()", "account.realm"),
    ),
    "plain_header": Defect(
        _ALL,
        _ALL.removesuffix("}") + ', "X-Api-Key": account.realm}',
        _PLAIN,
        "The field realm is the credential, in plain text: the header X-Api-Key",
    ),
    "open_way": Defect(
        "https://gateway",
        "http://gateway",
        "test_a_gateway_has_an_address_for_every_family",
        "mp_endpoint returns no address for the family",
    ),
    "shared_way": Defect(
        "https://gateway",
        "https://acme:fake-pass@gateway",
        "test_a_gateway_has_an_address_for_every_family",
        "mp_endpoint returns no address for the family",
    ),
    "partial_way": Defect(
        '    return f"https://gateway',
        "    if family == 'export':\n        return 404\n    return f\"https://gateway",
        "test_a_gateway_has_an_address_for_every_family[export]",
        "mp_endpoint returns no address for the family export",
    ),
    "asking_way": Defect(
        '    return f"https://gateway',
        "    import socket\n    socket.getaddrinfo('localhost', 443)\n    return f\"https://gateway",
        "test_a_gateway_has_an_address_for_every_family",
        "mp_endpoint looks up a host name",
    ),
    "writing": Defect(
        "    return ssl.create",
        "    open('made', 'w').close()\n    return ssl.create",
        "test_a_connection_of_its_own_still_looks_at_certificates",
        "mp_tls_context writes the file made",
    ),
    "trusting": Defect(
        "ssl.create_default_context()",
        "ssl._create_unverified_context()",
        "test_a_connection_of_its_own_still_looks_at_certificates",
        "accepts any certificate, and so any server",
    ),
    "untyped": Defect(
        "ssl.create_default_context()",
        "'/etc/acme/client.pem'",
        "test_a_connection_of_its_own_still_looks_at_certificates",
        "mp_tls_context must return an ssl.SSLContext, or None",
    ),
}
"""Defects by the type that has them."""

TIMED = SIGNER.replace(
    'text = f"{request.method}',
    'import time\n    text = f"{time.monotonic_ns()} {request.method}',
)
"""A provider whose signatures hold the time: no two are the same."""

HEADER_TOO = (
    SIGNER
    + """
@hookimpl
def mp_auth_header(account):
    return f"Acme {account.key.get_secret_value()}"
"""
)
HEADER_TOO = HEADER_TOO.replace(
    "    text = ", "    if request.method == 'GET':\n        return None\n    text = "
)
"""A provider that proves some requests by itself, and others by the header of the account."""
