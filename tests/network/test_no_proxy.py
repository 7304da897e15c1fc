"""`NO_PROXY`: which hosts are asked without a proxy, and what an entry that means nothing does."""

from __future__ import annotations

import warnings

import pytest

from mp_core._network.no_proxy import NoProxy
from mp_core.errors import CredentialWarning


def parsed(text: str) -> NoProxy:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return NoProxy.parsed(text, "NO_PROXY")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("localhost,127.0.0.1,fd07:b51a:cc66:f0::/64", "fd07:b51a:cc66:f0::7"),
        ("localhost,127.0.0.1,fd07:b51a:cc66:f0::/64", "127.0.0.1"),
        ("[fd07::/16]", "fd07::1"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("[::1]:443", "::1"),
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.1.2.3/8", "10.9.9.9"),
        ("10.0.0.0/255.0.0.0", "10.9.9.9"),
        ("localhost,127.*,192.168.*", "127.0.0.1"),
        ("localhost,127.*,192.168.*.*", "192.168.3.4"),
        ("172.16.5.*:443", "172.16.5.4"),
        ("mixpanel.com", "mixpanel.com"),
        ("mixpanel.com", "eu.mixpanel.com"),
        (".mixpanel.com", "mixpanel.com"),
        (".mixpanel.com", "eu.mixpanel.com"),
        ("*.mixpanel.com", "eu.mixpanel.com"),
        ("MIXPANEL.com.", "mixpanel.com"),
        ("mixpanel.com:443", "mixpanel.com"),
        ("https://mixpanel.com", "mixpanel.com"),
        ("all://mixpanel.com/", "mixpanel.com"),
        ("a.example  mixpanel.com", "mixpanel.com"),
        (" , mixpanel.com , ", "mixpanel.com"),
        ("*", "mixpanel.com"),
        ("a.example,*", "mixpanel.com"),
    ],
)
def test_h86_an_entry_covers_what_curl_would_ask_without_a_proxy(text: str, host: str) -> None:
    assert parsed(text).covers(host, 443)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("", "mixpanel.com"),
        ("fd07:b51a:cc66:f0::/64", "fd07:b51a:cc66:f1::7"),
        ("10.0.0.0/8", "11.0.0.1"),
        ("10.0.0.0/8", "mixpanel.com"),
        ("192.168.*", "192.169.0.1"),
        ("10.*", "mixpanel.com"),
        ("panel.com", "mixpanel.com"),
        ("eu.mixpanel.com", "mixpanel.com"),
        ("mixpanel.com:8443", "mixpanel.com"),
        ("[::1]:8443", "::1"),
        ("http://mixpanel.com", "mixpanel.com"),
    ],
)
def test_h86_an_entry_covers_nothing_else(text: str, host: str) -> None:
    assert not parsed(text).covers(host, 443)


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        ("fd07::/200", "fd07::/200"),
        ("10.0.0.0/99", "10.0.0.0/99"),
        ("192.168.*.7", "192.168.*.7"),
        ("999.*", "999.*"),
        ("<local>", "<local>"),
        ("[::1", "[::1"),
        ("::::", "::::"),
        ("https://", "https://"),
        ("name:port", "name:port"),
        ("http//mixpanel.com", "http//mixpanel.com"),
        ("ann:fake-secret@proxy", "proxy"),
    ],
)
def test_h86_an_entry_that_means_nothing_is_named_and_the_others_hold(
    entry: str, shown: str
) -> None:
    with pytest.warns(CredentialWarning, match="NO_PROXY is passed over") as caught:
        found = NoProxy.parsed(f"a.example,{entry},b.example", "NO_PROXY")
    assert repr(shown) in str(caught[0].message)
    assert "fake-secret" not in str(caught[0].message)
    assert len(caught) == 1
    assert found.covers("a.example", 443)
    assert found.covers("b.example", 443)
