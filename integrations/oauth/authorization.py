"""OAuth 2.0: redirect to the provider's sign-in page (RFC 6749, section 4.1.1; RFC 7636)."""

import base64
import hashlib
from urllib.parse import urlencode

from integrations.provider_settings import provider_settings
from integrations.providers.base import Provider


def is_offered(provider_class: type[Provider]) -> bool:
    settings = provider_settings(provider_class.name)
    return bool(
        provider_class.oauth
        and provider_class.oauth.authorize_url
        and settings.client_id
        and settings.client_secret
    )


def authorization_url(
    provider_class: type[Provider], *, redirect_uri: str, state: str, code_verifier: str = ""
) -> str:
    """Return the URL of the sign-in page; `code_verifier` is for PKCE."""
    if provider_class.oauth is None:
        raise ValueError(f"{provider_class.title} has no sign-in.")
    settings = provider_settings(provider_class.name)
    fields = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        **dict(provider_class.oauth.authorize_fields),
    }
    if provider_class.oauth.requested_scope:
        fields["scope"] = provider_class.oauth.requested_scope
    if code_verifier:
        fields |= {"code_challenge": _challenge(code_verifier), "code_challenge_method": "S256"}
    page = provider_class.oauth.on_server(provider_class.oauth.authorize_url, settings.url)
    return f"{page}?{urlencode(fields)}"


def _challenge(code_verifier: str) -> str:
    digest = hashlib.sha256(code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
