"""What a pickle names: the modules that whoever reads it must have."""

from __future__ import annotations

import pickletools


def modules_of_core(pickled: bytes) -> set[str]:
    """The modules of the core among all that a pickle names."""
    found = (argument for _, argument, _ in pickletools.genops(pickled))
    words = {text.split()[0] for text in found if isinstance(text, str) and text.strip()}
    return {word for word in words if word.startswith("mp_core")}
