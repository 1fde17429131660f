"""Google's service accounts: a key signs a request for a token (RFC 7523, section 2.1).

Source: Google, "Using OAuth 2.0 for Server to Server Applications".
"""

import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm

from integrations.oauth import flow
from integrations.provider_settings import provider_settings
from integrations.providers.base import Provider
from integrations.providers.errors import ProviderRefused
from integrations.providers.oauth import CLIENT_ERRORS, GRANT_ERRORS, TokenRequest
from krafter_audit.http.client import Client

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME_SECONDS = 3600  # Google's maximum


def find_key(credentials: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the key file of the credentials: an object, its text, or the credentials themselves."""
    given = credentials.get("service_account")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = {}
    if given is None and credentials.get("type") == "service_account":
        given = credentials
    if given is None:
        return None
    return given if isinstance(given, Mapping) else {}


def request_token(client: Client, provider_class: type[Provider], key: Mapping[str, Any]) -> str:
    """Request a token with a key; it is valid for an hour and is not stored.

    Raises ProviderRefused for a key that is not accepted, or ProviderUnavailable.
    """
    if provider_class.oauth is None or not provider_class.oauth.scope:
        raise ProviderRefused(f"{provider_class.title} has no service accounts: send other credentials.")
    # The `token_uri` of the key file is user input: the assertion is not sent there.
    url = provider_settings(provider_class.name).token_url or provider_class.oauth.token_url
    assertion = _assertion(key, provider_class.oauth.scope, provider_class.oauth.token_url)
    request = TokenRequest(url, "form", {"grant_type": GRANT_TYPE, "assertion": assertion})
    response = flow.send(client, provider_class, request)
    body = flow.read_object(response)
    if provider_class.oauth.error_code(response.status, body) in GRANT_ERRORS | CLIENT_ERRORS:
        raise ProviderRefused(
            f"{provider_class.title} did not accept the service account ({flow.error_code(body)}): connect again."
        )
    if body.get("error") or not flow.is_token_response(response, body):
        raise flow.no_token_error(provider_class, response, body)
    return str(body["access_token"])


def _assertion(key: Mapping[str, Any], scope: str, audience: str) -> str:
    email, private_key, key_id = key.get("client_email"), key.get("private_key"), key.get("private_key_id")
    if not isinstance(email, str) or not isinstance(private_key, str):
        raise ProviderRefused("The service account must be the JSON key file from Google: connect again.")
    now = int(time.time())
    claims = {"iss": email, "scope": scope, "aud": audience, "iat": now, "exp": now + LIFETIME_SECONDS}
    headers = {"kid": key_id} if isinstance(key_id, str) else None
    try:
        return jwt.encode(claims, private_key, algorithm="RS256", headers=headers)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, UnsupportedAlgorithm):
        raise ProviderRefused(
            "The private_key of the service account cannot be read: connect again."
        ) from None
