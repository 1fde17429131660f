"""The test table: for each check one fault that makes it fail. Without the fault, the page passes every check."""

from collections.abc import Callable
from typing import Any

from scanner.registry import REGISTRY, keys
from tests.fakes.website import Answer, Site
from tests.unit.scanner.checks.base_page import (
    CANONICAL,
    DESCRIPTION,
    POLICY,
    STRUCTURED,
    TITLE,
    VIEWPORT,
    good_site,
    html,
    page,
)
from tests.unit.scanner.checks.check_kinds import WITHOUT_BROWSER

type Fault = Callable[[], Site]

TEXT = [("Content-Type", "text/plain")]


def header(name: str, text: str | list[str] | None) -> Fault:
    """A page that sends this header instead of the good one."""
    return lambda: good_site(**{"/": page(headers={name: text})})


def policy(old: str, new: str) -> Fault:
    assert old in POLICY
    return header("Content-Security-Policy", POLICY.replace(old, new))


def markup(old: str, new: str) -> Fault:
    """A page with one thing in its markup replaced."""
    return lambda: good_site(**{"/": page(html(replace=(old, new)))})


def added(text: str) -> Fault:
    """A page with one more thing at its end."""
    return lambda: good_site(**{"/": page(html(add=text))})


def beside(path: str, body: str = "", status: int = 200, headers: Any = TEXT) -> Fault:
    """A site where another address answers this."""
    return lambda: good_site(**{path: Answer(body, status, headers)})


