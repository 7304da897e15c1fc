"""Providers whose credential is a field in plain text."""

from __future__ import annotations

from tests.support.defect import Defect

_BEARER_OF_TOKEN = (
    'return "Bearer " + token_resolver.get_browser_token(account.name, account.region)'
)

PLAIN_CREDENTIALS = {
    "plain": Defect(
        '    realm: str = "main"',
        '    realm: str = "main"\n    pin: str = "fake-1234"',
        "test_no_field_in_plain_text_is_the_credential",
        "The field pin is the credential, in plain text: the header Authorization",
        also=(_BEARER_OF_TOKEN, 'return f"Acme {account.pin}"'),
    ),
    "plain_pair": Defect(
        '    realm: str = "main"',
        '    realm: str = "main"\n    pin: str = "fake-1234"',
        "test_no_field_in_plain_text_is_the_credential",
        "The field pin is the credential, in plain text: the header Authorization",
        also=(
            _BEARER_OF_TOKEN,
            "import base64\n"
            "    user = account.key.get_secret_value()\n"
            '    return "Basic " + base64.b64encode(f"{user}:{account.pin}".encode()).decode()',
        ),
    ),
    "plain_signer": Defect(
        '    realm: str = "main"',
        '    realm: str = "main"\n    pins: dict[str, str] = {\'a\': "fake-1234"}',
        "test_no_field_in_plain_text_is_the_credential",
        "The field pins is the credential, in plain text: the header Authorization",
        also=(
            _BEARER_OF_TOKEN,
            "import hmac\n"
            '    return "Acme " + hmac.new(account.pins["a"].encode(), b"", "md5").hexdigest()',
        ),
    ),
}
"""Defects of the good provider by the type that has them."""
