"""A screenshot is deleted by retention while a check takes the same one again."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from remediation.evidence import screenshot_retention
from scans import screenshots
from scans.models import Screenshot
from tests.factories import Scenario
from tests.races.threads import racers

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, IMAGES = 5, 8


@pytest.fixture
def scenario(scenario: Scenario, settings: Any, tmp_path: Path) -> Scenario:
    settings.MEDIA_ROOT = str(tmp_path)
    return scenario


@pytest.mark.slow
def test_screenshot_that_a_check_takes_again_while_it_is_deleted_is_stored(scenario: Scenario) -> None:
    project_id = scenario.project.pk
    store = screenshots.screenshot_saver(project_id)
    images = [f"image {number}".encode() for number in range(IMAGES)]
    with racers(2) as race:
        for _ in range(ROUNDS):
            names = [store(image) for image in images]
            Screenshot.objects.update(last_named_at=timezone.now() - timedelta(days=200))

            def take_again() -> list[str | None]:
                return [store(image) for image in images]

            results = race(screenshot_retention.delete_unused, take_again)

            assert results[1] == names
            assert [screenshots.load(project_id, str(name)) for name in names] == images
            assert Screenshot.objects.filter(project=project_id, sha256__in=names).count() == IMAGES
