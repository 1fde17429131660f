"""Cloudflare: zone settings that weaken security or speed come in as findings (API v4). Nothing is changed there.

Credentials: `api_token` (permissions Zone: Read, Zone Settings: Read and DNS: Read) and `zone_id`; a sign-in
by OAuth leaves a `token` in place of the first. Settings are read one by one: one that the plan or the token
does not open is told in the log, and the others go on.
A finding is verified by reading its setting again: `cloudflare_min_tls` and the like.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from integrations.providers.base import OAuth, Provider, Refused, RemoteFinding, Source, Unavailable
from integrations.providers.cloudflare.zone_settings import BY_KEY, SETTINGS, Setting
from integrations.providers.recheck import Reply
from krafter_audit.http.client import Response

ZONE = re.compile(r"[0-9a-f]{32}")
SECONDS_LEFT = re.compile(r"\bt=(\d+)")
PAUSE_WITHOUT_A_TIME = timedelta(minutes=5)  # Cloudflare counts in windows of five minutes
DOCS = "https://developers.cloudflare.com"


class Cloudflare(Provider):
    """One zone."""

    name = "cloudflare"
    title = "Cloudflare"
    api_url = "https://api.cloudflare.com/client/v4"
    oauth = OAuth("https://dash.cloudflare.com/oauth2/token")
    chosen = ("zone_id",)
    checks = tuple(BY_KEY)
    _named: tuple[str, str] | None = None

    def headers(self) -> dict[str, str]:
        """Return what every request carries."""
        signed_in = self.credentials.get("token") and not self.credentials.get("api_token")
        token = self.credential("token" if signed_in else "api_token")
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def check(self) -> None:
        """See that the token opens the zone and its settings."""
        self._zone()
        self._result("/settings/ssl", lambda setting: setting["value"])

    def sources(self) -> Sequence[Source]:
        """List the settings, each as a source of its own."""
        return [Source(f"findings of {setting.name}", partial(self._weak, setting)) for setting in SETTINGS]

    def refuse(self, answer: Response) -> None:
        """Tell rate limits and outages from refusals. Source: Cloudflare, "Rate limits" of its API."""
        if answer.status == 429:
            until = _limited_until(answer)
            raise Unavailable(f"Cloudflare lets us in again at {until:%H:%M:%S} UTC.", retry_at=until)
        if answer.status >= 500:
            raise Unavailable(f"Cloudflare answered with status {answer.status}.")
        if "html" in (answer.headers.get("content-type") or ""):
            raise Unavailable(f"Cloudflare answered with a web page and no data (status {answer.status}).")
        raise Refused(_refusal(answer))

    def is_expired(self, answer: Response) -> bool:
        """Cloudflare says it with the status 403 and the code 9109, too."""
        return super().is_expired(answer) or "(9109)" in _why(answer)

    def ask_again(self, key: str, evidence: Mapping[str, Any], since: datetime) -> Reply:
        """Read the setting again."""
        setting = BY_KEY[key]
        if evidence.get("source") != f"cloudflare/{self.zone_id}/{setting.name}":
            raise Refused("The finding is of another zone than the one that is connected.")
        value, severity = self._result(setting.path.format(name=setting.name), setting.judge)
        seen = {"setting": setting.name, "value": value}
        if severity is not None:
            return Reply(False, f"{setting.name} is still weak.", seen)
        if not setting.is_sound(value):
            return Reply(None, f"{setting.name} has a value that this build does not know.", seen)
        return Reply(True, f"{setting.name} is as it should be.", seen)

    @property
    def zone_id(self) -> str:
        """The zone that the credentials name."""
        named = self.credential("zone_id").lower()
        if not ZONE.fullmatch(named):
            raise Refused("The zone_id must be the 32 digits and letters that Cloudflare shows for the zone.")
        return named

    def _zone(self) -> tuple[str, str]:
        """Return the zone's domain name and its address in the dashboard; asked for once."""
        if self._named is None:
            self._named = self._result("", _named)
        return self._named

    def _result[Parsed](self, path: str, parse: Callable[[Any], Parsed]) -> Parsed:
        """Return what an envelope holds; it counts when both the status and `success` say so."""
        answer = self.ask("GET", f"/zones/{self.zone_id}{path}")
        if self.read(answer, lambda told: told["success"]) is not True:
            self.refuse(answer)
        return self.read(answer, lambda told: parse(told["result"]))

    def _weak(self, setting: Setting) -> Iterator[Sequence[RemoteFinding]]:
        """Yield a finding where a setting is weak. No finding is never read as mended."""
        domain, address = self._zone()
        value, severity = self._result(setting.path.format(name=setting.name), setting.judge)
        if severity is None:
            return
        yield [
            RemoteFinding(
                external_id=f"cloudflare/{self.zone_id}/{setting.name}",
                url=address,
                domain=setting.domain,
                title=f"{setting.title} (Cloudflare {setting.name}, {domain})",
                severity=severity,
                description=setting.why,
                assets=(("domain", domain),),
                evidence={
                    "setting": setting.name,
                    "value": value,
                    "zone": domain,
                    "checks": [setting.key],
                },
                fix={
                    "summary": setting.advice,
                    "steps": [f"Open the zone {domain} at Cloudflare.", setting.advice],
                    "references": [f"{DOCS}/{setting.docs}"],
                },
            )
        ]


def _named(zone: Any) -> tuple[str, str]:
    account, domain = (zone.get("account") or {}).get("id"), str(zone["name"])
    place = f"{account}/{domain}" if account else f"?to=/:account/{domain}"
    return domain, f"https://dash.cloudflare.com/{place}"


def _refusal(answer: Response) -> str:
    place, why = (
        answer.url.partition("/zones/")[2].partition("/")[2].partition("?")[0] or "the zone",
        _why(answer),
    )
    if answer.status == 401 or "Invalid access token" in why or "Invalid request headers" in why:
        return "Cloudflare does not accept the token: connect again with a valid one."
    if answer.status == 403:
        return f"Cloudflare denies access to {place}: the token lacks the permission or the zone{why}."
    if answer.status == 404:
        return f"Cloudflare does not show {place} to this token{why}."
    return f"Cloudflare refused the request for {place} (status {answer.status}){why}."


def _limited_until(answer: Response) -> datetime:
    now, wait = datetime.now(UTC), answer.headers.get("retry-after") or ""
    left = SECONDS_LEFT.search(answer.headers.get("ratelimit") or "")
    seconds = wait if wait.isdecimal() else left[1] if left else ""
    return now + (timedelta(seconds=min(int(seconds), 86_400)) if seconds else PAUSE_WITHOUT_A_TIME)


def _why(answer: Response) -> str:
    """Return Cloudflare's own words for a refused request, in one short line."""
    try:
        told = [f"{error['message']} ({error['code']})" for error in answer.json()["errors"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ""
    return f": {' '.join(' '.join(told).split())[:200]}" if told else ""
