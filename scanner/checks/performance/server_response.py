"""Performance of the server's responses: time to first byte, compression, caching."""

from collections.abc import Callable
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from mimetypes import guess_type
from urllib.parse import urlsplit

from krafter_audit.http.client import Response
from scanner.checks import config_snippets
from scanner.outcome import FAILED, Measurement, Outcome, fail_if_any, faulty_urls, not_applicable
from scanner.page.context import COMPRESSION, SMALL_BODY_BYTES, PageContext
from scanner.page.page import Page, media_type
from scanner.parsing.scripted_content import JAVASCRIPT_TYPES
from scanner.preconditions import Inconclusive, encodings_of, require_encoded, require_whole_response
from scanner.registry import LOW, MEDIUM, Fix, Metric, check

ENCODINGS = frozenset({"gzip", "x-gzip", "br", "zstd", "deflate"})
COMPRESSIBLE = ("text/", "application/json", "application/xml", *JAVASCRIPT_TYPES)
UNAVAILABLE = (401, 403, 429)
MIN_CACHE_SECONDS = 7 * 24 * 3600


@check(
    "ttfb",
    severity=MEDIUM,
    needs={"page", "timings"},
    title="Server response time is slow (Time to First Byte)",
    why="The browser can show nothing before the first byte arrives; every later metric includes this time.",
    fix=Fix(
        "Reduce the Time to First Byte to less than 600 ms.",
        (
            "Measure what takes the time: database, templates, calls to other services.",
            "Cache what is the same for all visitors, in the application or on a CDN.",
            "Move work that the response does not need into background jobs.",
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
            "django": "Use django.views.decorators.cache.cache_page(60) on views that are the same for all visitors.",
            "express": 'app.use((req, res, next) => { res.set("Cache-Control", "public, s-maxage=60"); next(); });',
            "cloudflare": "Caching > Cache Rules: Eligible for cache, for pages that are the same for all visitors",
        },
    ),
    metric=Metric("ms", 600.0),
    oracle={"lighthouse": "server-response-time"},
    version=2,
)
def time_to_first_byte(context: PageContext) -> Measurement:
    """The median Time to First Byte of the document (after a fix, of a new redirect too) is at most 600 ms, if warm."""
    fast = context.fast_first_byte_time
    samples = context.first_byte_times(3) if fast is None else [fast]
    context.require_no_server_error()
    return Measurement(
        samples,
        take_samples=context.first_byte_times,
        varies=fast is not None,
        # Some servers are slow only while they answer several requests at the same time.
        take_undisturbed_samples=context.undisturbed_first_byte_times,
    )


@check(
    "text_compression",
    severity=MEDIUM,
    needs={"page", "encoded", "assets"},
    title="Text resources are served without compression",
    why="Compression reduces HTML, CSS and JavaScript to about a quarter; without it every visit takes longer.",
    fix=Fix(
        "Compress text resources with gzip, Brotli or Zstandard.",
        (
            "Enable compression for HTML, CSS, JavaScript, JSON and SVG.",
            "Check that proxies and CDNs in front of the server keep Content-Encoding.",
        ),
        (
            "https://developer.chrome.com/docs/lighthouse/performance/uses-text-compression",
            "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Compression",
        ),
        config_snippets.COMPRESSION,
    ),
    headers=("content-encoding", "vary"),
    oracle={"lighthouse": "document-latency-insight"},
    version=9,
)
def text_is_compressed(context: PageContext) -> Outcome:
    """The document and its same-origin CSS and JavaScript of over 1400 bytes are sent with gzip, br or zstd."""
    assets = [asset for asset in context.assets if asset.status == HTTPStatus.OK]
    responses = [context.encoded, *assets]
    # The document is HTML also without a Content-Type.
    texts = [context.encoded, *filter(_is_text, assets)]
    large = [response for response in texts if len(response.body) > SMALL_BODY_BYTES]
    outcome = fail_if_any(
        [
            f"{response.url} ({len(response.body)} bytes)"
            for response in large
            if not _is_compressed(response)
        ],
        ok="Every text resource over 1400 bytes is compressed.",
        problem="Text resources are not compressed.",
        resources=len(responses),
    )
    if outcome.status != FAILED:
        for asset in assets:
            require_whole_response(Page(asset))  # the size of a truncated asset is unknown
            require_encoded(asset)
    return _unless_unavailable(outcome, context, COMPRESSION, is_kind=_is_text_asset)


