"""Zone settings with weak and secure values, and the fix.

Source: Cloudflare, "Zone Settings" of the API, and the pages at `docs_path`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MIN_HSTS_SECONDS = 15_552_000  # six months
EDGE_DOCS = "ssl/edge-certificates/additional-options"


@dataclass(frozen=True)
class ZoneSetting:
    """A setting of a zone that is checked. A value in neither `weak` nor `secure` is unknown."""

    check: str
    name: str
    title: str
    description: str
    fix: str
    docs_path: str
    weak: Mapping[str, str] | Callable[[Any], str | None]  # weak value → severity
    secure: frozenset[str] = frozenset({"on"})
    path: str = "/settings/{name}"
    member: str = "value"
    domain: str = "security"

    def is_secure(self, value: Any) -> bool:
        if callable(self.weak):
            return isinstance(value, Mapping) and self.weak(value) is None
        return isinstance(value, str) and value in self.secure

    def read_value(self, result: Any) -> tuple[Any, str | None]:
        """Return the value, and its severity if it is known to be weak."""
        value = result[self.member]
        if callable(self.weak):
            return value, self.weak(value)
        return value, self.weak.get(value) if isinstance(value, str) else None


def _hsts_severity(value: Any) -> str | None:
    hsts = value.get("strict_transport_security") or {}
    is_long = hsts.get("enabled") and (hsts.get("max_age") or 0) >= MIN_HSTS_SECONDS
    return None if is_long else "medium"


SETTINGS = (
    ZoneSetting(
        check="cloudflare_ssl",
        name="ssl",
        title="Traffic is not encrypted end to end",
        description="Off sends all traffic unencrypted; Flexible leaves the connection between Cloudflare and the "
        "origin server unencrypted.",
        fix="Set the SSL/TLS encryption mode to Full (strict).",
        docs_path="ssl/origin-configuration/ssl-modes/",
        weak={"off": "critical", "flexible": "high"},
        secure=frozenset({"full", "strict", "origin_pull"}),
    ),
    ZoneSetting(
        check="cloudflare_always_use_https",
        name="always_use_https",
        title="Pages are served over plain HTTP",
        description="Requests over HTTP are answered instead of being redirected to HTTPS.",
        fix="Enable Always Use HTTPS.",
        docs_path=f"{EDGE_DOCS}/always-use-https/",
        weak={"off": "medium"},
    ),
    ZoneSetting(
        check="cloudflare_min_tls",
        name="min_tls_version",
        title="Deprecated TLS versions are accepted",
        description="RFC 8996 deprecates TLS 1.0 and 1.1 because of their weaknesses.",
        fix="Set the Minimum TLS Version to 1.2 or later.",
        docs_path=f"{EDGE_DOCS}/minimum-tls/",
        weak={"1.0": "high", "1.1": "high"},
        secure=frozenset({"1.2", "1.3"}),
    ),
    ZoneSetting(
        check="cloudflare_tls_1_3",
        name="tls_1_3",
        title="TLS 1.3 is disabled",
        description="TLS 1.3 removes weak ciphers and needs one round trip less than its predecessors.",
        fix="Enable TLS 1.3.",
        docs_path=f"{EDGE_DOCS}/tls-13/",
        weak={"off": "low"},
        secure=frozenset({"on", "zrt"}),
    ),
    ZoneSetting(
        check="cloudflare_https_rewrites",
        name="automatic_https_rewrites",
        title="Automatic HTTPS Rewrites is disabled",
        description="Images and scripts that pages reference over HTTP remain mixed content.",
        fix="Enable Automatic HTTPS Rewrites.",
        docs_path=f"{EDGE_DOCS}/automatic-https-rewrites/",
        weak={"off": "low"},
    ),
    ZoneSetting(
        check="cloudflare_hsts",
        name="security_header",
        title="Strict-Transport-Security is disabled or too short",
        description="Without HSTS for at least six months, a browser's first request over plain HTTP can be "
        "intercepted.",
        fix="Enable HSTS with a max-age of six months or more, once every host of the zone serves HTTPS.",
        docs_path=f"{EDGE_DOCS}/http-strict-transport-security/",
        weak=_hsts_severity,
    ),
    ZoneSetting(
        check="cloudflare_security_level",
        name="security_level",
        title="Security Level is off",
        description="Visitors with a bad reputation are not challenged.",
        fix="Set the Security Level to Medium or higher.",
        docs_path="waf/tools/security-level/",
        weak={"off": "medium", "essentially_off": "medium"},
        secure=frozenset({"low", "medium", "high", "under_attack"}),
    ),
    ZoneSetting(
        check="cloudflare_browser_check",
        name="browser_check",
        title="Browser Integrity Check is disabled",
        description="Requests with headers that only abusive clients send are accepted.",
        fix="Enable Browser Integrity Check.",
        docs_path="waf/tools/browser-integrity-check/",
        weak={"off": "low"},
    ),
    ZoneSetting(
        check="cloudflare_development_mode",
        name="development_mode",
        domain="performance",
        title="Development Mode bypasses the cache",
        description="Every request goes to the origin server until the mode is disabled or expires.",
        fix="Disable Development Mode.",
        docs_path="cache/reference/development-mode/",
        weak={"on": "medium"},
        secure=frozenset({"off"}),
    ),
    ZoneSetting(
        check="cloudflare_http3",
        name="http3",
        domain="performance",
        title="HTTP/3 is disabled",
        description="Connections take longer to open and stall on packet loss.",
        fix="Enable HTTP/3 (with QUIC).",
        docs_path="speed/optimization/protocol/http3/",
        weak={"off": "low"},
    ),
    ZoneSetting(
        check="cloudflare_brotli",
        name="brotli",
        domain="performance",
        title="Brotli compression is disabled",
        description="Text responses are larger than necessary.",
        fix="Enable Brotli.",
        docs_path="speed/optimization/content/compression/",
        weak={"off": "low"},
    ),
    ZoneSetting(
        check="cloudflare_early_hints",
        name="early_hints",
        domain="performance",
        title="Early Hints is disabled",
        description="Browsers start to load a page's resources only after the response arrives.",
        fix="Enable Early Hints.",
        docs_path="cache/advanced-configuration/early-hints/",
        weak={"off": "low"},
    ),
    ZoneSetting(
        check="cloudflare_dnssec",
        name="dnssec",
        title="DNSSEC is not active",
        description="DNS answers for the zone can be forged.",
        fix="Enable DNSSEC and add its DS record at the registrar.",
        docs_path="dns/dnssec/",
        weak={"disabled": "medium", "pending": "medium", "pending-disabled": "medium", "error": "high"},
        path="/dnssec",
        member="status",
        secure=frozenset({"active"}),
    ),
)

SETTINGS_BY_CHECK = {setting.check: setting for setting in SETTINGS}
