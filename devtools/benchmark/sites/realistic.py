"""A shop of 12 pages in four builds, with about 30 resources a page: images, style sheets, scripts and fonts.

The pages of a build load the same resources and have the same structure, as pages of one template do.
"""

import random
from functools import cache

from devtools.benchmark.sites.content import (
    CSS,
    FONT,
    JAVASCRIPT,
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

CATEGORIES = ("/lamps", "/tables", "/chairs", "/shelves")
PRODUCTS = ("/oak-lamp", "/round-table", "/garden-chair", "/wall-shelf")
ARTICLES = ("/care-of-wood", "/delivery", "/our-workshop")
PAGES = ("/", *CATEGORIES, *PRODUCTS, *ARTICLES)
IMAGES = 21  # for each page
FAULTS = frozenset(
    {
        "csp_script_src_safe",
        "csp_style_src_safe",
        "security_header_permissions_policy",
        "https_redirect",
        "powered_by_disclosure",
        "cookies_httponly",
        "render_blocking",
        "image_dimensions",
        "unused_js",
        "lcp",
        "tbt",
        "meta_description",
        "open_graph",
        "link_text",
        "broken_internal_links",
        "canonical_valid",
        "structured_data_valid",
        "a11y_color_contrast",
        "a11y_link_name",
        "a11y_button_name",
        "a11y_list",
        "a11y_image_alt",
    }
)
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Powered-By", "Shop 4.1"),
)
COOKIE = ("Set-Cookie", "shop_session=c0ffee; Path=/; Secure; SameSite=Lax")

BASE_STYLE = """
@font-face { font-family: Text; src: url(/fonts/text.woff2) format("woff2"); font-display: swap; }
@font-face { font-family: Heading; src: url(/fonts/heading.woff2) format("woff2"); font-display: swap; }
* { box-sizing: border-box; }
body { margin: 0; font: 18px/1.6 Text, sans-serif; color: #23201c; background: #fffdf9; }
h1, h2, h3 { font-family: Heading, serif; line-height: 1.2; }
header, main, footer { max-width: 64rem; margin: 0 auto; padding: 1rem; }
a { color: #6a3206; }
nav a, footer a { display: inline-block; padding: .6rem .8rem; min-width: 44px; min-height: 44px; }
button, input { font: inherit; padding: .6rem 1rem; min-height: 44px; }
.thumbs { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
.thumbs img { width: 40px; height: 40px; } .hero { display: block; width: 100%; height: 480px; object-fit: cover; }
.faint { color: #b9b3aa; }
"""
THEME_STYLE = "".join(
    f".theme-{number} {{ border-color: hsl({number * 7 % 360} 40% 40%); padding: {number % 9}px; }}\n"
    for number in range(400)
)
# Work on the main thread: rows are built, sorted and written into the page.
APP_SCRIPT = """(()=>{const n=document.querySelector("#related");const r=[];for(let i=0;i<20000;i++)r.push(\
{k:(i*7919)%20011,t:"item "+i});r.sort((a,b)=>a.k-b.k);if(n)n.textContent=r.slice(0,5).map(e=>e.t).join(", ")})();"""
BLOCK_MS = 700  # of the first page's script, in one task; Total Blocking Time counts what exceeds 50 ms
HERO_SCRIPT = f"""addEventListener("load",()=>setTimeout(()=>{{const e=performance.now()+{BLOCK_MS};let n=0;\
while(performance.now()<e)n++;document.body.dataset.frames=n}},50));"""
WIDGETS = ("menu", "cart", "search")


def realistic_site(origin: str, *, one_build: bool = False) -> BenchmarkSite:
    """Return the site for an origin without a trailing slash; with `one_build` every page has every fault."""
    responses = {path: _page(path, origin, one_build=one_build) for path in PAGES}
    responses |= _resources()
    responses |= {
        "/robots.txt": robots(origin),
        "/sitemap.xml": sitemap(origin, PAGES),
        "/.well-known/security.txt": security_txt(),
    }
    return BenchmarkSite(PAGES, responses, FAULTS, HEADERS, server="shop")


@cache
def _resources() -> dict[str, SiteResponse]:
    generator = random.Random("resources")  # noqa: S311 - not for security
    found = {
        "/css/base.css": asset(BASE_STYLE, CSS),
        "/css/theme.css": asset(THEME_STYLE, CSS),
        "/js/app.js": asset(APP_SCRIPT, JAVASCRIPT),
        "/js/hero.js": asset(HERO_SCRIPT, JAVASCRIPT),
        "/js/vendor.js": asset(_unused_script(generator), JAVASCRIPT),
        "/fonts/text.woff2": asset(generator.randbytes(18_000), FONT),
        "/fonts/heading.woff2": asset(generator.randbytes(14_000), FONT),
        "/img/hero.png": asset(png(960, 480, "hero", noise=900_000), PNG),
    }
    found |= {
        f"/js/{name}.js": asset(f'document.documentElement.dataset.{name}="ready";', JAVASCRIPT)
        for name in WIDGETS
    }
    for build in ("home", "category", "product", "article"):
        for number in range(IMAGES):
            image = png(80, 80, f"{build} {number}", noise=2_500 + 120 * number)
            found[f"/img/{build}-{number:02}.png"] = asset(image, PNG)
    return found


def _unused_script(generator: random.Random) -> str:
    # Functions that are never called; their texts are random, so that gzip does not remove them.
    functions = (f'function f{number}(){{return"{generator.randbytes(120).hex()}"}}' for number in range(400))
    return "".join(functions)


