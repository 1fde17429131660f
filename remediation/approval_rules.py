"""The number of people who must approve a verification, by the project's policy.

`{"approvals": {"critical": 2, "not_author": true}}`. Without a number one approval is enough; with
`not_author`, the person who set the task to ready to verify may not approve.
"""

from dataclasses import dataclass
from typing import Any

from findings.policy_rules import section_of

MAX_APPROVALS = 10


@dataclass(frozen=True)
class ApprovalRule:
    required: int = 1
    not_author: bool = False

    @property
    def is_default(self) -> bool:
        return self == ApprovalRule()


def rule_for(config: dict[str, Any], severity: str) -> ApprovalRule:
    """Return the valid part of a policy's `approvals` for a finding of that severity."""
    section = section_of(config, "approvals")
    number = section.get(severity)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MAX_APPROVALS:
        number = 1
    return ApprovalRule(number, section.get("not_author") is True)
