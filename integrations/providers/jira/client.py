"""The way to a Jira Cloud site: by a person's API token, or signed in by OAuth (3LO) over Atlassian's gateway."""

import base64
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from integrations.providers.base import OAuth, Parsed, Refused, Tracker, Unavailable
from integrations.providers.jira.responses import limited_until, refusal, sites_in
from integrations.providers.jira.webhooks import HOOKS
from krafter_audit.http.client import Client, Response

SITE = re.compile(r"(?:https://)?([a-z0-9][a-z0-9-]*)(?:\.atlassian\.net)?/?", re.IGNORECASE)
PAGE = 100


class JiraSite(Tracker):
    """What every request to a site needs, whoever makes it."""

    name = "jira"
    title = "Jira"
    api_url = "https://api.atlassian.com"
    hooks = HOOKS
    oauth = OAuth("https://auth.atlassian.com/oauth/token", body="json")
    chosen = ("site", "cloud_id", "project_key", "issue_type")

    def __init__(
        self, client: Client, credentials: Mapping[str, Any], base_url: str = "", **options: Any
    ) -> None:
        super().__init__(client, credentials, base_url, **options)
        if not base_url and not self.is_signed_in:
            self.base_url = f"https://{self._named_site()}"

    @property
    def is_signed_in(self) -> bool:
        """Whether the credentials come from a sign-in by OAuth, not from a person's API token."""
        return bool(self.credentials.get("token"))

    @property
    def secrets(self) -> dict[str, Any]:
        """Return the credentials that nobody may see, the form in which they are sent among them."""
        try:
            return {**super().secrets, "sent": self._sent_credentials()}
        except Refused:
            return super().secrets

    def headers(self) -> dict[str, str]:
        """Return what every request carries."""
        scheme = "Bearer" if self.is_signed_in else "Basic"
        return {"Authorization": f"{scheme} {self._sent_credentials()}", "Accept": "application/json"}

    @cached_property
    def place(self) -> tuple[str, str]:
        """Return the host of the site and where its API begins."""
        if not self.is_signed_in:
            return self._named_site(), "/rest/api/3"
        cloud_id, host = self._reached_site()
        return host, f"/ex/jira/{cloud_id}/rest/api/3"

    def path(self, rest: str) -> str:
        """Return where a part of the API is, such as `/myself`."""
        return f"{self.place[1]}{rest}"

    def rows(self, path: str, name: str, parse: Callable[[Any], Parsed]) -> list[Parsed]:
        """Read a list of the older kind to its end, which is paged by `startAt`."""
        rows: list[Parsed] = []
        while True:
            answer = self.ask("GET", self.path(path), params={"startAt": len(rows), "maxResults": PAGE})
            page, total = self.read(
                answer, lambda found: ([parse(each) for each in found[name]], int(found.get("total") or 0))
            )
            rows += page
            if not page or len(rows) >= total:
                return rows

    def refuse(self, answer: Response) -> None:
        """Tell rate limits and outages from refusals. Source: Atlassian, "Rate limiting" of Jira Cloud."""
        limited = limited_until(answer)
        if limited:
            raise Unavailable(f"Jira lets us in again at {limited:%H:%M:%S} UTC.", retry_at=limited)
        if answer.status >= 500:
            raise Unavailable(f"Jira answered with status {answer.status}.")
        raise Refused(refusal(answer))

    def _sent_credentials(self) -> str:
        if self.is_signed_in:
            return self.credential("token")
        pair = f"{self.credential('email')}:{self.credential('api_token')}"
        return base64.b64encode(pair.encode()).decode()

    def _named_site(self) -> str:
        """Return the host that the credentials name; nobody else's host is ever sent an API token."""
        found = SITE.fullmatch(self.credential("site"))
        if not found:
            raise Refused("The site must be one of Jira Cloud, such as acme.atlassian.net.")
        return f"{found[1].lower()}.atlassian.net"

    def _reached_site(self) -> tuple[str, str]:
        """Return the id and the host of the site that a sign-in is for."""
        sites = self.read(self.ask("GET", "/oauth/token/accessible-resources"), sites_in)
        if self.credentials.get("cloud_id"):
            sites = [site for site in sites if site[0] == self.credential("cloud_id")]
        elif self.credentials.get("site"):
            sites = [site for site in sites if site[1] == self._named_site()]
        if len(sites) != 1:
            raise Refused(
                "The sign-in must reach one site: name it by 'site' or 'cloud_id' and connect again."
            )
        return sites[0]
