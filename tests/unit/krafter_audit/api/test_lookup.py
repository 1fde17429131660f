from uuid import uuid4

import pytest

from accounts.models import Project
from krafter_audit.api.errors import NotFound
from krafter_audit.api.lookup import get_or_404
from tests import factories


@pytest.mark.django_db
def test_absent_row_is_not_found() -> None:
    project = factories.project()

    assert get_or_404(Project.objects.all(), pk=project.pk) == project
    with pytest.raises(NotFound):
        get_or_404(Project.objects.all(), pk=uuid4())
