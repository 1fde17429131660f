"""Only browsers without scripts reload the page of running work."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from krafter_audit.admin.live_pages import refresh_without_scripts


@pytest.mark.parametrize(("cookies", "refresh"), [({}, "5"), ({"time_zone": "Europe%2FVienna"}, None)])
def test_page_is_reloaded_without_a_script(cookies: dict[str, str], refresh: str | None):
    request, response = RequestFactory().get("/admin/"), HttpResponse()
    request.COOKIES.update(cookies)

    refresh_without_scripts(request, response)

    assert response.headers.get("Refresh") == refresh
