"""Lock a finding: the first of every order of locks."""

from uuid import UUID

from accounts.models import Project
from findings.models import Finding
from krafter_audit.api.errors import NotFound
from krafter_audit.api.lookup import get_or_404


def lock_finding(finding_id: UUID, project: Project | None = None) -> Finding:
    """Lock a finding. Raises NotFound when it is absent or belongs to another project."""
    # Without its project (no select_related): that lock would block every insert in the project.
    finding = get_or_404(Finding.objects.select_for_update(), pk=finding_id)
    finding.project = project_of(finding, project)
    return finding


def project_of(finding: Finding, project: Project | None) -> Project:
    """Return the project of a locked finding. Raises NotFound for another `project`."""
    if project is None:
        return Project.objects.get(pk=finding.project_id)
    if finding.project_id != project.pk:
        raise NotFound
    return project
