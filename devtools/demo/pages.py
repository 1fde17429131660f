"""The pages of the demo website, with the active faults."""

from dataclasses import dataclass, field

from devtools.demo.faults import FaultState

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
LOAVES = {
    "Country sourdough": (
        "Two days in the making: wheat and rye, a dark crust, and a crumb that keeps.",
        "5.80",
    ),
    "Rye and caraway": ("Dense, moist and mild. Made with a starter that is older than the shop.", "6.20"),
    "Olive fougasse": ("Baked at noon and gone by two. Bring it home while it is warm.", "4.90"),
    "Butter croissant": ("Twenty-seven layers, cultured butter, and nothing else that matters.", "2.60"),
    "Cinnamon knot": ("Cardamom in the dough, cinnamon in the fold, pearl sugar on top.", "3.20"),
    "Seeded spelt": ("Sunflower, pumpkin and linseed, toasted the night before.", "6.40"),
}
STORIES = {
    "How we bake": (
        "The starter is fed at four in the afternoon. At ten the dough is mixed by hand, in batches "
        "small enough to be lifted, and then it is left alone: twelve hours in the cold room, where "
        "nothing seems to happen and everything does. At five the first loaves go onto the stone.",
        "We use flour from two mills, both within a day's walk, and we write the harvest on the "
        "board, because no two years bake alike. Salt comes from the coast. That is the whole list.",
    ),
    "Who we are": (
        "Ines learned to bake in her grandmother's kitchen and Tom in a factory that made forty "
        "thousand rolls a night. They met over the question whether bread can be good and cheap, and "
        "opened the shop at the corner of Mill Lane to find out. The answer so far: good, and not "
        "dear.",
    ),
    "When to come": (
        "Tuesday to Saturday from seven until we are sold out, which is seldom later than two. On "
        "Sundays the oven rests. Orders placed by six in the evening wait for you the next morning "
        "from eight.",
    ),
}
STYLE = """
:root { --crust: #7a4419; --flour: #fffaf3; --ink: #2b2018; --line: #e6d7c3; }
* { box-sizing: border-box; }
body { margin: 0; font: 17px/1.6 Georgia, serif; color: var(--ink); background: var(--flour); }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
header { display: flex; gap: 1.5rem; align-items: center; border-bottom: 1px solid var(--line); }
header img { width: 72px; height: 72px; }
h1 { margin: 0; font-size: 2.2rem; letter-spacing: -0.01em; color: var(--crust); }
h2 { font-size: 1.2rem; margin: 0 0 0.3rem; }
.loaves { display: grid; gap: 1rem; padding: 0; }
.loaves { grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); }
.loaves li { list-style: none; background: #fff; border: 1px solid var(--line); }
.loaves li { border-radius: 10px; padding: 1rem 1.2rem; }
.price { color: var(--crust); font-weight: bold; }
form { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: center; margin: 1.5rem 0; }
input { font: inherit; padding: 0.5rem 0.7rem; min-width: 16rem; }
input { border: 1px solid #8a7a66; border-radius: 8px; }
button { font: inherit; padding: 0.55rem 1rem; border: 0; border-radius: 8px; }
button { background: var(--crust); color: #fff; }
section { max-width: 42rem; margin: 2rem 0; }
section p { margin: 0.4rem 0; }
footer { border-top: 1px solid var(--line); color: #5b4a3a; font-size: 0.95rem; }
"""
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72" width="72" height="72">
<circle cx="36" cy="36" r="35" fill="#7a4419"/>
<path d="M14 42c0-14 10-22 22-22s22 8 22 22c0 6-5 9-22 9s-22-3-22-9z" fill="#f3c98b"/>
<path d="M25 27l5 9M35 24l5 10M45 27l4 8" stroke="#7a4419" stroke-width="3" stroke-linecap="round"/></svg>"""
WORDS = "Sourdough, rye and pastry, baked every morning on Mill Lane. Order by six, collect by eight."
GIT_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"


@dataclass(frozen=True)
class DemoResponse:
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)


def respond(path: str, faults: FaultState) -> DemoResponse:
    if path == "/":
        return DemoResponse(shop(faults).encode(), headers=page_headers(faults))
    cached = [] if "cache_policy" in faults else [("Cache-Control", "public, max-age=31536000, immutable")]
    if path == "/style.css":
        return DemoResponse(STYLE.encode(), "text/css; charset=utf-8", headers=cached)
    if path == "/logo.svg":
        return DemoResponse(LOGO.encode(), "image/svg+xml", headers=cached)
    if path == "/robots.txt":
        return DemoResponse(robots(faults).encode(), "text/plain; charset=utf-8")
    if path == "/.git/config" and "exposed_git" in faults:
        return DemoResponse(GIT_CONFIG.encode(), "text/plain; charset=utf-8")
    return DemoResponse(not_found().encode(), status=404)


def page_headers(faults: FaultState) -> list[tuple[str, str]]:
    wanted = {
        "security_header_csp": ("Content-Security-Policy", CSP),
        "security_header_frame_options": ("X-Frame-Options", "DENY"),
        "security_header_referrer_policy": ("Referrer-Policy", "strict-origin-when-cross-origin"),
    }
    present = [header for name, header in wanted.items() if name not in faults]
    return [*present, ("Cache-Control", "no-cache"), ("Set-Cookie", cookie(faults))]


def cookie(faults: FaultState) -> str:
    parts = ["bakery_session=f3b1c6f0d0", "Path=/"]
    parts += [] if "cookies_secure" in faults else ["Secure"]
    parts += [] if "cookies_httponly" in faults else ["HttpOnly"]
    parts += ["SameSite=Anywhere" if "cookies_samesite" in faults else "SameSite=Lax"]
    return "; ".join(parts)


def robots(faults: FaultState) -> str:
    if "robots_txt_valid" in faults:
        return "Please do not index the cellar\nDissalow /cellar\n"
    return "User-agent: *\nDisallow: /cellar\n"


def shop(faults: FaultState) -> str:
    lang = "" if "a11y_html_has_lang" in faults else ' lang="en"'
    title = "" if "title_present" in faults else "<title>Corner Bakery: bread made slowly</title>"
    description = "" if "meta_description" in faults else f'<meta name="description" content="{WORDS}">'
    return f"""<!doctype html>
