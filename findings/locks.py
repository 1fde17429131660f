"""A finding, locked: the first of every order of locks."""

from uuid import UUID

from accounts.models import Project
from findings.models import Finding
from krafter_audit.lib.errors import NotFound
from krafter_audit.lib.statements import Locking

FINDING = Locking(Finding, "pk")


def lock_finding(finding_id: UUID, project: Project | None = None) -> Finding:
    """Lock a finding; NotFound when it is absent or another project's.

    Its project is not locked with it: that would hold up whoever inserts anything in the project.
    """
    finding = FINDING.first(pk=finding_id)
    if finding is None or (project is not None and finding.project_id != project.pk):
        raise NotFound
    finding.project = project or Project.objects.get(pk=finding.project_id)
    return finding
