"""A pass counts only while the page has the content on which the check failed before."""

from contextlib import nullcontext
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from scanner import registry
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from scanner.page.context import PageContext
from scanner.page.identity import page_identity
from scanner.page.lost_content import require_content
from scanner.page.rendered import RenderedPage
from scanner.parsing import parser_limits
from scanner.preconditions import Inconclusive
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.site_checks import outcomes_of_fix

HTML = ("Content-Type", "text/html; charset=utf-8")
NOSNIFF = ("X-Content-Type-Options", "nosniff")
HEADER, LINKS = "security_header_x_content_type_options", "link_text"
TITLE = "Rye bread courses – Corner Bakery"
MENU = "<nav>" + "".join(f'<a href="/{name}">{name.title()}</a>' for name in ("bread", "pastries", "journal"))
MENU += "</nav><footer>Corner Bakery Limited, Vienna. Imprint, privacy, conditions of business.</footer>"
HEADING = "<h1>Rye bread courses</h1>"
PARAGRAPHS = [
    "<p>Every Saturday morning we knead dough from regional flour in our wooden kitchen.",
    "<p>Participants bring an apron, a towel and a basket; starter and water are provided.",
    "<p>Afterwards the loaves rest, while coffee, butter and apricot marmalade are served outside.",
    "<p>Vouchers may be ordered by telephone, twenty weeks before birthdays or weddings.",
]
FAULT = '<p><a href="/recipes">click here</a>'
FIXED = '<p><a href="/recipes">Recipes of our grandmother</a>'


def framed(main: str, title: str = TITLE) -> str:
    return f"<!doctype html><html lang=en><title>{title}</title>{MENU}<main>{main}</main>"


COURSES = [HEADING, *PARAGRAPHS[:2], FAULT, *PARAGRAPHS[2:]]
HOME = framed(
    "<h1>Corner Bakery</h1><p>Bread and pastries since 1903, baked before sunrise.", "Corner Bakery"
)
CONSENT = f"{HEADING}<h2>We value your privacy</h2><p>Choose which cookies may be stored before continuing."
CLOSED = f"{HEADING}<p>We are rebuilding the bakery. Please return tomorrow, thank you for your patience."
GONE = "<h1>Oops</h1><p>Whatever was published under this address has disappeared."


def verify(
    key: str, main: str, *, title: str = TITLE, missing_title: str = "404", path: str = "courses"
) -> Outcome:
    missing = Answer(framed(GONE, missing_title), 404 if missing_title == "404" else 200, [HTML])
    site = Site({"/": Answer(HOME, 200, [HTML])}, otherwise=missing)
    site.answers[f"/{path}"] = Answer(framed("".join(COURSES)), 200, [HTML])
    site.answers["/.env"] = Answer("DB_PASSWORD=4f9c0a7e21\n", 200, [("Content-Type", "text/plain")])
    now = {"/.env": Answer("gone", 404), f"/{path}": Answer(framed(main, title), 200, [HTML, NOSNIFF])}
    before, after = outcomes_of_fix(key, site, now, path=path)
    assert before.status == FAILED
    return after


@pytest.mark.parametrize("key", [HEADER, LINKS])
@pytest.mark.parametrize("main", [CONSENT, CLOSED, GONE, HEADING], ids=["consent", "closed", "gone", "empty"])
def test_wall_in_the_frame_of_the_site_does_not_pass(main: str, key: str) -> None:
    after = verify(key, main)

    assert (after.status, after.reason) == (INCONCLUSIVE, "target_missing")


def test_check_of_the_site_passes_without_the_content_of_the_page() -> None:
    assert verify("exposed_env", CONSENT).status == PASSED


@pytest.mark.parametrize(
    ("main", "title"),
    [(GONE, "Oops – Corner Bakery"), (HOME, "Corner Bakery")],
    ids=["soft 404", "home page"],
)
def test_another_page_of_the_site_does_not_pass(main: str, title: str) -> None:
    after = verify(HEADER, main, title=title, missing_title="Oops – Corner Bakery")

    assert (after.status, after.reason) == (INCONCLUSIVE, "target_missing")


def test_element_that_is_gone_with_half_of_the_page_does_not_pass() -> None:
    after = verify(LINKS, HEADING + "".join(PARAGRAPHS[:2]))

    assert (after.status, after.reason) == (INCONCLUSIVE, "target_missing")


