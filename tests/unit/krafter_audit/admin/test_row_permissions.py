import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.utils import timezone

from accounts.errors import ProjectArchived
from accounts.models import Project
from krafter_audit.admin.archived_projects import ArchivedProjectError
from krafter_audit.admin.row_permissions import NOT_ALLOWED
from reports.models import Share
from tests import staff
from tests.factories import Scenario
from tests.staff import ROWS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("role", "archived", "refusals"),
    [
        ("viewer", False, {"view": "", "operate": NOT_ALLOWED, "operate_on_archived": NOT_ALLOWED}),
        ("viewer", True, {"view": "", "operate": NOT_ALLOWED, "operate_on_archived": NOT_ALLOWED}),
        ("member", False, {"view": "", "operate": "", "operate_on_archived": ""}),
        ("member", True, {"view": "", "operate": ProjectArchived.message, "operate_on_archived": ""}),
    ],
)
def test_refusal_is_by_role_and_then_by_the_project(
    role: str, archived: bool, refusals: dict[str, str], scenario: Scenario
) -> None:
    row = ROWS[Share](scenario)
    Project.objects.update(archived_at=timezone.now() if archived else None)
    row.refresh_from_db()
    request = RequestFactory().get("/")
    request.user = staff.member_of(scenario.organization, role)
    page = admin.site._registry[Share]

    assert {verb: page.refusal(request, verb, row) for verb in refusals} == refusals  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("role", "archived", "error"),
    [
        ("viewer", False, PermissionDenied),
        ("member", True, ArchivedProjectError),
        ("member", False, None),
    ],
)
def test_change_that_is_refused_raises(
    role: str, archived: bool, error: type[Exception] | None, scenario: Scenario
) -> None:
    row = ROWS[Share](scenario)
    Project.objects.update(archived_at=timezone.now() if archived else None)
    row.refresh_from_db()
    request = RequestFactory().get("/")
    request.user = staff.member_of(scenario.organization, role)
    page = admin.site._registry[Share]
    raised = None

    try:
        page.require_change(request, row)  # type: ignore[attr-defined]
    except PermissionDenied as caught:
        raised = type(caught)

    assert raised == error
