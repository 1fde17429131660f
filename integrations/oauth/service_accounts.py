"""Google's service accounts: a key that signs a request for a token, which lives for an hour and is not kept.

Source: Google, "Using OAuth 2.0 for Server to Server Applications"; RFC 7523, section 2.1. The address to ask is ours:
the `token_uri` of the key's file is what somebody has sent.
"""

import base64
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from integrations.configuration import Configuration
from integrations.oauth import flow as oauth
from integrations.providers.base import Provider, Refused, Unavailable
from integrations.providers.oauth import Endpoint
from krafter_audit.http.client import Client

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE = 3600  # seconds; Google gives no more


def key_in(credentials: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the key's file, which may be an object, its text, or the credentials themselves; None: there is none."""
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


def token(client: Client, adapter: type[Provider], configured: Configuration, key: Mapping[str, Any]) -> str:
    """Ask for a token with the key. Raises Refused for a key that is not accepted, or Unavailable."""
    if adapter.oauth is None or not adapter.oauth.scope:
        raise Refused(f"{adapter.title} has no service accounts: send other credentials.")
    address = configured.token_url or adapter.oauth.token_url
    fields = {"grant_type": GRANT, "assertion": _signed(key, adapter.oauth.scope, adapter.oauth.token_url)}
    answer = oauth.send(client, adapter, Endpoint(address, "form", fields))
    if answer.status >= 500 or answer.status == 429:
        raise Unavailable(f"{adapter.title} answered with status {answer.status}.")
    try:
        told = answer.json()
        given = told.get("access_token")
    except (ValueError, AttributeError, RecursionError):
        raise Unavailable(f"{adapter.title} answered in a form that this build cannot read.") from None
    if answer.status >= 300 or not isinstance(given, str) or not given:
        raise Refused(
            f"{adapter.title} did not accept the service account ({oauth.reason(told)}): connect again."
        )
    return given


def _signed(key: Mapping[str, Any], scope: str, audience: str) -> str:
    """Return the request as a JWT, signed by RS256 (RFC 7515, 7519)."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    email, number = key.get("client_email"), key.get("private_key_id")
    if not isinstance(email, str) or not isinstance(key.get("private_key"), str):
        raise Refused("The service account's key must be the JSON file as Google gives it: connect again.")
    now = int(time.time())
    header = {"alg": "RS256", "typ": "JWT"} | ({"kid": number} if isinstance(number, str) else {})
    claims = {"iss": email, "scope": scope, "aud": audience, "iat": now, "exp": now + LIFE}
    told = f"{_part(header)}.{_part(claims)}"
    signature = _private(key["private_key"]).sign(told.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{told}.{_coded(signature)}"


def _private(pem: str) -> "RSAPrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    try:
        found = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, RSAPrivateKey):
        raise Refused("The private_key of the service account cannot be read: connect again.")
    return found


def _part(members: Mapping[str, Any]) -> str:
    return _coded(json.dumps(members, separators=(",", ":")).encode())


def _coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
