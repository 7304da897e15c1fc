"""What the tests of a plugin stand on: an isolated home and a local Mixpanel.

# conftest.py
from mp_core.testing.fixtures import home, sandbox
"""
