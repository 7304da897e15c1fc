"""A configuration as somebody wrote it by hand, and what to compare of it."""

from __future__ import annotations

import re
from typing import Any

FOREIGN = '''\
# Their plugin is on the build machines only.
[accounts.sso]      # keep!
type    =   "acme_sso"
region = 'eu'
default_project="77"
issuer = { url = "https://sso.acme.example", realms = ["a", "b"] }
secrets = [
    "one",  # the first
    "two",
]

  [accounts.sso.extra]
  "quoted key" = """
[accounts.team]
is not a header here"""
'''
"""The block of the provider that is not installed, to the last blank."""

CONFIG = f"""\
# The team's credentials; ask Ann before you change them.

[active]            # what is used by default
account = "team"
workspace = 3448414 # All Project Data

# --- accounts ---
[accounts.team]     # the robot
type = "service_account"
region = "us"       # us, eu or in
default_project = "3018488"
username = "ci.fake.robot"
secret = "fake-secret-of-ci"    # rotated in May

{FOREIGN}
[accounts.night]
type = "oauth_token"
region = "eu"
default_project = "10"
token_env = "NIGHT_TOKEN"       # set by the scheduler

# --- targets ---
[targets.ecom]      # the shop
account = "team"
project = "3018488"
workspace = 3448414

[targets.far]
account = "sso"
project = "77"

[settings]
theme = "dark"      # of another tool
custom_header = {{ name = "X-Team", value = "blue" }}
[settings.editor]
tabs = 4

[reports]           # nobody here knows this table
weekly = true
[[reports.recipients]]
name = "Ann"
[[reports.recipients]]
name = "Ben"
# The end.
"""

Tables = dict[str, list[str]]


def split(text: str) -> tuple[Tables, list[str]]:
    """The lines of each table from its header to its last key, and the comments between them.

    The missing provider's block, whose text looks like headers, is one table.
    """
    tables, comments, between = Tables(), list[str](), list[str]()
    name = ""
    for line in text.replace(FOREIGN, "[foreign]\n").splitlines():
        if not line or line.startswith("#"):
            between.append(line)
            continue
        if header := re.match(r"\s*\[+([^\]]+)\]", line):
            name = header[1]
            comments += filter(None, between)
            between.clear()
        tables.setdefault(name, []).extend([*between, line])
        between.clear()
    return tables, [*comments, *filter(None, between)]


def paths(document: dict[str, Any]) -> dict[str, Any]:
    """The values of a document by table, as deep as accounts and targets."""
    return {
        f"{name}.{child}"
        if isinstance(value, dict) and name in ("accounts", "targets")
        else name: (value[child] if name in ("accounts", "targets") else value)
        for name, value in document.items()
        for child in (value if name in ("accounts", "targets") else [name])
    }
