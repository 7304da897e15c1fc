"""What the tests of every plugin stand on."""

from mp_core.testing.fixtures import home, sandbox

__all__ = ["home", "sandbox"]
