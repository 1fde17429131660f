"""What the views of the API leave behind when a response is sent."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_response_is_freed_as_soon_as_it_is_sent(
    scenario: Scenario, without_garbage_collection: None
) -> None:
    path, key = f"{scenario.client.base}findings", f"Bearer {scenario.key}"

    # Without the test client, which keeps responses itself.
    response = WSGIHandler().get_response(RequestFactory().get(path, HTTP_AUTHORIZATION=key))
    status, freed = response.status_code, weakref.ref(response)
    del response

    assert (status, freed()) == (200, None)
