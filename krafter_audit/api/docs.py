"""The API's description, a file of this tree, and the page to read and try it on."""

from collections.abc import Callable
from functools import cache, wraps
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from krafter_audit.api import etag
from krafter_audit.api.envelope import refuse
from krafter_audit.api.errors import MethodNotAllowed, NotAcceptable

DESCRIPTION = Path(__file__).with_name("openapi.json")

type View = Callable[[HttpRequest], HttpResponse]


def read_as(media_type: str) -> Callable[[View], View]:
    """Let a view answer GET and HEAD of those who take that type; refuse all else in the envelope."""

    def around(view: View) -> View:
        @csrf_exempt  # it takes no form: what is wrong with one is the method and not its token
        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            if request.method not in ("GET", "HEAD"):
                return refuse(request, MethodNotAllowed(headers={"allow": "GET, HEAD"}))
            return view(request) if request.accepts(media_type) else refuse(request, NotAcceptable())

        return answer

    return around


@cache
def _tag() -> str:
    return f'"{sha256(DESCRIPTION.read_bytes()).hexdigest()[:32]}"'


@read_as("application/json")
@gzip_page
def schema(request: HttpRequest) -> HttpResponse:
    """Answer with the description as it was committed; 304 when the client has it already."""
    headers = {"etag": _tag(), "cache-control": "no-cache"}
    if etag.known(request.headers.get("if-none-match"), _tag()):
        return HttpResponseNotModified(headers=headers)
    headers["content-disposition"] = 'inline; filename="Krafter Audit API.json"'
    return HttpResponse(DESCRIPTION.read_bytes(), content_type="application/json", headers=headers)


@csp_override(settings.DOCS_CSP)
@read_as("text/html")
def page(request: HttpRequest) -> HttpResponse:
    """Answer with Swagger's page."""
    return render(request, "docs.html")
