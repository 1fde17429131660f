"""GitLab's REST API, version 4: authentication, rate limits and errors.

Credentials: `token` (personal, project, group or OAuth; scope `api`), `project` (`acme/web-app` or its number) and,
for a self-hosted server, `base_url` (`https://gitlab.acme.example`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from integrations.providers.base import server_url
from integrations.providers.credential_fields import CredentialField, secret, server
from integrations.providers.errors import ProviderRefused
from integrations.providers.gitlab.pages import PageReader
from integrations.providers.oauth import OAuth
from integrations.providers.repositories import Repository
from krafter_audit.http.client import Response

API_PATH = "/api/v4"
PROJECT = re.compile(r"\d+|[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
TEMPORARY_STATUSES = frozenset({408, 409})  # the server's own timeout, and a lock on the issue


class GitLabOAuth(OAuth):
    def web_url(self, api_url: str) -> str:
        return api_url.rstrip("/").removesuffix(API_PATH)


class GitLabClient(Repository):
    name = "gitlab"
    title = "GitLab"
    summary = "Tasks become issues; vulnerabilities become findings."
    api_url = f"https://gitlab.com{API_PATH}"
    oauth = GitLabOAuth(
        "https://gitlab.com/oauth/token",
        repeated_fields=("redirect_uri",),
        authorize_url="https://gitlab.com/oauth/authorize",
        requested_scope="api",
        has_pkce=True,
    )
    credential_fields = (
        secret(
            "token",
            "Access token",
            "In the project on GitLab, open Settings → Access tokens → Add new token, with the role Developer or "
            "higher and the scope api. A personal or group access token with the scope api works, too.",
        ),
        CredentialField(
            "project",
            "Project",
            "The path of the project, as in its address: gitlab.com/acme/web-app is acme/web-app. Its number works, "
            "too: Settings → General → Project ID.",
            "acme/web-app",
        ),
        server(
            "Only for a self-hosted GitLab: its address. Empty for gitlab.com.",
            "https://gitlab.acme.example",
        ),
    )
    repository_credential = "project"
    public_credentials = ("project",)  # not base_url: a sign-in's token is only for the operator's GitLab
    permission_hint = "the token lacks a permission or the scope api"
    reset_header = "ratelimit-reset"

    def choose_base_url(self, operator_url: str) -> str:
        given = self.credentials.get("base_url") or operator_url
        server = server_url(given, title="GitLab", example="https://gitlab.acme.example")
        has_path = not server or server.endswith(API_PATH)
        return super().choose_base_url(server if has_path else server + API_PATH)

    @property
    def repository(self) -> str:
        name = self.credential("project")
        if not PROJECT.fullmatch(name):
            raise ProviderRefused("The project must be written as its path or number, such as acme/web-app.")
        return name

    def repository_path(self, rest: str = "") -> str:
        return f"/projects/{quote(self.repository, safe='')}{rest}"

    def check_connection(self) -> None:
        if reason := _unusable_reason(self.read_repository()):
            raise ProviderRefused(f"{self.repository} cannot be used: {reason}.")

    def linked_pages(self, url: str, params: Mapping[str, Any]) -> Iterator[Response]:
        """Yield the pages of a list, in smaller pages where one is too large to read."""
        first = f"{url}?{urlencode(params)}" if params else url
        reader = PageReader(lambda page: self.request("GET", page))
        return self.cursor_pages(lambda following: reader.read(following or first))

    def is_outage(self, response: Response) -> bool:
        return super().is_outage(response) or response.status in TEMPORARY_STATUSES

    def resource_of(self, response: Response) -> str:
        path = unquote(urlsplit(response.url).path.rpartition("/projects/")[2])
        return path or super().resource_of(response)

    def error_message(self, body: Any) -> Any:
        return body.get("message") or body.get("error")


def _unusable_reason(project: Mapping[str, Any]) -> str:
    # GitLab does not show guests which features are enabled: a missing field is not a refusal.
    if project.get("archived") is True:
        return "it is archived"
    disabled = not project.get("issues_enabled", True) or project.get("issues_access_level") == "disabled"
    return "issues are disabled" if disabled else ""
