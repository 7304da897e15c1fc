"""The contracts of token stores, policies and audit logs, for their authors to subclass."""

from __future__ import annotations

from mp_core._public import exported_from
from mp_core.testing.extensions.audit import AuditChecks
from mp_core.testing.extensions.loading import LoadingChecks
from mp_core.testing.extensions.policy import PolicyChecks
from mp_core.testing.extensions.seclusion import SeclusionChecks
from mp_core.testing.extensions.separation import SeparationChecks


@exported_from("mp_core.testing")
class TokenStoreContract(SeparationChecks, SeclusionChecks, LoadingChecks):
    """Everything that a token store owes. Subclass it, and override the fixture `extension`.

    It returns the name of the store's entry point, or the module or object with its hooks. Where a
    test can make the place of the tokens unusable, override the method `unusable`, too. Every
    failure says what to change.
    """


@exported_from("mp_core.testing")
class PolicyContract(PolicyChecks, LoadingChecks):
    """Everything that a policy owes. Subclass it; override `extension`, `accepted` and `refused`.

    The fixture `extension` returns the name of the policy's entry point, or the module or object
    with its hooks. The other two return accounts that it lets through and refuses, each of a name
    of its own: of installed types, or `SampleAccount`. Every failure says what to change.
    """


@exported_from("mp_core.testing")
class AuditContract(AuditChecks, LoadingChecks):
    """Everything that an audit log owes. Subclass it, and override the fixture `extension`.

    It returns the name of the log's entry point, or the module or object with its hooks. To show
    that no event is lost, override the method `recorded`, too. Every failure says what to change.
    """
