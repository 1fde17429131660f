"""25 trivial pages: a heading, some text, one style sheet, one image; the first page has 51 links."""

from devtools.benchmark.sites.content import (
    CSS,
    PDF,
    PNG,
    BenchmarkSite,
    PageTemplate,
    SiteResponse,
    asset,
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
a { color: #00408a; display: inline-block; min-height: 24px; } small { color: #bbb; }
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
        name="trivial",
        pages=PAGES,
        responses=responses,
        faults=FAULTS,
        headers=(("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Opener-Policy", "same-origin")),
        server="benchmark/1.0.2",
        compress=False,
    )


def _page(number: int, path: str) -> SiteResponse:
    title = f"Topic {number} of the benchmark site" if number else "Index of the benchmark's topics"
    parts = [f'<main>\n<img src="/logo.png">\n<h1>{title}</h1>', f"<p>{sentences(path, 14)}</p>"]
    parts.append(f"<h2>Details</h2>\n<p>{sentences(f'{path} details', 10)}</p>")
    # Faults of a few pages, besides those of all pages.
    if number % 8 == 3:
        parts.append("<h4>Notes</h4>\n<p>This heading skips a level.</p>")
    if number % 8 == 5:
        parts.append("<p><small>Small print in light grey, which is hard to read.</small></p>")
    if number % 12 == 7:
        parts.append('<form action="/"><input name="q" type="text"> <button>Search</button></form>')
    parts.append(f"{_links(path)}\n</main>")
    head = '<link rel="stylesheet" href="/style.css">'
    if number % 3 == 0:
        head += '\n<meta name="description" content="A page that was generated for a benchmark.">'
    return PageTemplate(title, "\n".join(parts), head).response()


def _links(path: str) -> str:
    targets = (*PAGES[1:], *DOCUMENTS) if path == "/" else ("/",)
    items = "".join(f'<li><a href="{target}">{_label(target)}</a></li>' for target in targets)
    return f'<nav aria-label="Pages"><ul>{items}</ul></nav>'


def _label(target: str) -> str:
    return (
        target.strip("/").replace("/", " ").replace("-", " ").removesuffix(".pdf").capitalize() or "Home page"
    )
