"""Signing in by OAuth 2: a code becomes tokens inside the connect request; tokens are renewed in time.

A code works once and a rotating refresh token too, so neither request is repeated. Bodies are never logged.
Source: RFC 6749, sections 4.1.3, 5 and 6; RFC 7636 for `code_verifier`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.configuration import Configuration
from integrations.providers.base import OAuth, Provider, Refused, Unavailable
from integrations.providers.oauth import Endpoint
from krafter_audit.http.client import Client, HttpError, Response

RENEWED_AT = 0.8  # of a token's life


def exchange(
    client: Client, adapter: type[Provider], configured: Configuration, *, code: str, **extra: str
) -> dict[str, Any]:
    """Turn a code into credentials: `{token, refresh_token?, expires_at?, renew_at?}` and what refreshes need.

    `extra` are `redirect_uri` and `code_verifier` where they were used, and Sentry's `installation_id`. Raises Refused
    or Unavailable.
    """
    flow = _flow(adapter, configured)
    if "installation_id" in extra and "installation_id" not in flow.refreshed_with:
        raise Refused(f"{adapter.title} knows no installation_id.")
    asked = {"grant_type": "authorization_code", "code": code, **extra}
    tokens = _tokens(_ask(client, adapter, configured, asked), adapter, flow)
    return {**tokens, **_said_again(adapter, extra)}


def is_due(credentials: Mapping[str, Any]) -> bool:
    """Tell whether a token has lived 80 % of its life and can be renewed."""
    renew_at = credentials.get("renew_at")
    if not isinstance(renew_at, str) or not credentials.get("refresh_token"):
        return False
    return datetime.now(UTC) >= datetime.fromisoformat(renew_at)


def renewed(
    client: Client, adapter: type[Provider], configured: Configuration, credentials: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the credentials with new tokens. Refused means that a person has to connect again."""
    asked = {"grant_type": "refresh_token", "refresh_token": credentials["refresh_token"]}
    asked |= _said_again(adapter, credentials)
    flow = _flow(adapter, configured)
    try:
        tokens = _tokens(_ask(client, adapter, configured, asked), adapter, flow)
    except Refused:
        raise Refused(f"{adapter.title} no longer accepts the sign-in: connect again.") from None
    return {**credentials, **tokens}


def _ask(
    client: Client, adapter: type[Provider], configured: Configuration, asked: Mapping[str, str]
) -> Response:
    flow = _flow(adapter, configured)
    known = {**asked, "client_id": configured.client_id, "client_secret": configured.client_secret}
    return send(client, adapter, flow.endpoint(configured.url, configured.token_url, known))


def send(client: Client, adapter: type[Provider], endpoint: Endpoint) -> Response:
    """Ask a token endpoint, once."""
    fields = dict(endpoint.fields)
    content: dict[str, Any] = {"json": fields} if endpoint.body == "json" else {"data": fields}
    try:
        return client.request("POST", endpoint.url, headers={"Accept": "application/json"}, **content)
    except HttpError as error:
        if error.reason in ("refused_address", "invalid_url"):
            raise Refused(f"The token address of {adapter.title} is not one that may be reached.") from None
        raise Unavailable(f"{adapter.title} could not be reached ({error.reason}).") from None


def _said_again(adapter: type[Provider], said: Mapping[str, Any]) -> dict[str, str]:
    """Return what the vendor wants to hear at every refresh as it heard it with the code."""
    names = adapter.oauth.refreshed_with if adapter.oauth else ()
    return {name: said[name] for name in names if name in said}


def _flow(adapter: type[Provider], configured: Configuration) -> OAuth:
    if adapter.oauth is None:
        raise Refused(f"{adapter.title} has no sign-in by code: send credentials.")
    if not configured.client_id or not configured.client_secret:
        raise Refused(f"This installation has no OAuth client for {adapter.title}: send credentials instead.")
    return adapter.oauth


def _tokens(answer: Response, adapter: type[Provider], flow: OAuth) -> dict[str, Any]:
    """Read the answer; GitHub says 200 for a refusal, with an `error` in it."""
    if answer.status >= 500 or answer.status == 429:
        raise Unavailable(f"{adapter.title} answered with status {answer.status}.")
    try:
        told = flow.read(answer.json())
        token = told.get("access_token")
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Refused(f"{adapter.title} did not accept the sign-in.") from None
    if answer.status >= 300 or told.get("error") or not isinstance(token, str) or not token:
        raise Refused(f"{adapter.title} did not accept the sign-in ({reason(told)}).")
    return {"token": token, **_renewal(told)}


def reason(told: Mapping[str, Any]) -> str:
    """Return the error's code and nothing else of the answer: descriptions may repeat what was sent."""
    code = str(told.get("error") or "no token in the answer")
    return code if len(code) <= 60 and code.replace("_", " ").replace(" ", "").isalnum() else "refused"


def _renewal(told: Mapping[str, Any]) -> dict[str, str]:
    refresh, seconds = told.get("refresh_token"), _life(told)
    kept = {"refresh_token": refresh} if isinstance(refresh, str) and refresh else {}
    if 0 < seconds < 10**9:
        now = datetime.now(UTC)
        kept["expires_at"] = (now + timedelta(seconds=seconds)).isoformat()
        kept["renew_at"] = (now + timedelta(seconds=seconds * RENEWED_AT)).isoformat()
    return kept


def _life(told: Mapping[str, Any]) -> float:
    """Return the seconds that a token lives; 0 where nothing is said of it that can be read."""
    seconds, until = told.get("expires_in"), told.get("expires_at")
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds)
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return seconds
    try:
        moment = datetime.fromisoformat(str(until))
    except ValueError:
        return 0
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
