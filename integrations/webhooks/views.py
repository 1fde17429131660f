from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.viewsets import uuid_or_404
from integrations.providers.webhooks import WebhookRequest
from integrations.webhooks.services import receive
from krafter_audit.api import request_body
from krafter_audit.api.envelope import error_response, wrap
from krafter_audit.api.errors import ApiError, MethodNotAllowed
from krafter_audit.api.exceptions import to_api_error
from krafter_audit.api.middleware import request_id_of
from krafter_audit.api.parsers import MEBIBYTE
from krafter_audit.api.throttling import rate_limits
from krafter_audit.http.json_encoding import dump_json

MAX_BODY_BYTES = 5 * MEBIBYTE  # the limit of Linear's own library; an issue is a hundredth of it


@csrf_exempt  # a provider has no cookie: the signature authenticates it
def webhook(request: HttpRequest, provider: str, integration: str) -> HttpResponse:
    """Accept a signed delivery with 202; an unsigned one and an unknown URL get the same 404."""
    window = rate_limits.hit("hooks", rate_limits.client_network(request))
    try:
        window.raise_if_exceeded()
        _receive(request, provider, integration)
    except (ApiError, OperationalError, InterfaceError) as error:
        refused = to_api_error(error)
        refused.headers = {**window.headers, **refused.headers}
        return error_response(request, refused)
    accepted = dump_json(wrap({"accepted": True}, request_id_of(request)))
    return HttpResponse(accepted, status=202, content_type="application/json", headers=window.headers)


def _receive(request: HttpRequest, provider: str, integration: str) -> None:
    if request.method != "POST":
        raise MethodNotAllowed(headers={"allow": "POST"})
    integration_id = uuid_or_404(integration)
    request_body.limit_body(request, MAX_BODY_BYTES)
    headers = {name.lower(): value for name, value in request.headers.items()}
    receive(provider, integration_id, WebhookRequest(headers, request.body))


webhook.actions = {"post": "webhook"}  # type: ignore[attr-defined]  # the methods, as a view set has them
