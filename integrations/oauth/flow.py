"""OAuth 2.0: exchange a code for tokens, and refresh tokens (RFC 6749, sections 4.1.3, 5 and 6; RFC 7636)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.provider_settings import ProviderSettings, provider_settings
from integrations.providers.base import PARSE_ERRORS, Provider
from integrations.providers.errors import GrantRefused, ProviderRefused, ProviderUnavailable
from integrations.providers.headers import retry_after
from integrations.providers.oauth import CLIENT_ERRORS, GRANT_ERRORS, OAuth, TokenRequest
from krafter_audit.http.client import Client, HttpError, Response

# Early enough that a token does not expire during a run.
REFRESH_AT = 0.8  # of a token's lifetime
# About 30 years; a larger number would overflow a datetime.
MAX_LIFETIME_SECONDS = 10**9
MAX_ERROR_CODE_LENGTH = 60  # a longer text is not a code, and may contain secrets
# Within the time in which vendors accept a refresh token again whose answer was lost (Atlassian: ten minutes).
RETRY_AFTER = timedelta(minutes=1)
MAX_SYNC_DURATION = timedelta(minutes=5)  # longer than the time limit of a sync


def exchange_code(
    client: Client, provider_class: type[Provider], *, code: str, **extra: str
) -> dict[str, Any]:
    """Exchange a code for credentials: `token` and, where given, `refresh_token`, `expires_at`, `refresh_at`.

    `extra`: `redirect_uri`, `code_verifier` and Sentry's `installation_id`. Raises ProviderRefused or
    ProviderUnavailable.
    """
    flow, settings = _flow(provider_class)
    if "installation_id" in extra and "installation_id" not in flow.repeated_fields:
        raise ProviderRefused(f"{provider_class.title} does not use an installation_id.")
    fields = {"grant_type": "authorization_code", "code": code, **extra}
    fields |= {"client_id": settings.client_id, "client_secret": settings.client_secret}
    response = send(client, provider_class, flow.token_request(settings.url, settings.token_url, fields))
    try:
        body = flow.read(response.json())
        token = body.get("access_token")
    except PARSE_ERRORS:
        raise ProviderRefused(f"{provider_class.title} did not accept the sign-in.") from None
    # GitHub sends an `error` with status 200.
    if response.status >= 300 or body.get("error") or not isinstance(token, str) or not token:
        raise ProviderRefused(f"{provider_class.title} did not accept the sign-in ({error_code(body)}).")
    repeated = {name: extra[name] for name in flow.repeated_fields if name in extra}
    return {"token": token, **_lifetime(body), **repeated}


def is_valid(credentials: Mapping[str, Any]) -> bool:
    """Return whether the token stays valid until the end of the longest run."""
    try:
        return datetime.now(UTC) + MAX_SYNC_DURATION < datetime.fromisoformat(
            str(credentials.get("expires_at"))
        )
    except (ValueError, TypeError):  # no time, or one without a time zone
        return False


def is_refresh_due(credentials: Mapping[str, Any]) -> bool:
    refresh_at = credentials.get("refresh_at")
    if not isinstance(refresh_at, str) or not credentials.get("refresh_token"):
        return False
    return datetime.now(UTC) >= datetime.fromisoformat(refresh_at)


def refresh_tokens(
    client: Client, provider_class: type[Provider], credentials: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the credentials with new tokens.

    Raises GrantRefused when a person must connect again, ProviderRefused when the operator must change the OAuth
    client, and ProviderUnavailable with `retry_at` for everything else: the refresh token may still be valid.
    """
    flow, settings = _flow(provider_class)
    fields = {"grant_type": "refresh_token", "refresh_token": credentials["refresh_token"]}
    fields |= {name: credentials[name] for name in flow.repeated_fields if name in credentials}
    fields |= {"client_id": settings.client_id, "client_secret": settings.client_secret}
    try:
        tokens = _refresh(
            client, provider_class, flow.token_request(settings.url, settings.token_url, fields)
        )
    except GrantRefused:
        # The answer to an earlier refresh may have been lost, which made the refresh token invalid.
        recovery = flow.recovery_request(settings.url, fields)
        if recovery is None:
            raise
        tokens = _refresh(client, provider_class, recovery)
    return {**credentials, **tokens}


