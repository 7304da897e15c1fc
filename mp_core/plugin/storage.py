"""Where a plugin that keeps files of its own finds those of the core."""

from __future__ import annotations

import os
from pathlib import Path

from mp_core._storage import paths


def storage_root() -> Path:
    """Return the directory that the core keeps its files below: `MP_STORAGE_DIR`, else `~/.mp`.

    That of the process's environment now. It may not be there yet: make it with mode 0700.

    Raises:
        ConfigError: There is no home directory to put it in.
    """
    root = paths.storage_root(os.environ)
    if root is None:
        raise paths.no_home()
    return root
