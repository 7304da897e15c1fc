"""What `NO_PROXY` says: the hosts that are asked without a proxy.

It is read as curl reads it, with ports as in `urllib` and schemes as in `httpx`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Self

from mp_core._warning import warn

_SPLIT: Final = re.compile(r"[,\s]+")
_ENTRY: Final = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?"
    r"(?:\[(?P<bracketed>[0-9a-f:.%/]+)\]|(?P<plain>[^\[\]:]+)|(?P<bare>[0-9a-f:.%/]*:[^\[\]]*:.*))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
_NAME: Final = re.compile(r"\*?\.?(?P<name>[\w-]+(?:\.[\w-]+)*)\.?")
_PREFIX: Final = re.compile(r"(?P<fixed>[0-9]{1,3}(?:\.[0-9]{1,3}){0,2})(?:\.\*){1,3}", re.ASCII)
"""A network as people write one, such as `10.*`; curl knows no such thing, and stars no other."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Entry(NamedTuple):
    """One entry that is understood.

    Attributes:
        name: The name of a host, or of a domain with all hosts below it; "" for a network.
        network: A network, of one address or more.
        port: The only port that it is about.
    """

    name: str
    network: Network | None
    port: int | None

    def covers(self, host: str, port: int) -> bool:
        """Return whether a host is asked without a proxy."""
        if self.port not in (None, port):
            return False
        if self.network is not None:
            address = _address(host)
            return address is not None and address in self.network
        return host == self.name or host.endswith(f".{self.name}")


class NoProxy(NamedTuple):
    """All entries.

    Attributes:
        entries: What is understood.
        is_all: Whether no host is asked through a proxy.
    """

    entries: tuple[Entry, ...]
    is_all: bool

    @classmethod
    def parsed(cls, text: str, variable: str) -> Self:
        """Return what a variable says; an entry that means nothing is passed over with a warning.

        Args:
            text: The value.
            variable: Its name, for the warning.
        """
        written = [entry for entry in _SPLIT.split(text.lower()) if entry]
        entries: list[Entry] = []
        for entry in written:
            try:
                entries.extend(_parsed(entry))
            except ValueError:
                _warn(entry, variable)
        return cls(tuple(entries), "*" in written)

    def covers(self, host: str, port: int) -> bool:
        """Return whether a host is asked without a proxy."""
        bare = host.lower().strip("[]").rstrip(".")
        return self.is_all or any(entry.covers(bare, port) for entry in self.entries)


def _parsed(entry: str) -> Iterator[Entry]:
    """Yield what an entry means, which is nothing where it is about another scheme.

    Raises:
        ValueError: It is neither a name, an address nor a network.
    """
    if entry == "*":
        return
    match = _ENTRY.fullmatch(entry.rstrip("/"))
    if match is None:
        raise ValueError
    host = match["bracketed"] or match["plain"] or match["bare"]
    if match["scheme"] in (None, "all", "https"):
        yield _entry(host, int(match["port"]) if match["port"] else None)


def _entry(host: str, port: int | None) -> Entry:
    if prefix := _PREFIX.fullmatch(host):
        fixed = prefix["fixed"].split(".")
        host = f"{'.'.join([*fixed, '0', '0', '0'][:4])}/{8 * len(fixed)}"
    name = _NAME.fullmatch(host)
    if name is not None and _address(host) is None:
        return Entry(name["name"], None, port)
    return Entry("", ipaddress.ip_network(host, strict=False), port)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _warn(entry: str, variable: str) -> None:
    shown = entry.rpartition("@")[2][:100]
    warn(
        f"The entry {shown!r} of {variable} is passed over: it is neither a name, an address nor a"
        " network.",
        stacklevel=5,
    )
