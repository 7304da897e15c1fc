"""What the tests of third-party providers stand on: environments without anything of this one."""

from tests.support.clean_environments import clean, core_wheel

__all__ = ["clean", "core_wheel"]

collect_ignore_glob = [
    "mp_*",
    "contract_1_0",
]  # They are projects of their own, which are tested installed.