@pytest.mark.parametrize(
    "main",
    [
        "".join([HEADING, *PARAGRAPHS[:2], FIXED, *PARAGRAPHS[2:]]),
        "".join([HEADING, *PARAGRAPHS]),
        "".join([HEADING, PARAGRAPHS[0], FIXED]),
    ],
    ids=["fixed", "removed alone", "fixed on a page of which half is gone"],
)
def test_fixed_or_removed_element_passes(main: str) -> None:
    assert verify(LINKS, main).status == PASSED


@pytest.mark.parametrize("key", [HEADER, LINKS])
def test_page_with_as_much_other_content_passes(key: str) -> None:
    news = [
        "<p>Tomorrow morning Charlotte presents seventeen varieties of crisp almond biscuits.",
        "<p>Gluten-free cakes arrive every Wednesday, together with blueberry muffins and scones.",
        "<p>Visitors from neighbouring villages tasted walnut rolls during the harvest festival.",
        "<p>Our apprentices received diplomas, while grandmother Theresa celebrated her birthday.",
    ]

    assert verify(key, "".join([HEADING, *news])).status == PASSED


def test_header_of_a_shortened_page_passes() -> None:
    assert verify(HEADER, HEADING + "".join(PARAGRAPHS[:2])).status == PASSED


@pytest.mark.parametrize("key", [HEADER, LINKS])
@pytest.mark.parametrize("path", ["", "courses"], ids=["home page", "page"])
def test_quite_another_title_of_the_same_content_passes(path: str, key: str) -> None:
    main = "".join([HEADING, *PARAGRAPHS[:2], FIXED, *PARAGRAPHS[2:]])

    assert verify(key, main, title="Saturday workshops", path=path).status == PASSED


EDITED = [
    HEADING,
    *PARAGRAPHS[:2],
    FIXED,
    PARAGRAPHS[2],
    "<p>Vouchers are ordered by letter before birthdays.",
]
REAL_TITLES = """
What to do when a voucher has expired
The bakery is for sale
Resources and information for bakers
Too many requests for rye bread
Future home of our apprentices
Test page for the oven
The Peugeot 404 of our grandmother
Bread from the Forbidden City
Maintenance of sourdough
Just a moment: bread without yeast
"""


@pytest.mark.parametrize("title", REAL_TITLES.strip().splitlines())
@pytest.mark.parametrize("key", [HEADER, LINKS])
@pytest.mark.parametrize("path", ["", "courses"], ids=["home page", "page"])
def test_title_with_words_of_a_notice_passes_on_the_edited_page(path: str, key: str, title: str) -> None:
    assert verify(key, "".join(EDITED), title=title, path=path).status == PASSED


@pytest.mark.parametrize("title", REAL_TITLES.strip().splitlines())
@pytest.mark.parametrize("path", ["", "courses"], ids=["home page", "page"])
def test_title_with_words_of_a_notice_does_not_pass_without_the_content(path: str, title: str) -> None:
    after = verify(HEADER, "".join([HEADING, *PARAGRAPHS[:2], *PARAGRAPHS[1:2]]), title=title, path=path)

    assert after.status == INCONCLUSIVE


@pytest.mark.parametrize(
    ("heading", "status"),
    [
        ("This account has been suspended", INCONCLUSIVE),
        ("Not available in your country", INCONCLUSIVE),
        ("Rye bread courses in Vienna", PASSED),
    ],
)
@pytest.mark.parametrize("path", ["", "courses"], ids=["home page", "page"])
def test_notice_in_the_heading_of_a_shorter_page_does_not_pass(path: str, heading: str, status: str) -> None:
    after = verify(HEADER, f"<h1>{heading}</h1>{PARAGRAPHS[0]}", path=path)

    assert after.status == status


@pytest.mark.parametrize("main", ["".join(COURSES), "".join(COURSES[:-1])], ids=["same", "shortened"])
def test_title_that_every_page_has_now_passes(main: str) -> None:
    after = verify(HEADER, main, title="Oops – Corner Bakery", missing_title="Oops – Corner Bakery")

    assert after.status == PASSED


NEWS = framed("".join([HEADING, *COURSES[3:], *(paragraph[::-1] for paragraph in PARAGRAPHS)]))


@pytest.mark.parametrize("now", [framed("".join(COURSES)), NEWS], ids=["same", "other content"])
def test_nothing_else_is_requested_for_a_page_of_the_same_length(now: str) -> None:
    page = Answer(framed("".join(COURSES)), 200, [HTML])
    site = Site({"/courses": page})
    with served(site), loopback_client() as client:
        url = f"{site.url}courses"
        before = dict(run_checks(url, [HEADER], client=client, retry_delays=()))
        site.requests.clear()
        page.headers.append(NOSNIFF)
        page.body = now
        after = dict(run_checks(url, [HEADER], client=client, before=before, retry_delays=()))[HEADER]

    assert (after.status, site.paths()) == (PASSED, ["/courses", "/courses"])


