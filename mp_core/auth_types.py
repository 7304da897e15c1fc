"""The types behind sessions and tokens, for annotations and for programs that keep tokens."""

from mp_core.bearer import OnDiskTokenResolver
from mp_core.bridge import BridgeFile, load_bridge
from mp_core.models import ActiveSession
from mp_core.tokens import OAuthClientInfo, OAuthTokens, TokenResolver

__all__ = [
    "ActiveSession",
    "BridgeFile",
    "OAuthClientInfo",
    "OAuthTokens",
    "OnDiskTokenResolver",
    "TokenResolver",
    "load_bridge",
]
