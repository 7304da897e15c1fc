"""What we call ourselves."""

from __future__ import annotations

from mp_core._version import __version__


def user_agent(kind: str) -> str:
    """Return the header `User-Agent` of all our requests.

    Args:
        kind: `lib` or `cli`.
    """
    import platform

    version = ".".join(platform.python_version_tuple()[:2])
    return f"mp-core/{__version__} (python/{version}; {kind})"