@pytest.mark.parametrize(
    "main", [f"{HEADING}<p>Choose which cookies may be stored.", GONE], ids=["wall", "gone"]
)
def test_wall_in_place_of_a_small_page_does_not_pass(main: str) -> None:
    page = "<!doctype html><html lang=en><title>Rye bread courses</title>"
    site = Site({"/": Answer(f"{page}{HEADING}{PARAGRAPHS[0]}", 200, [HTML])})

    _, after = outcomes_of_fix(HEADER, site, {"/": Answer(f"{page}{main}", 200, [HTML, NOSNIFF])})

    assert (after.status, after.reason) == (INCONCLUSIVE, "target_missing")


@pytest.mark.parametrize(
    ("main", "is_lost"),
    [
        (HEADING + "".join(PARAGRAPHS), False),
        (HEADING + "".join(PARAGRAPHS[:2]), True),
        (CONSENT, True),
        (HEADING + PARAGRAPHS[0][:20], True),
    ],
    ids=["most", "half", "wall", "heading"],
)
def test_metric_counts_while_most_of_the_content_is_left(main: str, is_lost: bool) -> None:
    """A page that lacks content is faster."""
    site = Site({"/": Answer(HOME, 200, [HTML]), "/courses": Answer(framed("".join(COURSES)), 200, [HTML])})
    with served(site), loopback_client() as client:
        url = f"{site.url}courses"
        original = page_identity(PageContext(url, client).page)
        site.answers["/courses"] = Answer(framed(main), 200, [HTML])
        context = PageContext(url, client, retry_delays=(), original_identity=original)
        before = Outcome(FAILED, evidence={"identity": original.as_evidence()})
        check = registry.get("lcp")
        assert check is not None
        with pytest.raises(Inconclusive) if is_lost else nullcontext():
            require_content(check, context, before)


