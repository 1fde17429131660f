"""Speed as far as it shows without a browser: the server's answer, its size on the wire, and how it may be
cached.
"""

from krafter_audit.http.client import Response
from scanner.checks import config_snippets
from scanner.outcome import Measurement, Outcome, not_applicable, verdict
from scanner.page import media_type
from scanner.page_context import Facts
from scanner.registry import LOW, MEDIUM, PERFORMANCE, Fix, Metric, check

SMALLEST_WORTH_COMPRESSING = 1400
COMPRESSIONS = ("gzip", "br", "zstd", "deflate")
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")
A_WEEK = 7 * 24 * 3600


@check(
    "ttfb",
    domain=PERFORMANCE,
    severity=MEDIUM,
    needs={"page", "timings"},
    title="The server answers slowly",
    why="Nothing can be shown before the first byte has come; every later moment of the page waits for it.",
    fix=Fix(
        "Bring the time to the first byte under 600 ms.",
        (
            "Measure where the time goes: database, templates, calls to other services.",
            "Cache what does not change with every visitor, in the application or at a CDN.",
            "Move work that the answer does not need into the background.",
        ),
        (
            "https://web.dev/articles/ttfb",
            "https://developer.chrome.com/docs/lighthouse/performance/time-to-first-byte",
        ),
        {
            "nginx": "proxy_cache_path /var/cache/nginx keys_zone=pages:10m; … proxy_cache pages; "
            "proxy_cache_valid 200 1m;",
            "apache": "CacheEnable disk /; CacheDefaultExpire 60",
            "caddy": "reverse_proxy app:8000 with the cache-handler module: cache { ttl 60s }",
            "django": "Use django.views.decorators.cache.cache_page(60) on views that are the same for everybody.",
            "express": 'app.use((req, res, next) => { res.set("Cache-Control", "public, s-maxage=60"); next(); });',
            "cloudflare": "Caching > Cache Rules: Eligible for cache, for pages that are the same for everybody",
        },
    ),
    metric=Metric("ms", 600.0),
    oracle={"lighthouse": "server-response-time"},
)
def time_to_first_byte(facts: Facts) -> Measurement:
    """The median time to the first byte of the document is at most 600 ms, after one warm-up request."""
    return Measurement(facts.first_byte_times(3), more=facts.first_byte_times)


@check(
    "text_compression",
    domain=PERFORMANCE,
    severity=MEDIUM,
    needs={"page", "encoded", "assets"},
    title="Text is sent without compression",
    why="HTML, CSS and JavaScript shrink to a quarter when compressed; without it every visit waits for the "
    "rest.",
    fix=Fix(
        "Compress text with gzip, Brotli or Zstandard.",
        (
            "Switch compression on for HTML, CSS, JavaScript, JSON and SVG.",
            "Check that a proxy or a CDN in front keeps Content-Encoding.",
        ),
        (
            "https://developer.chrome.com/docs/lighthouse/performance/uses-text-compression",
            "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Compression",
        ),
        config_snippets.COMPRESSION,
    ),
    headers=("content-encoding", "vary"),
    oracle={"lighthouse": "document-latency-insight"},
)
def text_is_compressed(facts: Facts) -> Outcome:
    """The document and its same-origin CSS and JavaScript of over 1400 bytes come with gzip, br or zstd."""
    texts = [facts.encoded, *facts.assets]
    large = [one for one in texts if _is_text(one) and len(one.body) > SMALLEST_WORTH_COMPRESSING]
    plain = [f"{one.url} ({len(one.body)} bytes)" for one in large if not _is_compressed(one)]
    return verdict(
        plain,
        fine="Every text that is worth it is compressed.",
        wrong="Text is sent as it is.",
        looked_at=len(texts),
    )


def _is_text(response: Response) -> bool:
    kind = media_type(response.headers.get("content-type"))
    return kind.startswith(COMPRESSIBLE) or kind.endswith("+json")


def _is_compressed(response: Response) -> bool:
    encodings = (response.headers.get("content-encoding") or "").lower().split(",")
    return any(encoding.strip() in COMPRESSIONS for encoding in encodings)


@check(
    "cache_policy",
    domain=PERFORMANCE,
    severity=LOW,
    needs={"page", "assets"},
    title="Static files may not be cached for long",
    why="A visitor who comes back loads every file again that has not changed.",
    fix=Fix(
        "Let browsers keep static files for a week or longer.",
        (
            "Give static files names that change with their content (app.3f2a.js).",
            "Send Cache-Control: public, max-age=31536000, immutable with them.",
        ),
        (
            "https://developer.chrome.com/docs/lighthouse/performance/uses-long-cache-ttl",
            "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Cache-Control",
        ),
        config_snippets.LONG_LIVED,
    ),
    headers=("cache-control",),
    oracle={"lighthouse": "cache-insight"},
)
def static_files_are_cached(facts: Facts) -> Outcome:
    """Same-origin CSS, JavaScript and images have a max-age of 7 days or more, or are immutable."""
    assets = [asset for asset in facts.assets if asset.status == 200]
    if not assets:
        return not_applicable("The page loads no static file from its own origin.")
    short = [
        f"{asset.url} ({asset.headers.get('cache-control') or 'no Cache-Control'})"
        for asset in assets
        if not _lasts_a_week(asset.headers.get("cache-control") or "")
    ]
    return verdict(short, fine="Every static file may be kept.", wrong="Static files are kept too shortly.")


def _lasts_a_week(cache_control: str) -> bool:
    parts = [part.strip().lower() for part in cache_control.split(",")]
    if "no-store" in parts or "no-cache" in parts:
        return False
    ages = [part.removeprefix("max-age=").strip('"') for part in parts if part.startswith("max-age=")]
    return "immutable" in parts or any(age.isdecimal() and int(age[:12]) >= A_WEEK for age in ages)
