"""A small local Mixpanel, for demonstrations and for tests.

It serves the endpoints that `mp_core` calls on the loopback interface, with invented people,
projects and numbers, lets people log in through a browser, and can be told to fail in the ways a
remote service does.
"""

from __future__ import annotations

from mp_core.sandbox.faults import FAULT_KINDS, Fault, FaultKind
from mp_core.sandbox.oauth.clients import SandboxClient
from mp_core.sandbox.oauth.logins import SandboxLogin
from mp_core.sandbox.sandbox import Sandbox, SeenRequest
from mp_core.sandbox.world import (
    SandboxIdentity,
    SandboxOrganization,
    SandboxProject,
    SandboxWorkspace,
)

__all__ = [
    "FAULT_KINDS",
    "Fault",
    "FaultKind",
    "Sandbox",
    "SandboxClient",
    "SandboxIdentity",
    "SandboxLogin",
    "SandboxOrganization",
    "SandboxProject",
    "SandboxWorkspace",
    "SeenRequest",
]
