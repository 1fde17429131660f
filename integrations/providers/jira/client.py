"""Jira Cloud's REST API v3: authentication, the site, rate limits and errors.

Credentials: `site` (`acme.atlassian.net`) with `email` and `api_token`; or, after a sign-in by OAuth (3LO), `token`,
with `cloud_id` or `site` where the sign-in has access to several sites.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from integrations.providers.base import Provider
from integrations.providers.credential_fields import CredentialField, secret
from integrations.providers.errors import ProviderRefused
from integrations.providers.headers import within_a_day
from integrations.providers.oauth import OAuth
from krafter_audit.http.client import Response

SITE = re.compile(r"(?:https://)?([a-z0-9][a-z0-9-]*)(?:\.atlassian\.net)?/?", re.IGNORECASE)
CLOUD_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
API_PATH = re.compile(r"^(?:/ex/jira/[^/]+)?/rest/api/3/")
PAGE_SIZE = 100


class JiraClient(Provider):
    name = "jira"
    title = "Jira"
    summary = "Tasks become issues."
    api_url = "https://api.atlassian.com"
    oauth = OAuth(
        "https://auth.atlassian.com/oauth/token",
        encoding="json",
        authorize_url="https://auth.atlassian.com/authorize",
        authorize_fields=(("audience", "api.atlassian.com"), ("prompt", "consent")),
        requested_scope="read:jira-work write:jira-work read:jira-user offline_access",
    )
    credential_fields = (
        CredentialField(
            "site",
            "Site",
            "The host in the address of your Jira Cloud: https://acme.atlassian.net is acme.atlassian.net.",
            "acme.atlassian.net",
        ),
        CredentialField(
            "project_key",
            "Project key",
            "The letters before the number of each issue: SHOP-12 is in the project SHOP.",
            "SHOP",
        ),
        CredentialField(
            "issue_type",
            "Issue type",
            "The type of the issues that are created. Empty: Task, or the first standard type of the project.",
            "Bug",
            is_required=False,
        ),
        CredentialField(
            "email",
            "E-mail address",
            "Of the Atlassian account to which the API token belongs. It must be able to browse the project, and to "
            "create, edit and transition its issues.",
            "you@acme.example",
            by_sign_in=True,
        ),
        secret(
            "api_token",
            "API token",
            "Open id.atlassian.com → Security → Create and manage API tokens → Create API token.",
        ),
    )
    public_credentials = ("site", "cloud_id", "project_key", "issue_type")
    credential_label = "credentials"
    permission_hint = "the account lacks a permission"

    def choose_base_url(self, operator_url: str) -> str:
        # An API token is sent to the site itself, a token of a sign-in to Atlassian's gateway.
        if operator_url or self.uses_oauth:
            return super().choose_base_url(operator_url)
        return f"https://{self._named_site()}"

    @classmethod
    def server_choices(cls, credentials: Mapping[str, Any]) -> tuple[str, ...]:
        return ("site",) if credentials.get("api_token") else ()

    @property
    def uses_oauth(self) -> bool:
        return bool(self.credentials.get("token"))

    @property
    def secrets(self) -> dict[str, Any]:
        # The encoded form in which email and API token are sent is a secret, too.
        try:
            return {**super().secrets, "sent": self._authorization_value()}
        except ProviderRefused:
            return super().secrets

    def headers(self) -> dict[str, str]:
        scheme = "Bearer" if self.uses_oauth else "Basic"
        return {"Authorization": f"{scheme} {self._authorization_value()}", "Accept": "application/json"}

    def _authorization_value(self) -> str:
        if self.uses_oauth:
            return self.credential("token")
        pair = f"{self.credential('email')}:{self.credential('api_token')}"
        return base64.b64encode(pair.encode()).decode()

    @cached_property
    def site(self) -> tuple[str, str]:
        """The host of the site and the path of its API."""
        if not self.uses_oauth:
            return self._named_site(), "/rest/api/3"
        cloud_id, host = self._signed_in_site()
        return host, f"/ex/jira/{cloud_id}/rest/api/3"

    @property
    def host(self) -> str:
        return self.site[0]

    def path(self, rest: str) -> str:
        return f"{self.site[1]}{rest}"

    def offset_pages[Parsed](
        self, path: str, name: str, read: Callable[[Any], Parsed], **query: str
    ) -> Iterator[list[Parsed]]:
        def fetch(start: int | None) -> tuple[list[Parsed], int | None]:
            params = {**query, "startAt": start or 0, "maxResults": PAGE_SIZE}
            page, total = self.parse(
                self.request("GET", self.path(path), params=params),
                lambda body: ([read(row) for row in body[name]], int(body.get("total") or 0)),
            )
            following = (start or 0) + len(page)
            return page, following if page and following < total else None

        return self.cursor_pages(fetch)

    def offset_rows[Parsed](self, path: str, name: str, read: Callable[[Any], Parsed]) -> list[Parsed]:
        return [row for page in self.offset_pages(path, name, read) for row in page]

    def is_rate_limited(self, response: Response) -> bool:
        # Source: Atlassian, "Rate limiting": 429, and 503 with Retry-After.
        is_busy = response.status == 503 and bool((response.headers.get("retry-after") or "").strip())
        return is_busy or super().is_rate_limited(response)

    def limit_reset(self, response: Response, now: datetime) -> datetime | None:
        # X-RateLimit-Reset is ISO 8601, unlike other vendors' seconds.
        try:
            moment = datetime.fromisoformat((response.headers.get("x-ratelimit-reset") or "").strip())
        except ValueError:
            return None
        return within_a_day(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now)

    def refusal(self, response: Response) -> str:
        # After too many failed sign-ins Jira requires a CAPTCHA.
        if response.headers.get("x-authentication-denied-reason"):
            return "Jira requires a sign-in in the browser after too many failed attempts."
        return super().refusal(response)

    def resource_of(self, response: Response) -> str:
        path = API_PATH.sub("", urlsplit(response.url).path).strip("/")
        return path or super().resource_of(response)

    def error_message(self, body: Any) -> Any:
        errors = body.get("errors")
        fields = [f"{name}: {text}" for name, text in errors.items()] if isinstance(errors, dict) else []
        messages = [*(body.get("errorMessages") or []), *fields, body.get("message")]
        return " ".join(str(message) for message in messages if message)

    def _named_site(self) -> str:
        # An API token is sent to *.atlassian.net only.
        found = SITE.fullmatch(self.credential("site"))
        if not found:
            raise ProviderRefused("The site must be a Jira Cloud site, such as acme.atlassian.net.")
        return f"{found[1].lower()}.atlassian.net"

    def _signed_in_site(self) -> tuple[str, str]:
        sites = self.parse(self.request("GET", "/oauth/token/accessible-resources"), _sites)
        if self.credentials.get("cloud_id"):
            sites = [site for site in sites if site[0] == self.credential("cloud_id")]
        elif self.credentials.get("site"):
            sites = [site for site in sites if site[1] == self._named_site()]
        if len(sites) != 1:
            raise ProviderRefused(
                "The sign-in must have access to one site: name it by 'site' or 'cloud_id' and connect again."
            )
        return sites[0]


def _sites(resources: Any) -> list[tuple[str, str]]:
    found = {(str(resource["id"]), urlsplit(str(resource["url"])).hostname or "") for resource in resources}
    return sorted((cloud_id, host) for cloud_id, host in found if CLOUD_ID.fullmatch(cloud_id) and host)
