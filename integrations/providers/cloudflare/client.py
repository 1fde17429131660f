"""Cloudflare's API v4: authentication, the response envelope, rate limits and errors.

Credentials: `api_token` (permissions Zone: Read, Zone Settings: Read and DNS: Read) and `zone_id`. A sign-in by OAuth
stores `token` instead of the first.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from integrations.providers.base import UNREADABLE, Provider, is_html, is_unreadable
from integrations.providers.errors import ProviderRefused
from integrations.providers.headers import after_seconds
from integrations.providers.oauth import OAuth
from krafter_audit.http.client import Response

ZONE_ID = re.compile(r"[0-9a-f]{32}")
SECONDS_LEFT = re.compile(r"\bt=(\d+)")
TOKEN_CODES = frozenset({6003, 9109})  # invalid request headers, invalid access token


class CloudflareClient(Provider):
    name = "cloudflare"
    title = "Cloudflare"
    api_url = "https://api.cloudflare.com/client/v4"
    oauth = OAuth("https://dash.cloudflare.com/oauth2/token")
    public_credentials = ("zone_id",)
    permission_hint = "the token lacks a permission or access to the zone"
    default_wait = timedelta(minutes=5)  # Cloudflare counts in windows of five minutes

    def headers(self) -> dict[str, str]:
        has_api_token = self.credentials.get("api_token") or not self.credentials.get("token")
        token = self.credential("api_token" if has_api_token else "token")
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    @property
    def zone_id(self) -> str:
        zone = self.credential("zone_id").lower()
        if not ZONE_ID.fullmatch(zone):
            raise ProviderRefused(
                "The zone_id must be the 32 hexadecimal digits that Cloudflare shows for the zone."
            )
        return zone

    @cached_property
    def zone(self) -> tuple[str, str]:
        """The zone's domain name and its URL in the dashboard."""
        return self.get_result("", _zone)

    def get_result[Parsed](self, path: str, read: Callable[[Any], Parsed]) -> Parsed:
        """Return the `result` of an envelope."""
        response = self.request("GET", f"/zones/{self.zone_id}{path}")
        # Both the status and `success` must report success.
        if self.parse(response, lambda body: body["success"]) is not True:
            self.raise_for_error(response)
        return self.parse(response, lambda body: read(body["result"]))

    def check_connection(self) -> None:
        _ = self.zone
        self.get_result("/settings/ssl", lambda setting: setting["value"])

    def limit_reset(self, response: Response, now: datetime) -> datetime | None:
        # `Ratelimit: "default";r=0;t=30`: t is the number of seconds left of the window.
        left = SECONDS_LEFT.search(response.headers.get("ratelimit") or "")
        return after_seconds(left[1], now) if left else None

    def is_outage(self, response: Response) -> bool:
        # The API answers in JSON only: a web page comes from something in front of it. Without its JSON, a 403 may
        # mean the token or a permission.
        is_cut_off = response.status == 403 and is_unreadable(response)
        return super().is_outage(response) or is_html(response) or is_cut_off

    def is_token_rejected(self, response: Response) -> bool:
        # Also reported with other statuses than 401, and a code.
        return super().is_token_rejected(response) or bool(_codes(response) & TOKEN_CODES)

    def refusal(self, response: Response) -> str:
        # The code of an invalid token also stands for a missing permission; its message tells them apart.
        if response.status == 403 and "Invalid access token" not in self.detail(response):
            return f"Cloudflare denies access to {self.resource_of(response)}: {self.permission_hint}."
        return super().refusal(response)

    def resource_of(self, response: Response) -> str:
        path = response.url.partition("/zones/")[2].partition("/")[2].partition("?")[0]
        return path or "the zone"

    def error_message(self, body: Any) -> Any:
        return " ".join(f"{error['message']} ({error['code']})" for error in body["errors"])


def _codes(response: Response) -> set[Any]:
    try:
        return {error["code"] for error in response.json()["errors"]}
    except UNREADABLE:
        return set()


def _zone(zone: Any) -> tuple[str, str]:
    account, domain = (zone.get("account") or {}).get("id"), str(zone["name"])
    path = f"{account}/{domain}" if account else f"?to=/:account/{domain}"
    return domain, f"https://dash.cloudflare.com/{path}"
