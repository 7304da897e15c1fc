"""The configuration file: read once per version, edited in place under a lock."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mp_core._config.document import ConfigDocument
from mp_core._config.edit import ConfigEdit
from mp_core._storage import files, paths
from mp_core._storage.drafts import Draft
from mp_core._storage.locks import locked
from mp_core._warning import going_on
from mp_core.plugin._host.host import Host


@dataclass(frozen=True, eq=False, repr=False, slots=True)  # The text may hold secrets.
class _Version:
    """One version of the file: what identifies it, if that is known, and what it holds."""

    stamp: object
    text: str
    document: ConfigDocument


class ConfigStore:
    """The configuration file at one path."""

    def __init__(self, path: Path | None, host: Host) -> None:
        """Describe the store; nothing is read. Without a path it is empty and cannot be written."""
        self.path = path
        self._host = host
        self._last = _Version(object(), "", ConfigDocument(path, {}, host))

    def read(self) -> ConfigDocument:
        """Return the file's present version; parsed again only when its text has changed.

        Raises:
            ConfigError: It is there and cannot be used.
        """
        last = self._last
        stamp = files.stamp(self.path) if self.path else None
        return (last if last.stamp == stamp else self._read(stamp)).document

    @contextmanager
    def transaction(self) -> Iterator[ConfigEdit]:
        """Lock the file, read it again, and write what the block changes, or nothing if it raises.

        What is to follow the writing (`ConfigEdit.then`) happens under the lock as well.

        Raises:
            ConfigError: The file cannot be used, or cannot be written.
        """
        if self.path is None:
            raise paths.no_home()
        with locked(self.path):
            before = self._read(files.stamp(self.path))
            edit = ConfigEdit(before.text, before.document.unvalidated())
            with going_on():
                yield edit
                self._conclude(self.path, before, edit)

    def _conclude(self, path: Path, before: _Version, edit: ConfigEdit) -> None:
        text, document = edit.outcome()
        if edit.has_followers:
            with files.way_back(path, before.text) as back, self._put_back(before, back):
                self._write(path, before, text, document, beside=back)
                edit.follow()
        else:
            self._write(path, before, text, document)

    def _write(
        self,
        path: Path,
        before: _Version,
        text: str,
        document: ConfigDocument,
        *,
        beside: Draft | None = None,
    ) -> None:
        if text != before.text:
            files.write_private(path, text, beside=beside)
            # Without a stamp: should another process replace the file, this text is not its.
            self._last = _Version(object(), text, document)

    @contextmanager
    def _put_back(self, before: _Version, back: Draft) -> Iterator[None]:
        """Let the text of before replace the file again if the block raises.

        Neither room nor a descriptor is needed for that, of which there may be none left.
        """
        try:
            yield
        except BaseException:
            if self._last.text != before.text:
                back.put(before.text)
                self._last = _Version(object(), before.text, before.document)
            raise

    def _read(self, stamp: object) -> _Version:
        """Read the file, its stamp taken before: what changes in between shows in the next one."""
        last = self._last
        text = (files.read_marked(self.path) or "") if self.path else ""
        document = last.document if text == last.text else self._parsed(text)
        self._last = version = _Version(stamp, text, document)
        return version

    def _parsed(self, text: str) -> ConfigDocument:
        return ConfigDocument.parsed(self.path, text, self._host)


@functools.lru_cache(maxsize=16)
def config_store(path: Path | None, host: Host) -> ConfigStore:
    """Return the process's store for a path, so that all share one parsed version."""
    return ConfigStore(path, host)