<html{lang}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{title}
{description}
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header>{logo(faults)}<div><h1>Corner Bakery</h1>Bread made slowly, at the corner of Mill Lane.</div></header>
<main>
<ul class="loaves">
{"".join(loaf(name, words, price) for name, (words, price) in LOAVES.items())}
</ul>
{order(faults)}
{"".join(story(heading, paragraphs) for heading, paragraphs in STORIES.items())}
</main>
<footer>Mill Lane 4 · Tuesday to Saturday, 7 to 14 · A made-up shop with planted faults</footer>
</body>
</html>
"""


def logo(faults: FaultState) -> str:
    alternative = "" if "a11y_image_alt" in faults else ' alt="A loaf of bread"'
    size = "" if "image_dimensions" in faults else ' width="72" height="72"'
    return f'<img src="/logo.svg"{alternative}{size}>'


def loaf(name: str, words: str, price: str) -> str:
    return f'<li><h2>{name}</h2><p>{words}</p><p class="price">€ {price}</p></li>\n'


def story(heading: str, paragraphs: tuple[str, ...]) -> str:
    return (
        f"<section><h2>{heading}</h2>{''.join(f'<p>{paragraph}</p>' for paragraph in paragraphs)}</section>\n"
    )


def order(faults: FaultState) -> str:
    label = "" if "a11y_label" in faults else '<label for="email">Your email</label>'
    name = "" if "a11y_button_name" in faults else "Order for tomorrow"
    field = '<input id="email" name="email" type="email">'
    return f'<form action="/" method="get">{label}{field}<button>{name}</button></form>'


def not_found() -> str:
    return (
        '<!doctype html><html lang="en"><head><title>Not baked here</title></head>'
        '<body><main><h1>Not baked here</h1><p><a href="/">Back to the shop</a></p></main></body></html>'
    )