FAULTS: dict[str, Fault] = {
    "security_header_csp": header("Content-Security-Policy", None),
    "csp_script_src_safe": policy("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
    "csp_no_unsafe_eval": policy("script-src 'self'", "script-src 'self' 'unsafe-eval'"),
    "csp_no_insecure_scheme": policy("img-src 'self'", "img-src http://images.example.com"),
    "csp_style_src_safe": policy("style-src 'self'", "style-src 'unsafe-inline'"),
    "csp_object_src": policy("default-src 'none'", "default-src 'none'; object-src *"),
    "csp_base_uri": policy("base-uri 'none'; ", ""),
    "csp_form_action": policy("form-action 'self'", "form-action https:"),
    "security_header_frame_options": lambda: good_site(
        **{
            "/": page(
                headers={
                    "X-Frame-Options": "ALLOW-FROM https://example.com",
                    "Content-Security-Policy": POLICY.replace("; frame-ancestors 'none'", ""),
                }
            )
        }
    ),
    "security_header_hsts": header("Strict-Transport-Security", None),
    "hsts_include_subdomains": header("Strict-Transport-Security", "max-age=31536000; preload"),
    "hsts_preload_ready": header("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    "security_header_x_content_type_options": header("X-Content-Type-Options", None),
    "security_header_referrer_policy": header("Referrer-Policy", "unsafe-url"),
    "security_header_permissions_policy": header("Permissions-Policy", "camera 'none'"),
    "security_header_coop": header("Cross-Origin-Opener-Policy", "unsafe-none"),
    "security_header_corp": header("Cross-Origin-Resource-Policy", "mine-only"),
    "cookies_secure": header("Set-Cookie", "sessionid=1; HttpOnly; SameSite=Lax"),
    "cookies_httponly": header("Set-Cookie", "sessionid=1; Secure; SameSite=Lax"),
    "cookies_samesite": header("Set-Cookie", ["a=1; Secure; SameSite=Sometimes", "csrftoken=1; Secure"]),
    "cors_restricted": lambda: good_site(
        **{
            "OPTIONS /": lambda method, headers: Answer(
                status=204,
                headers=[
                    ("Access-Control-Allow-Origin", headers["origin"]),
                    ("Access-Control-Allow-Credentials", "true"),
                ],
            )
        }
    ),
    "sri_external_scripts": added('<script src="https://cdn.example.com/lib.js" defer></script>'),
    "mixed_content": markup('src="/lamp.png"', 'src="http://127.0.0.1/lamp.png"'),
    "insecure_form_action": markup('action="/search"', 'action="http://example.com/search"'),
    "server_version_disclosure": header("Server", "nginx/1.18.0 (Ubuntu)"),
    "powered_by_disclosure": header("X-Powered-By", "PHP/7.4.3"),
    "directory_listing": markup("<h1>Delivery</h1>", "<h1>Index of /uploads/2026/</h1>"),
    "debug_error_disclosure": added("<pre>Traceback (most recent call last):\n  File</pre>"),
    "private_ip_disclosure": added("<!-- served by 10.1.2.3 -->"),
    "exposed_git": beside("/.git/config", "[core]\n\trepositoryformatversion = 0\n"),
    "exposed_env": beside("/.env", "DEBUG=1\nSECRET_KEY=abc\n"),
    "security_txt": beside(
        "/.well-known/security.txt", "Contact: mailto:a@b.c\nExpires: 2020-01-01T00:00:00Z"
    ),
    "text_compression": header("Content-Encoding", None),
    "cache_policy": beside(
        "/lamp.png", "x", headers=[("Content-Type", "image/png"), ("Cache-Control", "max-age=60")]
    ),
    "render_blocking": markup('<script src="/site.js" defer>', '<script src="/site.js">'),
    "image_dimensions": markup(' width="10" height="10"', ""),
    "redirect_chain": lambda: good_site(
        **{
            "/": Answer(status=302, headers=[("Location", "/one")]),
            "/one": Answer(status=302, headers=[("Location", "/two")]),
            "/two": page(),
        }
    ),
    "indexable": header("X-Robots-Tag", "noindex"),
    "title_present": markup(TITLE, ""),
    "title_length": markup(TITLE, "<title>Home</title>"),
    "meta_description": markup(DESCRIPTION, '<meta name="description" content=" ">'),
    "http_status_ok": lambda: good_site(**{"/": page(status=404)}),
    "link_text": markup("How to return something", "Click here"),
    "crawlable_anchors": markup('href="/returns"', 'href="javascript:void(0)"'),
    "robots_txt_valid": beside("/robots.txt", "User-agent: *\nDisalow /admin/\nSitemap: /sitemap.xml"),
    "hreflang_valid": markup('hreflang="de"', 'hreflang="xx"'),
    "canonical_valid": markup(CANONICAL, '<link rel="canonical" href="/delivery">'),
    "viewport_meta": markup(VIEWPORT, ""),
    "doctype": markup("<!doctype html>", ""),
    "charset": lambda: good_site(
        **{"/": page(html(replace=('<meta charset="utf-8">', "")), {"Content-Type": "text/html"})}
    ),
    "structured_data_valid": markup(STRUCTURED, STRUCTURED.replace('"Lamp",', '"Lamp"')),
    "structured_data_required": markup(STRUCTURED, STRUCTURED.replace('"name": "Lamp", ', "")),
    "open_graph": markup('<meta property="og:type" content="website">', ""),
    "sitemap_valid": beside("/sitemap.xml", "<html><body>Not here</body></html>"),
    "broken_internal_links": beside("/returns", "gone", 410),
    "soft_404": lambda: _with_soft_errors(),
}

# Faults that make two checks fail, because the rule of one includes that of the other.
ALSO_CHANGED: dict[str, set[str]] = {
    "csp_object_src": {"csp_script_src_safe"},
    "hsts_include_subdomains": {"hsts_preload_ready"},
    "tls_certificate_valid": {"https_redirect"},  # which requires a redirect to a valid certificate
}
BY_TLS = {key for key in WITHOUT_BROWSER if REGISTRY[key].kind == "tls"}
# Checks that are not applicable or inconclusive while the fault is present: of a missing policy, header or page.
NOT_EVALUATED: dict[str, set[str]] = {
    "security_header_csp": {key for key in keys() if key.startswith("csp_")},
    "security_header_hsts": {key for key in keys() if key.startswith("hsts_")},
    "title_present": {"title_length"},
    "http_status_ok": set(WITHOUT_BROWSER) - BY_TLS - {"http_status_ok"},
    "tls_certificate_valid": set(WITHOUT_BROWSER) - BY_TLS - {"https_redirect"},
    "https_redirect": BY_TLS,  # the certificate is that of the first redirect's target
}


def _with_soft_errors() -> Site:
    site = good_site()
    site.otherwise = Answer("<html>Sorry</html>", headers=[("Content-Type", "text/html")])
    return site
