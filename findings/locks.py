"""A finding, locked: the first of every order of locks."""

from uuid import UUID

from accounts.models import Project
from findings.models import Finding
from krafter_audit.api.errors import NotFound
from krafter_audit.db.statements import Locking

FINDING = Locking(Finding)


def lock_finding(finding_id: UUID, project: Project | None = None) -> Finding:
    """Lock a finding; NotFound when it is absent or another project's.

    Its project is not locked with it: that would hold up whoever inserts anything in the project.
    """
    finding = FINDING.first(finding_id)
    if finding is None:
        raise NotFound
    finding.project = its_project(finding, project)
    return finding


def its_project(finding: Finding, project: Project | None) -> Project:
    """Return the project of a locked finding; NotFound when it is another than `project`."""
    if project is None:
        return Project.objects.get(pk=finding.project_id)
    if finding.project_id != project.pk:
        raise NotFound
    return project
