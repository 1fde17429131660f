"""A page with no fault, made of parts that a test can break one by one."""

import gzip
from typing import Any

from tests.fakes.website import Answer, Site

TITLE = "<title>Delivery and returns – Example Shop</title>"
DESCRIPTION = '<meta name="description" content="How we deliver and what it costs.">'
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
CANONICAL = '<link rel="canonical" href="https://example.com/delivery">'
OPEN_GRAPH = (
    '<meta property="og:title" content="t"><meta property="og:type" content="website">'
    '<meta property="og:image" content="https://example.com/i.png">'
    '<meta property="og:url" content="https://example.com/">'
)
STRUCTURED = (
    '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product", '
    '"name": "Lamp", "offers": {"@type": "Offer", "price": "12"}}</script>'
)
HEAD = f'<meta charset="utf-8">{TITLE}{DESCRIPTION}{VIEWPORT}{CANONICAL}{OPEN_GRAPH}{STRUCTURED}'
HEAD += '<link rel="stylesheet" href="/site.css"><script src="/site.js" defer></script>'
HEAD += '<link rel="alternate" hreflang="de" href="https://example.com/de/">'
BODY = (
    '<header><a href="/">Example Shop</a></header><main><h1>Delivery</h1><h2>Abroad</h2>'
    '<img src="/lamp.png" alt="A lamp" width="10" height="10">'
    "<ul><li>Cash</li><li>Card</li></ul>"
    '<form action="/search"><label for="q">Search</label><input id="q" name="q">'
    '<label for="c">Country</label><select id="c"><option>Austria</option></select><button>Go</button></form>'
    '<p><a href="/returns">How to return something</a></p>'
    '<iframe src="/map" title="How to find us"></iframe>'
    '<svg role="img" aria-label="Stars"></svg>'
    '<div role="note" aria-describedby="q">Note</div>'
    '<table><tr><th id="p">Price</th></tr><tr><td headers="p">12</td></tr></table></main>'
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SECURE_HEADERS: dict[str, str] = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "Set-Cookie": "sessionid=secret-value; Secure; HttpOnly; SameSite=Lax; Path=/",
    "Content-Encoding": "gzip",
}
CACHED_FOR_A_YEAR = [("Cache-Control", "public, max-age=31536000, immutable")]


def html(
    *,
    doctype: str = "<!doctype html>",
    root: str = '<html lang="en">',
    head: str = HEAD,
    body: str = BODY,
    replace: tuple[str, str] = ("", ""),
    add: str = "",
) -> str:
    """Return the page's HTML with a part replaced, which must be in it, and text added at its end."""
    text = f"{doctype}{root}<head>{head}</head><body>{body}{add}</body></html>"
    assert replace[0] in text
    return text.replace(*replace) if replace[0] else text


def page(
    text: str | None = None, headers: dict[str, str | list[str] | None] | None = None, **more: Any
) -> Answer:
    """Return the page as an answer; a header that is None is left out, a list is sent line by line."""
    wanted: dict[str, Any] = {**SECURE_HEADERS, **(headers or {})}
    lines = [
        (name, line)
        for name, text_or_lines in wanted.items()
        if text_or_lines is not None
        for line in (text_or_lines if isinstance(text_or_lines, list) else [text_or_lines])
    ]
    body: bytes = (text if text is not None else html()).encode()
    if wanted.get("Content-Encoding") == "gzip":
        body = gzip.compress(body, 1)
    return Answer(body, headers=lines, **more)


def good_site(**answers: Any) -> Site:
    """Return a site without a fault; further answers by path replace or add."""
    script = gzip.compress(b"let a = 1;\n" * 300, 1)
    compressed = [*CACHED_FOR_A_YEAR, ("Content-Encoding", "gzip")]
    everything: dict[str, Any] = {
        "/": page(),
        "OPTIONS /": Answer(status=204),
        "/returns": page(),
        "/site.css": Answer(script, headers=[("Content-Type", "text/css"), *compressed]),
        "/site.js": Answer(script, headers=[("Content-Type", "text/javascript"), *compressed]),
        "/lamp.png": Answer(b"\x89PNG", headers=[("Content-Type", "image/png"), *CACHED_FOR_A_YEAR]),
        "/robots.txt": Answer(
            "User-agent: *\nDisallow: /admin/\nSitemap: {url}/sitemap.xml",
            headers=[("Content-Type", "text/plain")],
        ),
        "/sitemap.xml": Answer(
            "<urlset "
            'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{url}/</loc></url></urlset>',
            headers=[("Content-Type", "application/xml")],
        ),
        "/.well-known/security.txt": Answer(
            "Contact: mailto:a@example.com\nExpires: 2099-01-01T00:00:00Z\n",
            headers=[("Content-Type", "text/plain; charset=utf-8")],
        ),
    }
    return Site({**everything, **answers})
