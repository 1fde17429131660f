"""Pages for people without an account."""

from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from krafter_audit.web.public_pages import NOT_FOUND, PageUnavailable, public_page


def respond(request: HttpRequest) -> HttpResponse:
    return HttpResponse("content")


def test_pages_are_not_cached_indexed_or_referred_to() -> None:
    response = public_page(respond)(RequestFactory().get("/"))

    assert {name: response[name] for name in ("x-robots-tag", "referrer-policy", "cache-control")} == {
        "x-robots-tag": "noindex, nofollow",
        "referrer-policy": "no-referrer",
        "cache-control": "private, no-store",
    }


@pytest.mark.parametrize(("has_form", "status"), [(False, 405), (True, 200)])
def test_only_pages_with_a_form_accept_post(has_form: bool, status: int) -> None:
    page = public_page(respond, has_form=has_form)

    assert page(RequestFactory(enforce_csrf_checks=True).post("/")).status_code == status
    assert page(RequestFactory().put("/")).status_code == 405


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (PageUnavailable(*NOT_FOUND), 404, "Page not found"),
        (OperationalError("connection refused"), 503, "Service unavailable"),
    ],
)
def test_errors_are_pages(error: Exception, status: int, words: str) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        raise error

    response: Any = public_page(fail)(RequestFactory().get("/"))

    assert (response.status_code, words in response.content.decode()) == (status, True)
    assert "connection refused" not in response.content.decode()
