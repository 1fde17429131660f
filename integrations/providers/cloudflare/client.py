"""Cloudflare's API v4: authentication, the response envelope, rate limits and errors.

Credentials: `api_token` (permissions Zone: Read, Zone Settings: Read and DNS: Read) and `zone_id`. A sign-in by OAuth
stores `token` instead of the first.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple, NoReturn

from integrations.providers.base import PARSE_ERRORS, Provider, is_html, is_unreadable
from integrations.providers.cloudflare.zone_settings import SETTINGS
from integrations.providers.credential_fields import CredentialField, secret
from integrations.providers.errors import ProviderRefused, TokenRejected, UnreadableResponse
from integrations.providers.headers import retry_after
from integrations.providers.oauth import OAuth
from integrations.providers.types import text
from krafter_audit.http.client import Response

ZONE_ID = re.compile(r"[0-9a-f]{32}")
SECONDS_LEFT = re.compile(r"\bt=(\d+)")
INVALID_TOKEN_CODE = 9109  # also of a valid token that lacks a permission
TOKEN_CODES = frozenset({6003, INVALID_TOKEN_CODE})  # 6003: invalid request headers


class AccessDenied(TokenRejected):
    """The token is invalid, or lacks a permission for a part of the zone."""


class PermissionMissing(ProviderRefused):
    """A valid token may not read a part of the zone."""


class Zone(NamedTuple):
    """The domain name of a zone, its URL in the dashboard, and its account; empty if unknown."""

    domain: str
    url: str
    account: str


class CloudflareClient(Provider):
    name = "cloudflare"
    title = "Cloudflare"
    summary = "Weak settings of a zone become findings."
    api_url = "https://api.cloudflare.com/client/v4"
    oauth = OAuth(
        "https://dash.cloudflare.com/oauth2/token",
        authorize_url="https://dash.cloudflare.com/oauth2/auth",
        has_pkce=True,
    )
    credential_fields = (
        secret(
            "api_token",
            "API token",
            "In the Cloudflare dashboard, open My profile → API tokens → Create token → Custom token, with the "
            "permissions Zone: Read, Zone Settings: Read and DNS: Read for this zone.",
        ),
        CredentialField(
            "zone_id",
            "Zone ID",
            "In the Cloudflare dashboard, open the domain; its Overview page shows the zone ID under API.",
            "023e105f4ecef8ad9ca31a8372d0c353",
        ),
    )
    public_credentials = ("zone_id",)
    permission_hint = "the token lacks a permission or access to the zone"
    default_wait = timedelta(minutes=5)  # Cloudflare counts in windows of five minutes

    @property
    def _uses_oauth(self) -> bool:
        return bool(self.credentials.get("token")) and not self.credentials.get("api_token")

    def headers(self) -> dict[str, str]:
        token = self.credential("token" if self._uses_oauth else "api_token")
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
    def zone(self) -> Zone:
        return self.get_result("", _read_zone)

    def get_result[Parsed](self, path: str, read: Callable[[Any], Parsed]) -> Parsed:
        """Return the `result` of an envelope. Raises PermissionMissing for a path that a valid token may not read."""
        try:
            return self._get(f"/zones/{self.zone_id}{path}", read)
        except AccessDenied:
            if self._is_token_valid():
                denied = f"Cloudflare denies access to {path.strip('/')}: {self.permission_hint}."
                raise PermissionMissing(denied) from None
        raise TokenRejected(f"Cloudflare does not accept the {self.credential_label}: connect again.")

    def _get[Parsed](self, path: str, read: Callable[[Any], Parsed]) -> Parsed:
        response = self.request("GET", path)
        # Both the status and `success` must report success.
        if self.parse(response, lambda body: body["success"]) is not True:
            self.raise_for_error(response)
        return self.parse(response, lambda body: read(body["result"]))

    def check_connection(self) -> None:
        _ = self.zone
        # Some settings may be denied or unreadable; a zone of which no setting can be read is of no use.
        failure: PermissionMissing | UnreadableResponse | None = None
        for setting in SETTINGS:
            try:
                self.get_result(setting.path.format(name=setting.name), setting.read_value)
            except (PermissionMissing, UnreadableResponse) as error:
                failure = failure or error
            else:
                return
        if failure is not None:
            raise failure

    def _is_token_valid(self) -> bool:
        # API tokens belong to a user or to an account.
        owners = ["/user", *([f"/accounts/{self.zone.account}"] if self.zone.account else [])]
        for owner in owners:
            with suppress(ProviderRefused, TokenRejected):
                return self._get(f"{owner}/tokens/verify", lambda token: token["status"] == "active")
        return self._uses_oauth and self._can_read_zone()

    def _can_read_zone(self) -> bool:
        # For the token of a sign-in, which is no API token.
        try:
            self._get(f"/zones/{self.zone_id}", _read_zone)
        except (ProviderRefused, TokenRejected):
            return False
        return True

    def limit_reset(self, response: Response, now: datetime) -> datetime | None:
        # `Ratelimit: "default";r=0;t=30`: t is the number of seconds left of the window.
        left = SECONDS_LEFT.search(response.headers.get("ratelimit") or "")
        return retry_after(left[1], now) if left else None

    def is_outage(self, response: Response) -> bool:
        # The API answers in JSON only: a web page comes from something in front of it. Without its JSON, a 403 may
        # mean the token or a permission.
        is_cut_off = response.status == 403 and is_unreadable(response)
        return super().is_outage(response) or is_html(response) or is_cut_off

    def raise_for_error(self, response: Response) -> NoReturn:
        is_below_zone = bool(_path_in_zone(response))
        if is_below_zone and response.status == 403 and INVALID_TOKEN_CODE in _codes(response):
            raise AccessDenied(self.refusal(response))
        super().raise_for_error(response)

    def is_token_rejected(self, response: Response) -> bool:
        # Also reported with other statuses than 401, and a code.
        return super().is_token_rejected(response) or bool(_codes(response) & TOKEN_CODES)

    def refusal(self, response: Response) -> str:
        # An invalid token and a missing permission have the same code; only the messages differ.
        if response.status == 403 and "Invalid access token" not in self.detail(response):
            return f"Cloudflare denies access to {self.resource_of(response)}: {self.permission_hint}."
        return super().refusal(response)

    def resource_of(self, response: Response) -> str:
        return _path_in_zone(response) or "the zone"

    def error_message(self, body: Any) -> Any:
        return " ".join(f"{error['message']} ({error['code']})" for error in body["errors"])


def _codes(response: Response) -> set[Any]:
    try:
        return {error["code"] for error in response.json()["errors"]}
    except PARSE_ERRORS:
        return set()


def _path_in_zone(response: Response) -> str:
    return response.url.partition("/zones/")[2].partition("/")[2].partition("?")[0]


def _read_zone(zone: Any) -> Zone:
    account, domain = (zone.get("account") or {}).get("id"), text(zone["name"])
    path = f"{account}/{domain}" if account else f"?to=/:account/{domain}"
    return Zone(domain, f"https://dash.cloudflare.com/{path}", str(account or ""))
