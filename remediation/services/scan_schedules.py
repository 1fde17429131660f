"""The schedule of a project's scans, which is a section of its policy."""

from typing import Any

from accounts.actors import Actor
from accounts.models import Project
from krafter_audit.api.etags import etag_for
from remediation.models import Policy
from remediation.policy_sections.editing import edited
from remediation.services import policies

SECTION = "scans"


def change(project: Project, *, by: Actor, **values: Any) -> Policy:
    """Replace the policy by one with these values of the schedule (`schedule`, `day`, `hour`, `paused`)."""
    policy = policies.current(project)
    config = with_values(policy.config, values)
    # Another change of the policy in the meantime stays, and raises `PreconditionFailed`.
    return policies.replace(project, config=config, name=None, by=by, if_match=etag_for(policy))


def remove(project: Project, *, by: Actor) -> Policy:
    """Replace the policy by one without a schedule."""
    return change(project, by=by, schedule="", day="", hour=None, paused=False)


def with_values(config: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return a policy's config with these values of the schedule."""
    return edited(config, {f"{SECTION}.{name}": value for name, value in values.items()})