def _page(path: str, origin: str, *, one_build: bool) -> SiteResponse:
    builders = {"/": _home, **dict.fromkeys(CATEGORIES, _category), **dict.fromkeys(PRODUCTS, _product)}
    builder = _with_every_fault if one_build else builders.get(path, _article)
    return builder(path, origin)


def _name(path: str) -> str:
    return path.strip("/").replace("-", " ").capitalize()


def _head(path: str, origin: str, *, description: bool = True, graph: bool = True, script: str = "") -> str:
    lines = ['<link rel="stylesheet" href="/css/base.css">', '<link rel="stylesheet" href="/css/theme.css">']
    scripts = ("app", "vendor", *WIDGETS, *([script] if script else []))
    lines += [f'<script src="/js/{name}.js" defer></script>' for name in scripts]
    if description:
        lines.append(
            f'<meta name="description" content="{_name(path) or "Furniture"} from a small workshop.">'
        )
    if graph:
        values = {"title": _name(path) or "Shop", "type": "website", "image": f"{origin}/img/hero.png"}
        values["url"] = f"{origin}{path}"
        lines += [f'<meta property="og:{name}" content="{value}">' for name, value in values.items()]
    return "\n".join(lines)


def _body(main: str) -> str:
    links = "".join(f'<a href="{path}">{_name(path) or "Home"}</a> ' for path in PAGES)
    return (
        f'<header><nav aria-label="Main">{links}</nav></header>\n<main>\n{main}\n'
        '<p id="related">Related items</p>\n</main>\n'
        "<footer><p>Made in the workshop by the river.</p></footer>"
    )


def _thumbs(build: str, count: int, *, sized: bool = True, alt: bool = True) -> str:
    size = ' width="40" height="40"' if sized else ""
    images = (
        f'<img src="/img/{build}-{number:02}.png"{size}{f" alt={chr(34)}{build} {number}{chr(34)}" if alt else ""}>'
        for number in range(count)
    )
    return f'<ul class="thumbs">{"".join(f"<li>{image}</li>" for image in images)}</ul>'


HERO = '<img class="hero" src="/img/hero.png" width="960" height="480" alt="The workshop">'
UNNAMED_BUTTON = '<button type="button"><svg aria-hidden="true" width="24" height="24"></svg></button>'
UNNAMED_LINK = '<a href="/lamps"><svg aria-hidden="true" width="44" height="44"></svg></a>'
BROKEN_LINK = '<a href="/files/catalogue-1998.pdf">The old catalogue</a>'
VAGUE_LINK = '<a href="/delivery">Click here</a>'
FAINT_TEXT = '<p class="faint">Prices include everything.</p>'
BROKEN_LIST = "<ul><div>Not a list item</div></ul>"
BROKEN_DATA = (
    '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product",}</script>'
)


def _home(path: str, origin: str) -> SiteResponse:
    main = (
        f"<h1>Furniture from a small workshop</h1>\n{HERO}\n<p>{sentences(path, 8)}</p>\n"
        f"{_thumbs('home', IMAGES - 1)}\n{UNNAMED_BUTTON}\n<p>{BROKEN_LINK}</p>"
    )
    head = _head(path, origin, script="hero")
    return html_page("Furniture from a small workshop", _body(main), head, COOKIE)


def _category(path: str, origin: str) -> SiteResponse:
    main = (
        f"<h1>{_name(path)} for every room</h1>\n<p>{sentences(path, 12)}</p>\n"
        f"{_thumbs('category', IMAGES, alt=False)}\n{FAINT_TEXT}"
    )
    head = _head(path, origin) + f'\n<link rel="canonical" href="{origin}/">'
    return html_page(f"{_name(path)} from our workshop", _body(main), head, COOKIE)


def _product(path: str, origin: str) -> SiteResponse:
    main = (
        f"<h1>{_name(path)}</h1>\n<p>{sentences(path, 10)}</p>\n{_thumbs('product', IMAGES)}\n"
        f"<p>{VAGUE_LINK}</p>\n<p>{UNNAMED_LINK}</p>"
    )
    head = f"{_head(path, origin, description=False)}\n{BROKEN_DATA}"
    return html_page(f"{_name(path)}, made by hand", _body(main), head, COOKIE)


def _article(path: str, origin: str) -> SiteResponse:
    paragraphs = "".join(
        f"<h2>Part {part}</h2><p>{sentences(f'{path} {part}', 9)}</p>" for part in range(1, 5)
    )
    main = (
        f"<h1>{_name(path)}</h1>\n<p>{sentences(path, 12)}</p>\n{paragraphs}\n"
        f"{_thumbs('article', IMAGES, sized=False)}\n{BROKEN_LIST}"
    )
    title = f"{_name(path)}: what we have learned about it"
    return html_page(title, _body(main), _head(path, origin, graph=False), COOKIE)


def _with_every_fault(path: str, origin: str) -> SiteResponse:
    main = (
        f"<h1>{_name(path) or 'Shop'}</h1>\n{HERO}\n<p>{sentences(path, 8)}</p>\n"
        f"{_thumbs('product', IMAGES - 1, sized=False, alt=False)}\n{FAINT_TEXT}\n{BROKEN_LIST}\n"
        f"<p>{VAGUE_LINK}</p>\n<p>{UNNAMED_LINK} {BROKEN_LINK}</p>\n{UNNAMED_BUTTON}"
    )
    canonical = "".join(
        f'<link rel="canonical" href="{origin}{canonical_path}">\n' for canonical_path in (path, "/about")
    )
    data = f"{canonical}{BROKEN_DATA}"
    head = f"{_head(path, origin, description=False, graph=False, script='hero')}\n{data}"
    return html_page(f"{_name(path) or 'Shop'}, made by hand", _body(main), head, COOKIE)
