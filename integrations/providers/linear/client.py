"""Linear's GraphQL API: authentication, errors and rate limits.

Credentials: `api_key` (a personal key) and `team_id` (the team's UUID). A sign-in by OAuth stores `token` instead of
the key; its scopes are `read` and `write`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations.providers.base import PARSE_ERRORS, Provider, is_unreadable
from integrations.providers.credential_fields import CredentialField, secret
from integrations.providers.errors import ProviderRefused
from integrations.providers.headers import at_epoch
from integrations.providers.linear import graphql
from integrations.providers.oauth import OAuth
from krafter_audit.http.client import Response

RATE_LIMITS = ("x-ratelimit-requests", "x-ratelimit-complexity", "x-ratelimit-endpoint-requests")
TOKEN_CODES = frozenset({"AUTHENTICATION_ERROR", "UNAUTHENTICATED"})
PERMISSION_CODES = frozenset({"FORBIDDEN", "FEATURE_NOT_ACCESSIBLE"})
NOT_FOUND = "Entity not found"  # begins the message; the code is that of any invalid request
TEMPORARY_CODES = frozenset({"INTERNAL_SERVER_ERROR", "INTERNAL_ERROR", "LOCK_TIMEOUT", "NETWORK_ERROR"})

type Node = Mapping[str, Any]


class LinearClient(Provider):
    name = "linear"
    title = "Linear"
    summary = "Tasks become issues."
    api_url = "https://api.linear.app"
    oauth = OAuth(
        "https://api.linear.app/oauth/token",
        authorize_url="https://linear.app/oauth/authorize",
        requested_scope="read,write",
        has_pkce=True,
    )
    credential_fields = (
        secret(
            "api_key",
            "API key",
            "In Linear, open Settings → Security & access → Personal API keys → New API key, with read and write "
            "access to the team.",
        ),
        CredentialField(
            "team_id",
            "Team ID",
            "In Linear, open the team, press Ctrl+K (⌘K on a Mac) and choose “Copy model UUID”.",
            "9cfb482a-81e3-4154-b5b9-2c805e70a02d",
        ),
    )
    public_credentials = ("team_id",)
    credential_label = "key"

    def headers(self) -> dict[str, str]:
        # A personal key is sent without a scheme, an OAuth token as bearer.
        has_token = bool(self.credentials.get("token"))
        key = self.credential("token" if has_token else "api_key")
        is_bearer = key.startswith("lin_oauth_") or (has_token and not key.startswith("lin_api_"))
        return {"Authorization": f"Bearer {key}" if is_bearer else key}

    @property
    def team(self) -> str:
        try:
            return str(UUID(self.credential("team_id")))
        except ValueError:
            raise ProviderRefused("The team ID must be the UUID of a team.") from None

    def check_connection(self) -> None:
        self.workflow_states()

    def workflow_states(self) -> list[Node]:
        response = self.execute(graphql.TEAM, {"team": self.team})
        return self.parse(response, lambda body: read_states(body["data"]["team"]))

    def execute(self, document: str, variables: Node, *, repeatable: bool = True) -> Response:
        path = "" if self.base_url.endswith("/graphql") else "/graphql"
        body = {"query": document, "variables": dict(variables)}
        return self.request("POST", path, repeatable=repeatable, json=body)

    def connection_pages[Found](
        self, document: str, variables: Node, select: Callable[[Any], Any], read: Callable[[Any], Found]
    ) -> Iterator[list[Found]]:
        """Yield the pages of a connection; `select` finds it in the data."""

        def fetch(after: str | None) -> tuple[list[Found], str | None]:
            response = self.execute(document, {**variables, "after": after})
            return self.parse(response, lambda body: self._page(select(body["data"]), read))

        return self.cursor_pages(fetch)

    def _page[Found](self, connection: Any, read: Callable[[Any], Found]) -> tuple[list[Found], str | None]:
        info = connection["pageInfo"]
        following = str(info["endCursor"]) if info["hasNextPage"] and info["endCursor"] else None
        return self.read_rows(connection["nodes"], read, self.id_of), following

    def id_of(self, node: Any) -> str:
        """Return the id by which an entry of a list is named."""
        return str(UUID(node["id"]))

    # ---- Errors

    def is_error(self, response: Response) -> bool:
        # GraphQL sends `errors` with status 200.
        return super().is_error(response) or bool(_errors(response))

    def is_rate_limited(self, response: Response) -> bool:
        # Linear reports exceeded limits with status 400.
        return super().is_rate_limited(response) or "RATELIMITED" in _codes(response)

    def is_outage(self, response: Response) -> bool:
        # Without its JSON, a 400 may be a rate limit.
        is_cut_off = response.status == 400 and is_unreadable(response)
        return super().is_outage(response) or is_cut_off or bool(_codes(response) & TEMPORARY_CODES)

    def is_missing(self, response: Response) -> bool:
        # A status of 404 means the URL of the API.
        return any(str(error.get("message")).startswith(NOT_FOUND) for error in _errors(response))

    def is_token_rejected(self, response: Response) -> bool:
        # Also with status 400.
        return super().is_token_rejected(response) or bool(_codes(response) & TOKEN_CODES)

    def limit_reset(self, response: Response, now: datetime) -> datetime | None:
        # All exhausted limits must have been reset; the headers are milliseconds since 1970.
        headers = response.headers
        exhausted = [limit for limit in RATE_LIMITS if headers.get(f"{limit}-remaining") == "0"]
        resets = [headers.get(f"{limit}-reset") or "" for limit in exhausted]
        times = [int(reset) / 1000 for reset in resets if reset.isdecimal() and len(reset) < 20]
        return at_epoch(max(times), now) if times else None

    def refusal(self, response: Response) -> str:
        if self.is_token_rejected(response):
            return super().refusal(response)
        if response.status == 403 or _codes(response) & PERMISSION_CODES:
            return "Linear denies access: the key lacks a permission for the team or its issues."
        if response.status == 404:
            return "There is no GraphQL API at the configured URL of Linear."
        return f"Linear refused the request (status {response.status}{self.detail(response)})."

    def error_message(self, body: Any) -> Any:
        error = body["errors"][0]
        extensions = error.get("extensions")
        message = extensions.get("userPresentableMessage") if isinstance(extensions, Mapping) else None
        return message or error.get("message")


def _errors(response: Response) -> list[Node]:
    try:
        errors = response.json().get("errors")
    except PARSE_ERRORS:
        return []
    return [error for error in errors if isinstance(error, Mapping)] if isinstance(errors, list) else []


def _codes(response: Response) -> set[str]:
    return {_code(error) for error in _errors(response)}


def _code(error: Node) -> str:
    extensions = error.get("extensions")
    found = extensions if isinstance(extensions, Mapping) else {}
    return str(found.get("code") or found.get("type") or "").upper().replace(" ", "_")


def read_states(team: Any) -> list[Node]:
    return [
        {"id": state["id"], "type": state["type"], "position": float(state["position"])}
        for state in team["states"]["nodes"]
    ]