@pytest.mark.parametrize("needs", [{"visit"}, {"visit", "media"}], ids=["visit", "media"])
def test_media_must_be_there_for_a_check_that_needs_them(
    needs: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(RenderedPage, "require_files", lambda *_, with_media, **__: asked.append(with_media))
    with served(Site({"/": Answer(HOME, 200, [HTML])})) as site, loopback_client() as client:
        original = replace(page_identity(PageContext(site.url, client).page), rendered_title="")
        before = Outcome(FAILED, evidence={"identity": original.as_evidence()})
        check = replace(registry.REGISTRY["dom_size"], needs=frozenset(needs))
        require_content(check, PageContext(site.url, client, original_identity=original), before)

    assert asked == ["media" in needs]


@pytest.mark.parametrize("path", ["/", "/bread"], ids=["home page", "linked page"])
def test_other_page_whose_nesting_exceeds_the_limits_of_the_parser_is_not_parsed(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser_limits, "MAX_DEPTH", 1000)
    page = Answer(framed("".join(COURSES)), 200, [HTML])
    site = Site({"/courses": page, path: Answer(framed("<div>" * 1100), 200, [HTML])})
    parsed: list[str] = []

    def parse(text: str) -> LexborHTMLParser:
        parsed.append(text)
        return LexborHTMLParser(text)

    monkeypatch.setattr("scanner.page.page.LexborHTMLParser", parse)
    now = Answer(framed("".join(COURSES[:2])), 200, [HTML, NOSNIFF])

    outcomes_of_fix(HEADER, site, {"/courses": now}, path="courses")

    assert (path in site.paths(), max(text.count("<div>") for text in parsed)) == (True, 0)


def test_wall_whose_title_has_the_words_of_the_page_does_not_pass() -> None:
    """A title that was missing has the words of the heading now."""
    page = f"<!doctype html><html lang=en>{HEADING}{PARAGRAPHS[0]}"
    site = Site({"/": Answer(page, 200, [HTML])})
    wall = f"<!doctype html><html lang=en><title>{TITLE}, every Saturday morning</title><p>Are you over eighteen?"

    before, after = outcomes_of_fix("title_present", site, {"/": Answer(wall, 200, [HTML])})

    assert (before.status, after.status, after.reason) == (FAILED, INCONCLUSIVE, "target_missing")


LARGE_MENU = "".join(
    f'<a href="/topics/{n}">topic{chr(97 + n % 26)}{chr(97 + n // 26)}</a>' for n in range(200)
)


@pytest.mark.parametrize("title", ["404 Not Found", "Whatever happened here"])
@pytest.mark.parametrize("path", ["", "rye"], ids=["home page", "page"])
@pytest.mark.parametrize("has_missing_page", [True, False])
def test_error_page_in_a_large_frame_does_not_pass(path: str, title: str, has_missing_page: bool) -> None:
    """The sample of a short page may be only of the frame, and the error page has all of it."""
    page = f"<title>Rye bread courses</title>{LARGE_MENU}<p>Rye bread with walnuts"
    topic = Answer(f"<title>Topic</title>{LARGE_MENU}<p>Spelt", 200, [HTML])
    site = Site({"/topics/0": topic, f"/{path}": Answer(page, 200, [HTML])}, otherwise=Answer("", 404))
    error = Answer(f"<title>{title}</title>{LARGE_MENU}<p>Sorry", 200, [HTML, NOSNIFF])
    otherwise = error if has_missing_page else None

    _, after = outcomes_of_fix(HEADER, site, {f"/{path}": error}, path=path, otherwise=otherwise)

    assert (after.status, after.reason) == (INCONCLUSIVE, "target_missing")


class Shop(Site):
    """A site whose section /shop/ has its own frame and error page, with status 200."""

    error = Answer(f"<title>Not found – Shop</title>{LARGE_MENU}<p>Sorry", 200, [HTML, NOSNIFF])

    def answer(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        found = super().answer(method, path, headers)
        return self.error if found is self.otherwise and path.startswith("/shop/") else found


@pytest.mark.parametrize(
    ("key", "page"),
    [
        ("http_status_ok", Answer("<title>Error</title>", 500, [HTML])),
        (HEADER, Answer(f"<title>Walnut bread – Shop</title>{LARGE_MENU}<p>Walnuts", 200, [HTML])),
    ],
)
@pytest.mark.parametrize("title", ["Not found – Shop", "Oops – Shop"])
def test_error_page_of_a_section_does_not_pass(
    key: str, page: Answer, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shop.error, "body", f"<title>{title}</title>{LARGE_MENU}<p>Sorry")
    site = Shop({"/": Answer("<title>Bakery</title>", 200, [HTML]), "/shop/rye": page})

    before, after = outcomes_of_fix(key, site, {"/shop/rye": Shop.error}, path="shop/rye")

    assert (before.status, after.status, after.reason) == (FAILED, INCONCLUSIVE, "target_missing")


TRACE = "".join(f"<li>at handler{chr(97 + n % 26)}{chr(97 + n // 26)} (/srv/app/{n}.js)" for n in range(600))


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (f"<title>Error</title><ul>{TRACE}</ul>", TITLE),
        (f"<title>Something went wrong</title>{LARGE_MENU}<p>Sorry", TITLE),
        (f"<title>Error</title>{LARGE_MENU}<p>Sorry", "Corner Bakery"),
    ],
    ids=["longer than the page", "in the frame of the site", "title that every page has"],
)
def test_page_in_place_of_an_error_needs_nothing_of_it(error: str, title: str) -> None:
    missing = f"<title>Corner Bakery</title>{LARGE_MENU}{GONE}"
    site = Site({"/": Answer(HOME, 200, [HTML])}, otherwise=Answer(missing, 404, [HTML]))
    site.answers["/rye"] = Answer(error, 500, [HTML])
    now = Answer(f"<title>{title}</title>{LARGE_MENU}{PARAGRAPHS[0]}", 200, [HTML])

    _, after = outcomes_of_fix("http_status_ok", site, {"/rye": now}, path="rye")

    assert after.status == PASSED


