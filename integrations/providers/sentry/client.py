"""Sentry's API 0: authentication, pages, rate limits and errors.

Credentials: `token`, `organization` and `project` (slugs) and, for a region or a self-hosted Sentry, `base_url`
(`https://de.sentry.io`).
"""

import re
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import jwt

from integrations.providers.base import Provider, is_html, server_url
from integrations.providers.credential_fields import CredentialField, secret, server
from integrations.providers.errors import ProviderRefused
from integrations.providers.oauth import OAuth, TokenRequest
from krafter_audit.http.client import Response

API_PATH = "/api/0"
SIGNED_GRANT_TYPE = "urn:sentry:params:oauth:grant-type:jwt-bearer"
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
ISSUE_PATH = re.compile(r"/issues/(\d+)/")
CURSOR = re.compile(r'cursor="([^"]+)"')


class SentryOAuth(OAuth):
    """OAuth applications, and installations of a public integration, whose JSON differs."""

    def web_url(self, api_url: str) -> str:
        # The regions of sentry.io share the pages of the sign-in.
        host = urlsplit(api_url).hostname or "sentry.io"
        return "" if host == "sentry.io" or host.endswith(".sentry.io") else _root(api_url)

    def token_request(self, api_url: str, token_url: str, fields: Mapping[str, str]) -> TokenRequest:
        installation = fields.get("installation_id")
        if not installation:
            return super().token_request(api_url, token_url, fields)
        sent = {name: value for name, value in fields.items() if name != "installation_id"}
        return TokenRequest(_installation_url(api_url, installation), "json", sent)

    def read(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if "token" not in body:
            return body
        names = {"access_token": "token", "refresh_token": "refreshToken", "expires_at": "expiresAt"}
        return {standard: body[own] for standard, own in names.items() if body.get(own)}

    def error_code(self, status: int, body: Mapping[str, Any]) -> str:
        # Installations have a status and a `detail` instead of a code.
        is_refused = status in (401, 403, 404) and "detail" in body and "error" not in body
        return "invalid_grant" if is_refused else super().error_code(status, body)

    def recovery_request(self, api_url: str, fields: Mapping[str, str]) -> TokenRequest | None:
        # Source: Sentry, "Public Integrations", "Refreshing Tokens Manually".
        installation = fields.get("installation_id")
        if not installation:
            return None
        now = int(time.time())
        claims = {"iss": fields["client_id"], "sub": fields["client_id"], "iat": now, "exp": now + 60}
        signed = jwt.encode({**claims, "jti": str(uuid4())}, fields["client_secret"], algorithm="HS256")
        headers = {"Authorization": f"Bearer {signed}"}
        url = _installation_url(api_url, installation)
        return TokenRequest(url, "json", {"grant_type": SIGNED_GRANT_TYPE}, headers)


class SentryClient(Provider):
    name = "sentry"
    title = "Sentry"
    summary = "Unresolved issues become findings."
    api_url = "https://sentry.io"
    oauth = SentryOAuth(
        "https://sentry.io/oauth/token/",
        repeated_fields=("installation_id",),
        authorize_url="https://sentry.io/oauth/authorize/",
        requested_scope="org:read project:read event:read event:write",
    )
    credential_fields = (
        secret(
            "token",
            "Auth token",
            "In Sentry, open Settings → Developer settings → Custom integrations → Create new integration → Internal "
            "integration, with the permissions Organization: Read, Project: Read and Issue & Event: Read & Write. The "
            "token is at the end of its page.",
        ),
        CredentialField(
            "organization",
            "Organization slug",
            "In Sentry, Settings → General settings → Organization slug. It is also the first part of the address: "
            "acme.sentry.io.",
            "acme",
        ),
        CredentialField(
            "project", "Project slug", "In Sentry, Settings → Projects → the project → Slug.", "web-app"
        ),
        server(
            "For the EU region https://de.sentry.io, or the address of a self-hosted Sentry. Empty for sentry.io.",
            "https://de.sentry.io",
        ),
    )
    # not base_url: a sign-in's token is only for the operator's Sentry
    public_credentials = ("organization", "project")
    permission_hint = "the token lacks a scope or access to the project"
    reset_header = "x-sentry-rate-limit-reset"

    def choose_base_url(self, operator_url: str) -> str:
        given = self.credentials.get("base_url") or operator_url
        server = server_url(given, title="Sentry", example="https://de.sentry.io")
        return super().choose_base_url(server.removesuffix(API_PATH))

    def slug(self, key: str) -> str:
        name = self.credential(key)
        if not SLUG.fullmatch(name):
            raise ProviderRefused(f"The {key} must be written as its slug at Sentry, such as acme-web.")
        return name

    def issues_path(self, number: str = "") -> str:
        # With a slash at the end: Sentry redirects other paths, and the body gets lost.
        path = f"{API_PATH}/organizations/{self.slug('organization')}/issues/"
        return f"{path}{number}/" if number else path

    @cached_property
    def project_id(self) -> str:
        # The number, since older self-hosted versions do not filter issues by slug.
        path = f"{API_PATH}/projects/{self.slug('organization')}/{self.slug('project')}/"
        return self.parse(self.request("GET", path), lambda body: str(int(body["id"])))

    def check_connection(self) -> None:
        _ = self.project_id

    def is_outage(self, response: Response) -> bool:
        # Self-hosted servers send a web page with 404 for an unknown path, which is no outage.
        return super().is_outage(response) or (is_html(response) and response.status != 404)

    def resource_of(self, response: Response) -> str:
        project = f"{self.slug('organization')}/{self.slug('project')}"
        found = ISSUE_PATH.search(response.url)
        return f"issue {found[1]} of {project}" if found else project

    def error_message(self, body: Any) -> Any:
        detail = body.get("detail")
        return detail if isinstance(detail, str) else None


def next_cursor(link: str) -> str | None:
    # Both directions are always present; `results` says whether there is another page.
    for part in link.split(","):
        if 'rel="next"' in part and 'results="true"' in part and (found := CURSOR.search(part)):
            return found[1]
    return None


def _installation_url(api_url: str, installation: str) -> str:
    root = _root(api_url) or "https://sentry.io"
    return f"{root}{API_PATH}/sentry-app-installations/{installation}/authorizations/"


def _root(api_url: str) -> str:
    return api_url.rstrip("/").removesuffix(API_PATH)
