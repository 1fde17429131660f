"""Cloudflare: zone settings that weaken security or speed come in as findings (API v4). Nothing is changed there.

Credentials: `api_token` (permissions Zone: Read, Zone Settings: Read and DNS: Read) and `zone_id`; a sign-in
by OAuth leaves a `token` in place of the first. Settings are read one by one: one that the plan or the token
does not open is told in the log, and the others go on.
No check of the engine reads these settings yet, so `checks` in the evidence is empty and a person verifies.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from integrations.providers.base import OAuth, Provider, Refused, RemoteFinding, Source, Unavailable
from krafter_audit.lib.http import Response

ZONE = re.compile(r"[0-9a-f]{32}")
SECONDS_LEFT = re.compile(r"\bt=(\d+)")
HALF_A_YEAR = 15_552_000  # seconds; what HSTS is to last at least
PAUSE_WITHOUT_A_TIME = timedelta(minutes=5)  # Cloudflare counts in windows of five minutes
UNVERIFIED = "No automatic check reads this setting yet: see at Cloudflare that it is changed."
DOCS = "https://developers.cloudflare.com"
EDGE = "ssl/edge-certificates/additional-options"


@dataclass(frozen=True)
class Setting:
    """One setting of a zone. `weak` says how severe a value is; what it does not name is all right."""

    name: str
    domain: str
    title: str
    why: str
    advice: str
    docs: str
    weak: Mapping[str, str] | Callable[[Any], str | None]
    path: str = "/settings/{name}"
    member: str = "value"

    def judge(self, result: Any) -> tuple[Any, str | None]:
        """Return the value, and how severe it is: None when it is fine or not known to be weak."""
        value = result[self.member]
        if callable(self.weak):
            return value, self.weak(value)
        return value, self.weak.get(value) if isinstance(value, str) else None


def _hsts(value: Any) -> str | None:
    hsts = value.get("strict_transport_security") or {}
    lasts = hsts.get("enabled") and (hsts.get("max_age") or 0) >= HALF_A_YEAR
    return None if lasts else "medium"


SETTINGS = (
    Setting(
        "ssl",
        "security",
        "Traffic is not encrypted all the way to the server",
        "Off sends everything in the clear; Flexible leaves the way from Cloudflare to the server unencrypted.",
        "Set the SSL/TLS encryption mode to Full (strict).",
        "ssl/origin-configuration/ssl-modes/",
        {"off": "critical", "flexible": "high"},
    ),
    Setting(
        "always_use_https",
        "security",
        "Pages are served over plain HTTP",
        "Requests over HTTP are answered and not sent to HTTPS.",
        "Switch Always Use HTTPS on.",
        f"{EDGE}/always-use-https/",
        {"off": "medium"},
    ),
    Setting(
        "min_tls_version",
        "security",
        "TLS versions are accepted that are out of use",
        "TLS 1.0 and 1.1 were deprecated by RFC 8996 for their weaknesses.",
        "Set the Minimum TLS Version to 1.2 or later.",
        f"{EDGE}/minimum-tls/",
        {"1.0": "high", "1.1": "high"},
    ),
    Setting(
        "tls_1_3",
        "security",
        "TLS 1.3 is switched off",
        "TLS 1.3 drops the weak ciphers of its forerunners and needs one round trip less.",
        "Switch TLS 1.3 on.",
        f"{EDGE}/tls-13/",
        {"off": "low"},
    ),
    Setting(
        "automatic_https_rewrites",
        "security",
        "References to plain HTTP are not rewritten",
        "Images and scripts that pages name over HTTP stay mixed content.",
        "Switch Automatic HTTPS Rewrites on.",
        f"{EDGE}/automatic-https-rewrites/",
        {"off": "low"},
    ),
    Setting(
        "security_header",
        "security",
        "Strict-Transport-Security is off or too short",
        "Without it, for half a year at least, a browser's first request can be led away over plain HTTP.",
        "Enable HSTS with a max-age of six months or more, once every host of the zone serves HTTPS.",
        f"{EDGE}/http-strict-transport-security/",
        _hsts,
    ),
    Setting(
        "security_level",
        "security",
        "Visitors of bad reputation are not challenged",
        "The security level is off, or essentially off.",
        "Set the Security Level to Medium or higher.",
        "waf/tools/security-level/",
        {"off": "medium", "essentially_off": "medium"},
    ),
    Setting(
        "browser_check",
        "security",
        "The browser integrity check is off",
        "Requests with headers that only abusive clients send are let through.",
        "Switch Browser Integrity Check on.",
        "waf/tools/browser-integrity-check/",
        {"off": "low"},
    ),
    Setting(
        "development_mode",
        "performance",
        "Development mode bypasses the cache",
        "Every request goes to the server until the mode is switched off or has run out.",
        "Switch Development Mode off.",
        "cache/reference/development-mode/",
        {"on": "medium"},
    ),
    Setting(
        "http3",
        "performance",
        "HTTP/3 is switched off",
        "Connections take longer to begin and stall on lost packets.",
        "Switch HTTP/3 (with QUIC) on.",
        "speed/optimization/protocol/http3/",
        {"off": "low"},
    ),
    Setting(
        "brotli",
        "performance",
        "Brotli compression is switched off",
        "Texts are sent larger than browsers need them.",
        "Switch Brotli on.",
        "speed/optimization/content/compression/",
        {"off": "low"},
    ),
    Setting(
        "early_hints",
        "performance",
        "Early hints are switched off",
        "Browsers learn what a page needs only when the page has come.",
        "Switch Early Hints on.",
        "cache/advanced-configuration/early-hints/",
        {"off": "low"},
    ),
    Setting(
        "dnssec",
        "security",
        "DNSSEC is not active",
        "Answers about the zone's names can be forged.",
        "Enable DNSSEC, and enter its DS record at the registrar.",
        "dns/dnssec/",
        {"disabled": "medium", "pending": "medium", "pending-disabled": "medium", "error": "high"},
        path="/dnssec",
        member="status",
    ),
)


class Cloudflare(Provider):
    """One zone."""

    name = "cloudflare"
    title = "Cloudflare"
    api_url = "https://api.cloudflare.com/client/v4"
    oauth = OAuth("https://dash.cloudflare.com/oauth2/token")
    chosen = ("zone_id",)
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
                    "checks": [],
                    "verification": UNVERIFIED,
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
