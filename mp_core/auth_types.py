"""The types behind sessions and tokens, for annotations and for programs that keep tokens."""

from mp_core._bridge.file import BridgeFile
from mp_core._bridge.search import load_bridge
from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._values.session import ActiveSession
from mp_core.plugin.tokens import OAuthClientInfo, OAuthTokens, TokenResolver

__all__ = [
    "ActiveSession",
    "BridgeFile",
    "OAuthClientInfo",
    "OAuthTokens",
    "OnDiskTokenResolver",
    "TokenResolver",
    "load_bridge",
]
