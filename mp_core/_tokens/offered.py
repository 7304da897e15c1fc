"""The file's slot as plugins are offered it."""

from __future__ import annotations

from mp_core._tokens.store import FileTokenStore
from mp_core.plugin.tokens import OAuthTokens


class OfferedStore:
    """The file's slot, which holds nothing for plugins that keep tokens elsewhere.

    Attributes:
        loaded: What it returned.
        was_saved: Whether tokens were left to the file.
    """

    def __init__(self, file: FileTokenStore, accepts: bool) -> None:
        """Take the file, and whether what it holds counts."""
        self._file = file
        self._accepts = accepts
        self.loaded: OAuthTokens | None = None
        self.was_saved = False

    @property
    def key(self) -> str:
        """What names the slot where tokens are kept elsewhere."""
        return self._file.key

    def load(self) -> OAuthTokens | None:
        """Return the tokens, or None when the slot is empty."""
        self.loaded = self._file.load() if self._accepts else None
        return self.loaded

    def save(self, tokens: OAuthTokens) -> str:
        """Keep the tokens durably and return where."""
        place = self._file.save(tokens)
        self.was_saved = True
        return place

    def delete(self) -> bool:
        """Empty the slot and return whether it held any."""
        return self._file.delete()
