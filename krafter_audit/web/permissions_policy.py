from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# No page uses these features of browsers, nor may a script that got into one.
POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class PermissionsPolicyMiddleware:
    """Send the Permissions-Policy header, for which Django has no setting."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["permissions-policy"] = POLICY
        return response
