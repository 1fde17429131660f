"""OAuth 2.0: exchange a code for tokens, and refresh tokens (RFC 6749, sections 4.1.3, 5 and 6; RFC 7636)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.configuration import Configuration, configuration
from integrations.providers.base import UNREADABLE, Provider
from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.oauth import OAuth, TokenRequest
from krafter_audit.http.client import Client, HttpError, Response

# Early enough that a token does not expire during a run.
REFRESH_AT = 0.8  # of a token's life
# About 30 years; a larger number would overflow a datetime.
MAX_LIFE_SECONDS = 10**9
MAX_ERROR_CODE_LENGTH = 60


def exchange_code(client: Client, adapter: type[Provider], *, code: str, **extra: str) -> dict[str, Any]:
    """Exchange a code for credentials: `token` and, where given, `refresh_token`, `expires_at`, `refresh_at`.

    `extra`: `redirect_uri`, `code_verifier` and Sentry's `installation_id`. Raises ProviderRefused or
    ProviderUnavailable.
    """
    flow, _ = _flow(adapter)
    if "installation_id" in extra and "installation_id" not in flow.repeated_fields:
        raise ProviderRefused(f"{adapter.title} does not use an installation_id.")
    fields = {"grant_type": "authorization_code", "code": code, **extra}
    tokens = _request_tokens(client, adapter, fields)
    return {**tokens, **{name: extra[name] for name in flow.repeated_fields if name in extra}}


def is_refresh_due(credentials: Mapping[str, Any]) -> bool:
    refresh_at = credentials.get("refresh_at")
    if not isinstance(refresh_at, str) or not credentials.get("refresh_token"):
        return False
    return datetime.now(UTC) >= datetime.fromisoformat(refresh_at)


def refresh_tokens(client: Client, adapter: type[Provider], credentials: Mapping[str, Any]) -> dict[str, Any]:
    """Return the credentials with new tokens. ProviderRefused means that a person must connect again."""
    flow, _ = _flow(adapter)
    fields = {"grant_type": "refresh_token", "refresh_token": credentials["refresh_token"]}
    fields |= {name: credentials[name] for name in flow.repeated_fields if name in credentials}
    try:
        tokens = _request_tokens(client, adapter, fields)
    except ProviderRefused:
        raise ProviderRefused(f"{adapter.title} no longer accepts the sign-in: connect again.") from None
    return {**credentials, **tokens}


def _flow(adapter: type[Provider]) -> tuple[OAuth, Configuration]:
    settings = configuration(adapter.name)
    if adapter.oauth is None:
        raise ProviderRefused(f"{adapter.title} does not support auth_code: send credentials.")
    if not settings.client_id or not settings.client_secret:
        raise ProviderRefused(
            f"This installation has no OAuth client for {adapter.title}: send credentials instead."
        )
    return adapter.oauth, settings


def _request_tokens(client: Client, adapter: type[Provider], fields: Mapping[str, str]) -> dict[str, Any]:
    flow, settings = _flow(adapter)
    secrets = {"client_id": settings.client_id, "client_secret": settings.client_secret}
    request = flow.token_request(settings.url, settings.token_url, {**fields, **secrets})
    response = send(client, adapter, request)
    try:
        body = flow.read(response.json())
        token = body.get("access_token")
    except UNREADABLE:
        raise ProviderRefused(f"{adapter.title} did not accept the sign-in.") from None
    # GitHub sends an `error` with status 200.
    if response.status >= 300 or body.get("error") or not isinstance(token, str) or not token:
        raise ProviderRefused(f"{adapter.title} did not accept the sign-in ({error_code(body)}).")
    return {"token": token, **_lifetime(body)}


def send(client: Client, adapter: type[Provider], request: TokenRequest) -> Response:
    """Send a request to a token endpoint. Raises ProviderUnavailable for an outage."""
    fields = dict(request.fields)
    content: dict[str, Any] = {"json": fields} if request.encoding == "json" else {"data": fields}
    try:
        # Not retried: a code and a rotating refresh token work once. Bodies are not logged: they are secrets.
        response = client.request("POST", request.url, headers={"Accept": "application/json"}, **content)
    except HttpError as error:
        if error.reason in ("refused_address", "invalid_url"):
            raise ProviderRefused(
                f"This installation may not connect to the token endpoint of {adapter.title}."
            ) from None
        raise ProviderUnavailable(f"{adapter.title} could not be reached ({error.reason}).") from None
    if response.status >= 500 or response.status == 429:
        raise ProviderUnavailable(f"{adapter.title} answered with status {response.status}.")
    return response


def error_code(body: Mapping[str, Any]) -> str:
    # Only the code: an `error_description` may repeat the secrets that were sent.
    code = str(body.get("error") or "no token in the response")
    is_plain = len(code) <= MAX_ERROR_CODE_LENGTH and code.replace("_", " ").replace(" ", "").isalnum()
    return code if is_plain else "refused"


def _lifetime(body: Mapping[str, Any]) -> dict[str, str]:
    refresh_token, seconds = body.get("refresh_token"), _seconds(body)
    found = {"refresh_token": refresh_token} if isinstance(refresh_token, str) and refresh_token else {}
    if 0 < seconds < MAX_LIFE_SECONDS:
        now = datetime.now(UTC)
        found["expires_at"] = (now + timedelta(seconds=seconds)).isoformat()
        found["refresh_at"] = (now + timedelta(seconds=seconds * REFRESH_AT)).isoformat()
    return found


def _seconds(body: Mapping[str, Any]) -> float:
    seconds, expires_at = body.get("expires_in"), body.get("expires_at")
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds)
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return seconds
    try:
        moment = datetime.fromisoformat(str(expires_at))
    except ValueError:
        return 0
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
