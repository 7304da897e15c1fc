"""The variables of proxies, and which way a request takes then."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import httpx
from hypothesis import strategies as st

from mp_core._network.transport import http_client
from mp_core.errors import MpError
from tests.fuzz.program import ONE_CERTIFICATE, working_in
from tests.fuzz.target import CANARY, Check, ours, target
from tests.fuzz.texts import mostly, os_texts, texts

HOSTS = ["mixpanel.com", "eu.mixpanel.com", "gateway.example", "10.1.2.3", "[fd00::1]"]
PROXIES = [
    *["http://127.0.0.1:3128", f"http://ann:{CANARY}@proxy.example:8080", "proxy.example:3128"],
    *[
        "https://proxy.example",
        "socks5://127.0.0.1:1080",
        "HTTP://PROXY.example:1/",
        "http://[::1]:1",
    ],
    *[
        f"http://ann:{CANARY}/x@proxy",
        f"http://ann:{CANARY}#@p:1",
        f"ftp://{CANARY}@p",
        "http://p:0",
    ],
    *[
        f"http://ann:{CANARY}%@p",
        "http://p:99999",
        f"http://[{CANARY}",
        f"{CANARY}@",
        "://",
        "http:",
    ],
]
ENTRIES = [
    *[
        "localhost",
        "127.0.0.1",
        ".example",
        "*.example",
        "mixpanel.com",
        "eu.mixpanel.com:443",
        "*",
    ],
    *[
        "10.0.0.0/8",
        "fd00::/8",
        "[fd00::1]",
        "[fd00::1]:443",
        "fd07:b51a:cc66:f0::/64",
        "10.1.2.3/",
    ],
    *[
        "10.0.0.0/99",
        "::/",
        "[",
        "]",
        "[::1",
        "a:b:c",
        "http://x",
        "https://mixpanel.com",
        "x:99999",
    ],
    *[
        "..",
        "-",
        "*.*",
        "1.2.3.4.5",
        "0x7f.1",
        "%",
        f"user:{CANARY}@host",
        "\u0661.1.1.1",
        "fe80::1%lo",
    ],
]
NAMES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
_exempt = st.lists(
    mostly(st.sampled_from(ENTRIES), texts.filter(lambda text: "\0" not in text)), max_size=6
)
_proxy = mostly(st.sampled_from(PROXIES), os_texts.map(lambda text: f"{text}{CANARY}@{text}"))

INPUTS = st.tuples(
    st.dictionaries(st.sampled_from(NAMES), _proxy, max_size=2),
    st.tuples(
        st.sampled_from(["NO_PROXY", "no_proxy"]), _exempt, st.sampled_from([",", ", ", " ,"])
    ),
    st.sampled_from(HOSTS),
)


def routed(directory: Path) -> Iterator[Check]:
    def check(drawn: tuple[dict[str, str], tuple[str, list[str], str], str]) -> None:
        proxies, (name, entries, comma), host = drawn
        env = {**proxies, name: comma.join(entries), "SSL_CERT_FILE": ONE_CERTIFICATE}
        with patch.dict(os.environ, env, clear=True):
            client = ours(lambda: http_client(None, kind="lib"))
            if isinstance(client, MpError):
                return
            with client:
                far = client._proxy_for(httpx.URL(f"https://{host}/me"))
                near = client._proxy_for(httpx.URL("http://127.0.0.1:9/me"))
        assert near is None, "a proxy sees what stays on this machine"
        assert far is None or far in proxies
        if host in entries or "*" in entries:
            assert far is None, "a host that was exempted goes through a proxy"
        if not entries and proxies.get("https_proxy"):
            assert far == "https_proxy", "the proxy is passed by"

    with working_in(directory):
        yield check


PROXY_VARIABLES = target("proxies", INPUTS)(routed)