def _refresh(client: Client, provider_class: type[Provider], request: TokenRequest) -> dict[str, Any]:
    flow, _ = _flow(provider_class)
    response = send(client, provider_class, request)
    body = read_object(response)
    error = flow.error_code(response.status, body)
    if error in GRANT_ERRORS:
        raise GrantRefused(f"{provider_class.title} no longer accepts the sign-in: connect again.")
    if error in CLIENT_ERRORS:
        prefix = f"KRAFTER_{provider_class.name.upper()}"
        raise ProviderRefused(
            f"{provider_class.title} does not accept the OAuth client of this installation ({error}): "
            f"the operator must check {prefix}_CLIENT_ID and {prefix}_CLIENT_SECRET."
        )
    tokens = flow.read(body)
    if error or not is_token_response(response, tokens):
        raise no_token_error(provider_class, response, body)
    return {"token": tokens["access_token"], **_lifetime(tokens)}


def is_token_response(response: Response, tokens: Mapping[str, Any]) -> bool:
    token = tokens.get("access_token")
    return response.is_success and isinstance(token, str) and bool(token)


def no_token_error(
    provider_class: type[Provider], response: Response, body: Mapping[str, Any]
) -> ProviderUnavailable:
    """Return the retryable error for an answer with neither a token nor a refusal."""
    reason = error_code(body) if body.get("error") else f"status {response.status}, no token in the response"
    return ProviderUnavailable(
        f"{provider_class.title} did not issue a token ({reason}).", retry_at=_retry_at(response)
    )


def read_object(response: Response) -> Mapping[str, Any]:
    """Return the JSON object of a response; an empty one if there is none."""
    try:
        body = response.json()
    except PARSE_ERRORS:
        return {}
    return body if isinstance(body, Mapping) else {}


def _flow(provider_class: type[Provider]) -> tuple[OAuth, ProviderSettings]:
    settings = provider_settings(provider_class.name)
    if provider_class.oauth is None:
        raise ProviderRefused(f"{provider_class.title} does not support auth_code: send credentials.")
    if not settings.client_id or not settings.client_secret:
        raise ProviderRefused(
            f"This installation has no OAuth client for {provider_class.title}: send credentials instead."
        )
    return provider_class.oauth, settings


def send(client: Client, provider_class: type[Provider], request: TokenRequest) -> Response:
    """Send a request to a token endpoint. Raises ProviderUnavailable with `retry_at` for an outage."""
    fields = dict(request.fields)
    headers = {"Accept": "application/json", **request.headers}
    content: dict[str, Any] = {"json": fields} if request.encoding == "json" else {"data": fields}
    try:
        # Not retried at once: a code and a rotating refresh token work once. Bodies are not logged: they are secrets.
        response = client.request("POST", request.url, headers=headers, **content)
    except HttpError as error:
        if error.reason in ("refused_address", "invalid_url"):
            raise ProviderRefused(
                f"This installation may not connect to the token endpoint of {provider_class.title}."
            ) from None
        raise ProviderUnavailable(
            f"{provider_class.title} could not be reached: {error}", retry_at=_retry_at()
        ) from None
    if response.status >= 500 or response.status in (408, 429):
        raise ProviderUnavailable(
            f"{provider_class.title} answered with status {response.status}.", retry_at=_retry_at(response)
        )
    return response


def _retry_at(response: Response | None = None) -> datetime:
    now = datetime.now(UTC)
    value = response.headers.get("retry-after") if response else None
    return retry_after(value, now) or now + RETRY_AFTER


def error_code(body: Mapping[str, Any]) -> str:
    # Only the code: an `error_description` may repeat the secrets that were sent.
    code = str(body.get("error") or "no token in the response")
    is_plain = len(code) <= MAX_ERROR_CODE_LENGTH and code.replace("_", "").replace(" ", "").isalnum()
    return code if is_plain else "refused"


def _lifetime(body: Mapping[str, Any]) -> dict[str, str]:
    refresh_token, seconds = body.get("refresh_token"), _seconds(body)
    found = {"refresh_token": refresh_token} if isinstance(refresh_token, str) and refresh_token else {}
    if 0 < seconds < MAX_LIFETIME_SECONDS:
        now = datetime.now(UTC)
        found["expires_at"] = (now + timedelta(seconds=seconds)).isoformat()
        found["refresh_at"] = (now + timedelta(seconds=seconds * REFRESH_AT)).isoformat()
    return found


def _seconds(body: Mapping[str, Any]) -> float:
    seconds, expires_at = body.get("expires_in"), body.get("expires_at")
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds[:12])  # int() raises for more than 4,300 digits
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return seconds
    try:
        moment = datetime.fromisoformat(str(expires_at))
    except ValueError:
        return 0
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
