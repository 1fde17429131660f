"""Errors outside of views."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from krafter_audit.web import error_pages
from tests import staff
from tests.factories import Scenario

ERRORS: list[tuple[Callable[[Any], HttpResponse], int, str]] = [
    (error_pages.bad_request, 400, "Bad request"),
    (lambda request: error_pages.bad_request(request, RequestDataTooBig()), 413, "Request too large"),
    (error_pages.forbidden, 403, "Access denied"),
    (error_pages.form_expired, 403, "This form has expired"),
    (error_pages.not_found, 404, "Page not found"),
    (error_pages.server_error, 500, "Server error"),
]


@pytest.mark.parametrize(("handler", "status", "heading"), ERRORS)
def test_error_is_a_page_for_browsers_and_an_envelope_for_the_api(
    handler: Callable[[Any], HttpResponse], status: int, heading: str
) -> None:
    page = handler(RequestFactory().get("/admin/x/"))
    response = handler(RequestFactory().get("/api/v1/x"))

    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f'<h1 id="heading">{heading}</h1>' in page.content.decode()
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json")


def test_pages_of_the_admin_that_a_user_may_not_open_are_pages(scenario: Scenario) -> None:
    viewer = staff.logged_in_client(staff.member_of(scenario.organization, "viewer"))

    responses = [viewer.get("/admin/reports/report/add/"), viewer.get("/admin/nothing/"), Client().get("/x")]

    assert [(answer.status_code, "<h1" in answer.content.decode()) for answer in responses] == [
        (403, True),
        (404, True),
        (404, True),
    ]


def test_a_page_without_its_database_is_unavailable_for_now() -> None:
    try:
        raise OperationalError
    except OperationalError:
        page = error_pages.server_error(RequestFactory().get("/admin/"))

    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert "Service unavailable" in page.content.decode()