@pytest.mark.parametrize("path", ["shop/rye", "shop/rye/"])
def test_error_page_of_a_section_with_the_title_of_the_error_does_not_pass(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else is known of a page that answered with status 500: it had no words."""
    monkeypatch.setattr(Shop.error, "body", "<title>Shop</title><p>Whatever was here has disappeared.")
    site = Shop({"/": Answer("<title>Bakery</title>", 200, [HTML])})
    site.answers[f"/{path}"] = Answer("<title>Shop</title>", 500, [HTML])

    _, after = outcomes_of_fix("http_status_ok", site, {f"/{path}": Shop.error}, path=path)

    assert (after.status, after.reason) == (INCONCLUSIVE, "target_missing")


def test_index_of_a_section_that_answers_for_each_url_in_it_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shop.error, "body", f"<title>Shop</title>{LARGE_MENU}<p>Bread")
    site = Shop({"/": Answer("<title>Bakery</title>", 200, [HTML])})
    site.answers["/shop/"] = Answer("<title>Shop</title>", 500, [HTML])

    _, after = outcomes_of_fix("http_status_ok", site, {"/shop/": Shop.error}, path="shop/")

    assert after.status == PASSED


WORKSHOPS = [HEADING, FIXED, *(paragraph[::-1] for paragraph in PARAGRAPHS), *PARAGRAPHS[:1]]


@pytest.mark.parametrize(
    ("target", "main", "expected"),
    [
        ("workshops", WORKSHOPS, (INCONCLUSIVE, "target_missing")),
        ("", WORKSHOPS, (INCONCLUSIVE, "target_missing")),
        ("workshops", [*COURSES[:3], FIXED, *COURSES[4:]], (PASSED, None)),
        ("courses/", WORKSHOPS, (PASSED, None)),
    ],
    ids=["merged", "home page", "moved", "slash"],
)
@pytest.mark.parametrize("key", [HEADER, LINKS])
def test_redirect_to_another_page_with_the_same_title_does_not_pass(
    target: str, main: list[str], expected: tuple[str, str | None], key: str
) -> None:
    """All pages of a site may have the same title."""
    page = Answer(framed("".join(COURSES)), 200, [HTML])
    bread = framed("<h1>Bread</h1><p>Sourdough, toast, baguette.")
    site = Site({"/": Answer(HOME, 200, [HTML]), "/bread": Answer(bread, 200, [HTML]), "/courses": page})
    now = Answer(status=301, headers=[("Location", f"/{target}")])
    answers = {f"/{target}": Answer(framed("".join(main)), 200, [HTML, NOSNIFF]), "/courses": now}

    before, after = outcomes_of_fix(key, site, answers, path="courses")

    assert (before.status, after.status, after.reason) == (FAILED, *expected)


def test_page_of_links_that_moves_to_www_passes() -> None:
    names = [f"loaf{chr(97 + n)}{chr(97 + n // 2)}" for n in range(26)]
    pages = [
        "".join(f'<a href="{start}bakery.example/{name}">{name}</a>' for name in names)
        for start in ("http://", "https://www.")
    ]
    site = Site({"/": Answer(HOME, 200, [HTML]), "/loaves": Answer(framed(pages[0]), 200, [HTML])})
    moved = Answer(status=301, headers=[("Location", "/moved")])
    answers = {"/loaves": moved, "/moved": Answer(framed(pages[1]), 200, [HTML, NOSNIFF])}

    outcomes = outcomes_of_fix(HEADER, site, answers, path="loaves")

    assert [outcome.status for outcome in outcomes] == [FAILED, PASSED]


STYLES = "".join(f'<link rel="stylesheet" href="/{name}.css">' for name in ("base", "menu", "print"))
OWN = '<link rel="canonical" href="/rye"><link rel="alternate" hreflang="de" href="/de/rye">'


def headed(main: str, head: str = OWN) -> str:
    return (
        f"<!doctype html><html lang=en><head><title>{TITLE}</title>{STYLES}{head}</head><body>{main}</body>"
    )


@pytest.mark.parametrize("menu", ["", MENU], ids=["alone", "in the frame of the site"])
@pytest.mark.parametrize("path", ["", "courses"], ids=["home page", "page"])
@pytest.mark.parametrize(
    ("main", "status"),
    [(GONE, INCONCLUSIVE), (HEADING + PARAGRAPHS[0], PASSED)],
    ids=["error page", "shortened"],
)
def test_error_page_with_the_head_of_the_page_does_not_pass(
    path: str, menu: str, main: str, status: str
) -> None:
    """Nor where URLs that do not exist answer without HTML, so that nothing is known of the frame of the site."""
    bread = Answer(headed(f"{menu}<h1>Bread</h1><p>Sourdough, toast, baguette.", ""), 200, [HTML])
    page = Answer(headed(menu + "".join(COURSES)), 200, [HTML])
    site = Site({"/": bread, "/bread": bread, f"/{path}": page})
    now = Answer(headed(menu + main), 200, [HTML, NOSNIFF])

    outcomes = outcomes_of_fix(HEADER, site, {f"/{path}": now}, path=path)

    assert [outcome.status for outcome in outcomes] == [FAILED, status]
