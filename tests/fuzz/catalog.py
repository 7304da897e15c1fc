"""All fuzz targets by name."""

from __future__ import annotations

from tests.fuzz.addresses import ADDRESSES
from tests.fuzz.answers import ANSWERS
from tests.fuzz.callbacks import CALLBACKS
from tests.fuzz.command_lines import COMMAND_LINES
from tests.fuzz.configuration import CONFIGURATION
from tests.fuzz.distributions import DISTRIBUTIONS
from tests.fuzz.pastes import PASTED
from tests.fuzz.pauses import PAUSES
from tests.fuzz.proxies import PROXY_VARIABLES
from tests.fuzz.secrets_given import SECRETS
from tests.fuzz.stored_files import STORED_FILES
from tests.fuzz.target import Target
from tests.fuzz.token_answers import TOKEN_ANSWERS
from tests.fuzz.variables import VARIABLES

_ALL = (
    *(CONFIGURATION, STORED_FILES, VARIABLES, ANSWERS, TOKEN_ANSWERS, CALLBACKS, PASTED),
    *(ADDRESSES, PAUSES, PROXY_VARIABLES, DISTRIBUTIONS, SECRETS, COMMAND_LINES),
)

TARGETS: dict[str, Target] = {each.name: each for each in _ALL}
