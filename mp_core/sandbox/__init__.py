"""A small local Mixpanel, for demonstrations and for tests.

It serves the endpoints that `mp_core` calls on the loopback interface, with invented people,
projects and numbers, and can be told to fail in the ways a remote service does.
"""

from __future__ import annotations

from .data import SandboxIdentity, SandboxOrganization, SandboxProject, SandboxWorkspace
from .faults import FAULT_KINDS, Fault, FaultKind
from .sandbox import Sandbox, SeenRequest

__all__ = [
    "FAULT_KINDS",
    "Fault",
    "FaultKind",
    "Sandbox",
    "SandboxIdentity",
    "SandboxOrganization",
    "SandboxProject",
    "SandboxWorkspace",
    "SeenRequest",
]
