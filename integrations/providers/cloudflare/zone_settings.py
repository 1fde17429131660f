"""The settings of a zone that are read: which values are weak, which are sound, and what to do.

Source: Cloudflare, "Zone Settings" of the API, and the pages that `docs` names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

HALF_A_YEAR = 15_552_000  # seconds; what HSTS is to last at least
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
    sound: frozenset[str] = frozenset({"on"})
    key: str = ""
    path: str = "/settings/{name}"
    member: str = "value"

    def is_sound(self, value: Any) -> bool:
        """Tell whether a value is known to be right: one that is not known to be weak may be new."""
        if callable(self.weak):
            return isinstance(value, Mapping) and self.weak(value) is None
        return isinstance(value, str) and value in self.sound

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
        sound=frozenset({"full", "strict", "origin_pull"}),
        key="cloudflare_ssl",
    ),
    Setting(
        "always_use_https",
        "security",
        "Pages are served over plain HTTP",
        "Requests over HTTP are answered and not sent to HTTPS.",
        "Switch Always Use HTTPS on.",
        f"{EDGE}/always-use-https/",
        {"off": "medium"},
        key="cloudflare_always_use_https",
    ),
    Setting(
        "min_tls_version",
        "security",
        "TLS versions are accepted that are out of use",
        "TLS 1.0 and 1.1 were deprecated by RFC 8996 for their weaknesses.",
        "Set the Minimum TLS Version to 1.2 or later.",
        f"{EDGE}/minimum-tls/",
        {"1.0": "high", "1.1": "high"},
        sound=frozenset({"1.2", "1.3"}),
        key="cloudflare_min_tls",
    ),
    Setting(
        "tls_1_3",
        "security",
        "TLS 1.3 is switched off",
        "TLS 1.3 drops the weak ciphers of its forerunners and needs one round trip less.",
        "Switch TLS 1.3 on.",
        f"{EDGE}/tls-13/",
        {"off": "low"},
        sound=frozenset({"on", "zrt"}),
        key="cloudflare_tls_1_3",
    ),
    Setting(
        "automatic_https_rewrites",
        "security",
        "References to plain HTTP are not rewritten",
        "Images and scripts that pages name over HTTP stay mixed content.",
        "Switch Automatic HTTPS Rewrites on.",
        f"{EDGE}/automatic-https-rewrites/",
        {"off": "low"},
        key="cloudflare_https_rewrites",
    ),
    Setting(
        "security_header",
        "security",
        "Strict-Transport-Security is off or too short",
        "Without it, for half a year at least, a browser's first request can be led away over plain HTTP.",
        "Enable HSTS with a max-age of six months or more, once every host of the zone serves HTTPS.",
        f"{EDGE}/http-strict-transport-security/",
        _hsts,
        key="cloudflare_hsts",
    ),
    Setting(
        "security_level",
        "security",
        "Visitors of bad reputation are not challenged",
        "The security level is off, or essentially off.",
        "Set the Security Level to Medium or higher.",
        "waf/tools/security-level/",
        {"off": "medium", "essentially_off": "medium"},
        sound=frozenset({"low", "medium", "high", "under_attack"}),
        key="cloudflare_security_level",
    ),
    Setting(
        "browser_check",
        "security",
        "The browser integrity check is off",
        "Requests with headers that only abusive clients send are let through.",
        "Switch Browser Integrity Check on.",
        "waf/tools/browser-integrity-check/",
        {"off": "low"},
        key="cloudflare_browser_check",
    ),
    Setting(
        "development_mode",
        "performance",
        "Development mode bypasses the cache",
        "Every request goes to the server until the mode is switched off or has run out.",
        "Switch Development Mode off.",
        "cache/reference/development-mode/",
        {"on": "medium"},
        sound=frozenset({"off"}),
        key="cloudflare_development_mode",
    ),
    Setting(
        "http3",
        "performance",
        "HTTP/3 is switched off",
        "Connections take longer to begin and stall on lost packets.",
        "Switch HTTP/3 (with QUIC) on.",
        "speed/optimization/protocol/http3/",
        {"off": "low"},
        key="cloudflare_http3",
    ),
    Setting(
        "brotli",
        "performance",
        "Brotli compression is switched off",
        "Texts are sent larger than browsers need them.",
        "Switch Brotli on.",
        "speed/optimization/content/compression/",
        {"off": "low"},
        key="cloudflare_brotli",
    ),
    Setting(
        "early_hints",
        "performance",
        "Early hints are switched off",
        "Browsers learn what a page needs only when the page has come.",
        "Switch Early Hints on.",
        "cache/advanced-configuration/early-hints/",
        {"off": "low"},
        key="cloudflare_early_hints",
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
        sound=frozenset({"active"}),
        key="cloudflare_dnssec",
    ),
)

BY_KEY = {setting.key: setting for setting in SETTINGS}
