"""What the tests of third-party providers stand on: environments without anything of this one."""

from tests.support.clean_environments import clean, core_wheel
from tests.support.new_plugins import new_plugins

__all__ = ["clean", "core_wheel", "new_plugins"]

collect_ignore_glob = [
    "mp_*",
    "contract_1_0",
]  # They are projects of their own, which are tested installed.
