"""25 trivial pages: a heading, some text, one style sheet, one image; the first page has 51 links."""

from devtools.benchmark.sites.content import (
    CSS,
    PDF,
    PNG,
    BenchmarkSite,
    SiteResponse,
    asset,
    html_page,
    png,
    robots,
    security_txt,
    sentences,
    sitemap,
)

PAGES = ("/", *(f"/topic-{number:02}" for number in range(1, 25)))
DOCUMENTS = tuple(f"/files/report-{number:02}.pdf" for number in range(1, 28))
FAULTS = frozenset(
    {
        "security_header_csp",
        "security_header_frame_options",
        "security_header_referrer_policy",
        "security_header_permissions_policy",
        "https_redirect",
        "server_version_disclosure",
        "text_compression",
        "cache_policy",
        "image_dimensions",
        "meta_description",
        "open_graph",
        "a11y_image_alt",
        "a11y_color_contrast",
        "a11y_heading_order",
        "a11y_label",
    }
)
STYLE = """body { margin: 0 auto; max-width: 44rem; padding: 1rem; font: 1rem/1.6 sans-serif; color: #222; }
nav ul { padding: 0; } nav li { list-style: none; padding: .5rem 0; }
a { color: #00408a; display: inline-block; min-height: 24px; }
img { width: 96px; height: 96px; }
input, button { font: inherit; padding: .5rem; }
"""


def trivial_site(origin: str) -> BenchmarkSite:
    """Return the site for an origin without a trailing slash."""
    responses = {path: _page(number, path) for number, path in enumerate(PAGES)}
    responses |= {path: SiteResponse(b"%PDF-1.4\n%%EOF\n", PDF) for path in DOCUMENTS}
    responses |= {
        "/style.css": asset(STYLE, CSS, ("Cache-Control", "max-age=60")),
        "/logo.png": asset(png(96, 96, "logo", noise=3000), PNG, ("Cache-Control", "max-age=60")),
        "/robots.txt": robots(origin),
        "/sitemap.xml": sitemap(origin, PAGES),
        "/.well-known/security.txt": security_txt(),
    }
    return BenchmarkSite(
        pages=PAGES,
        responses=responses,
        faults=FAULTS,
        headers=(("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Opener-Policy", "same-origin")),
        server="benchmark/1.0.2",
        compress=False,
    )


def _page(number: int, path: str) -> SiteResponse:
    # The faults of a few pages are in attributes: the pages have one structure, as pages of one template do.
    title = f"Topic {number} of the benchmark site" if number else "Index of the benchmark's topics"
    description = "A page that was generated for a benchmark." if number % 3 == 0 else ""
    colour = "#bbb" if number % 8 == 5 else "#444"
    label = "" if number % 12 == 7 else ' aria-label="Search"'
    body = (
        f'<main>\n<img src="/logo.png">\n<h1>{title}</h1>\n<p>{sentences(path, 14)}</p>\n'
        f"<h3>Details</h3>\n<p>{sentences(f'{path} details', 10)}</p>\n"
        f'<p style="color: {colour}">Small print.</p>\n'
        f'<form action="/"><input name="q" type="text"{label}> <button>Search</button></form>\n'
        f"{_links(path)}\n</main>"
    )
    head = f'<link rel="stylesheet" href="/style.css">\n<meta name="description" content="{description}">'
    return html_page(title, body, head)


def _links(path: str) -> str:
    targets = (*PAGES[1:], *DOCUMENTS) if path == "/" else ("/",)
    items = "".join(f'<li><a href="{target}">{_label(target)}</a></li>' for target in targets)
    return f'<nav aria-label="Pages"><ul>{items}</ul></nav>'


def _label(target: str) -> str:
    return (
        target.strip("/").replace("/", " ").replace("-", " ").removesuffix(".pdf").capitalize() or "Home page"
    )
