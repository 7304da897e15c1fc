"""The configuration file: read once per version, edited in place under a lock."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mp_core._config.document import ConfigDocument
from mp_core._config.edit import ConfigEdit
from mp_core._storage import files, paths
from mp_core._storage.locks import locked
from mp_core.plugin._host.host import Host


class ConfigStore:
    """The configuration file at one path."""

    def __init__(self, path: Path | None, host: Host) -> None:
        """Describe the store; nothing is read. Without a path it is empty and cannot be written."""
        self.path = path
        self._host = host
        self._cached: tuple[object, ConfigDocument] = (object(), self._document(""))

    def read(self) -> ConfigDocument:
        """Return the file's present version; parsed again only when the file has changed.

        Raises:
            ConfigError: It is there and cannot be used.
        """
        stamp = files.stamp(self.path) if self.path else None
        known, document = self._cached
        if known != stamp:
            document = self._document(self._text())
            self._cached = stamp, document
        return document

    @contextmanager
    def transaction(self) -> Iterator[ConfigEdit]:
        """Lock the file, read it again, and write what the block changes, or nothing if it raises.

        Raises:
            ConfigError: The file cannot be used, or cannot be written.
        """
        if self.path is None:
            raise paths.no_home()
        with locked(self.path):
            before = self._document(self._text())
            edit = ConfigEdit(before, self._host)
            yield edit
            if edit.document.text != before.text:
                files.write_private(self.path, edit.document.text)

    def _text(self) -> str:
        return (files.read_private(self.path) or "") if self.path else ""

    def _document(self, text: str) -> ConfigDocument:
        return ConfigDocument(self.path, text, self._host)


@functools.lru_cache(maxsize=16)
def config_store(path: Path | None, host: Host) -> ConfigStore:
    """Return the process's store for a path, so that all share one parsed version."""
    return ConfigStore(path, host)
