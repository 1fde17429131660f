"""GitHub's REST API, version 2022-11-28: authentication, rate limits and errors.

Credentials: `token`, `repository` (`acme/web-app`) and, for a self-hosted server, `base_url`.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from integrations.providers.base import server_url
from integrations.providers.credential_fields import CredentialField, secret, server
from integrations.providers.errors import ProviderRefused
from integrations.providers.headers import retry_after
from integrations.providers.oauth import OAuth
from integrations.providers.repositories import Repository
from krafter_audit.http.client import Response

REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
SERVER_API_PATH = "/api/v3"


class GitHubOAuth(OAuth):
    def web_url(self, api_url: str) -> str:
        parts = urlsplit(api_url)
        if not parts.netloc or parts.netloc == "api.github.com":
            return ""
        # A tenant of ghe.com has its web at its host without the `api.`.
        host = parts.netloc.removeprefix("api.") if parts.netloc.endswith(".ghe.com") else parts.netloc
        return f"{parts.scheme}://{host}"


class GitHubClient(Repository):
    name = "github"
    title = "GitHub"
    summary = "Tasks become issues; security alerts become findings."
    api_url = "https://api.github.com"
    oauth = GitHubOAuth(
        "https://github.com/login/oauth/access_token",
        authorize_url="https://github.com/login/oauth/authorize",
        requested_scope="repo security_events",
        has_pkce=True,
    )
    credential_fields = (
        secret(
            "token",
            "Access token",
            "On GitHub, open Settings → Developer settings → Personal access tokens → Fine-grained tokens → Generate "
            "new token. Select the repository, and these permissions: Issues (read and write), Pull requests, Code "
            "scanning alerts, Dependabot alerts, Deployments, Contents and Metadata (read). A classic token needs the "
            "scopes repo and security_events.",
        ),
        CredentialField(
            "repository",
            "Repository",
            "Owner and name, as in the address of the repository: github.com/acme/web-app is acme/web-app.",
            "acme/web-app",
        ),
        server(
            "Only for a GitHub Enterprise Server or a tenant of ghe.com: its address. Empty for github.com.",
            "https://github.acme.example",
        ),
    )
    repository_credential = "repository"
    public_credentials = ("repository",)  # not base_url: a sign-in's token is only for the operator's GitHub
    reset_header = "x-ratelimit-reset"

    def choose_base_url(self, operator_url: str) -> str:
        given = self.credentials.get("base_url")
        server = server_url(given, title="GitHub", example="https://github.acme.example")
        return api_url_of(server) or super().choose_base_url(operator_url)

    def headers(self) -> dict[str, str]:
        return {
            **super().headers(),
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    @property
    def repository(self) -> str:
        name = self.credential("repository")
        # "owner/.." would lead to another path of the API.
        if not REPOSITORY.fullmatch(name) or name.endswith(("/.", "/..")):
            raise ProviderRefused("The repository must be written as owner/name, such as acme/web-app.")
        return name

    def repository_path(self, rest: str = "") -> str:
        return f"/repos/{self.repository}{rest}"

    def check_connection(self) -> None:
        if not self.read_repository().get("has_issues", True):
            raise ProviderRefused(f"Issues are disabled in {self.repository}.")

    def is_rate_limited(self, response: Response) -> bool:
        # Limits share status 403 with missing permissions. Source: GitHub, "Rate limits for the REST API".
        if response.status != 403:
            return super().is_rate_limited(response)
        return (
            retry_after(response.headers.get("retry-after"), datetime.now(UTC)) is not None
            or response.headers.get("x-ratelimit-remaining") == "0"
            or "secondary rate limit" in response.text.lower()
        )

    def limit_reset(self, response: Response, now: datetime) -> datetime | None:
        # The header is always there, but means the primary limit; a secondary limit names no end.
        is_primary = response.headers.get("x-ratelimit-remaining") == "0"
        return super().limit_reset(response, now) if is_primary else None

    def resource_of(self, response: Response) -> str:
        return urlsplit(response.url).path.rpartition("/repos/")[2] or super().resource_of(response)


def api_url_of(server: str) -> str:
    """Return the API of a self-hosted server or a tenant of ghe.com; empty for github.com."""
    parts = urlsplit(server)
    host = parts.netloc.lower()
    if host.startswith("api."):
        return server
    if host in ("", "github.com"):
        return ""
    if host.endswith(".ghe.com"):
        return f"{parts.scheme}://api.{host}"
    return server if server.endswith(SERVER_API_PATH) else server + SERVER_API_PATH
