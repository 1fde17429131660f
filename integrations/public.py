"""Where providers call: one answer for whatever was signed, another for whatever was not."""

from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from integrations.providers.hooks import Call
from integrations.receiving import receive
from krafter_audit.api import rate_limits, request_body
from krafter_audit.api.envelope import refuse, wrap
from krafter_audit.api.errors import ApiError, MethodNotAllowed, NotFound
from krafter_audit.api.exceptions import translate
from krafter_audit.api.middleware import request_id_of
from krafter_audit.api.parsers import MEBIBYTE
from krafter_audit.http.json_encoding import dump_json

LARGEST = 5 * MEBIBYTE  # as Linear's own library takes at most; an issue is a hundredth of it


@csrf_exempt  # a provider has no cookie: the signature is what lets it in
def webhook(request: HttpRequest, provider: str, integration: str) -> HttpResponse:
    """Take a call in, or refuse it in the envelope."""
    try:
        _take_in(request, provider, integration)
    except (ApiError, OperationalError, InterfaceError) as error:
        return refuse(request, translate(error))
    taken = dump_json(wrap({"accepted": True}, request_id_of(request)))
    return HttpResponse(taken, status=202, content_type="application/json")


def _take_in(request: HttpRequest, provider: str, integration: str) -> None:
    rate_limits.take("hooks", rate_limits.client_address(request)).refuse_when_spent()
    if request.method != "POST":
        raise MethodNotAllowed(headers={"allow": "POST"})
    try:
        named = UUID(integration)
    except ValueError:
        raise NotFound from None
    request_body.bound(request, LARGEST)
    headers = {name.lower(): value for name, value in request.headers.items()}
    receive(provider, named, Call(headers, request.body))


webhook.actions = {"post": "webhook"}  # type: ignore[attr-defined]  # as a view set says which methods it takes