def _is_asset(response: Response) -> bool:
    """Return whether a whole script, style sheet or image was sent, and no HTML page in its place."""
    return response.status == HTTPStatus.OK and bool(response.body) and not Page(response).is_html


def _is_text_asset(response: Response) -> bool:
    return _is_asset(response) and _is_text(response)


def _unless_unavailable(
    outcome: Outcome, context: PageContext, key: str, *, is_kind: Callable[[Response], bool] = _is_asset
) -> Outcome:
    """Return the outcome; raise for a pass where assets were refused or the server failed, and may have the fault.

    `is_kind` returns whether an asset is of the kind that the check judges.
    """
    if outcome.status == FAILED:
        return outcome
    earlier = context.rendered.earlier.get(key)
    faulty = faulty_urls(earlier.evidence) if earlier else set()
    for asset in context.assets:
        is_refused = asset.status in UNAVAILABLE or asset.status >= 500
        # A photo is no text, so a refused photo cannot have the fault.
        if is_refused and not (key == COMPRESSION and _is_bitmap(asset)):
            raise Inconclusive("blocked", f"{asset.url} answered with status {asset.status}.")
        urls = {asset.url, *(redirect.url for redirect in asset.history)}
        # The page still loads the asset that failed, but gets something else, as during a deploy.
        if urls & faulty and not is_kind(asset):
            sent = f"status {asset.status}, {asset.content_type[:80] or 'no Content-Type'}"
            raise Inconclusive("target_missing", f"{asset.url} is not sent as the file that it was ({sent}).")
    return outcome


def _is_bitmap(asset: Response) -> bool:
    kind = guess_type(urlsplit(asset.url).path)[0] or ""
    return kind.startswith("image/") and not kind.endswith("+xml")


def _is_text(response: Response) -> bool:
    kind = media_type(response.content_type)
    return kind.startswith(COMPRESSIBLE) or kind.endswith(("+json", "+xml"))


def _is_compressed(response: Response) -> bool:
    return not ENCODINGS.isdisjoint(encodings_of(response.headers))


@check(
    "cache_policy",
    severity=LOW,
    needs={"page", "assets"},
    title="Static assets have an inefficient cache policy",
    why="Returning visitors download files again that have not changed.",
    fix=Fix(
        "Let browsers cache static assets for at least a week.",
        (
            "Use file names that change with the content (app.3f2a.js).",
            "Send Cache-Control: public, max-age=31536000, immutable with these files.",
        ),
        (
            "https://developer.chrome.com/docs/lighthouse/performance/uses-long-cache-ttl",
            "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Cache-Control",
        ),
        config_snippets.LONG_LIVED,
    ),
    headers=("cache-control",),
    oracle={"lighthouse": "cache-insight"},
    version=6,
)
def static_assets_are_cached(context: PageContext) -> Outcome:
    """Same-origin CSS, JavaScript and images have a max-age of at least 7 days, or are immutable."""
    assets = [asset for asset in context.assets if asset.status == HTTPStatus.OK]
    if not assets:
        return _unless_unavailable(
            not_applicable("The page loads no static asset from its own origin."), context, "cache_policy"
        )
    outcome = fail_if_any(
        [
            f"{asset.url} ({asset.headers.get('cache-control') or 'no Cache-Control'})"
            for asset in assets
            if not _is_cached_for_a_week(asset)
        ],
        ok="Every static asset is cached for at least 7 days.",
        problem="Static assets are cached for less than 7 days.",
    )
    return _unless_unavailable(outcome, context, "cache_policy")


def _is_cached_for_a_week(asset: Response) -> bool:
    parts = [part.strip().lower() for part in (asset.headers.get("cache-control") or "").split(",")]
    if "no-store" in parts or "no-cache" in parts:
        return False
    ages = [part.removeprefix("max-age=").strip('"') for part in parts if part.startswith("max-age=")]
    if "immutable" in parts:
        return True
    if not ages:
        return _seconds_to_expiry(asset) >= MIN_CACHE_SECONDS
    # Browsers use the first max-age, as of two Cache-Control headers.
    return ages[0].isdecimal() and int(ages[0][:12]) >= MIN_CACHE_SECONDS


def _seconds_to_expiry(asset: Response) -> float:
    """Return how long Expires allows to cache the asset (RFC 9111, 4.2.1); 0 without it or where it is invalid."""
    try:
        expires = parsedate_to_datetime(asset.headers.get("expires") or "")
        sent = parsedate_to_datetime(asset.headers.get("date") or format_datetime(asset.started_at))
        return (expires - sent).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return 0.0
