"""Whether search engines get at the page: its status, robots.txt, the sitemap, and what forbids indexing."""

from scanner.outcome import Outcome, failed, passed, verdict
from scanner.page import Page
from scanner.page_context import Facts
from scanner.parsing import sitemap_xml
from scanner.parsing.robots_txt import Robots
from scanner.preconditions import CannotLook
from scanner.registry import CRITICAL, HIGH, LOW, MEDIUM, SEO, Fix, check

GOOGLE = "https://developers.google.com/search/docs/crawling-indexing"
CRAWLERS = ("*", "googlebot", "bingbot", "duckduckbot", "archive.org_bot")
AWAY_FOR_A_WHILE = 503
HIDING = ("noindex", "none")
_VALUED_RULES = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")


@check(
    "http_status_ok",
    domain=SEO,
    severity=CRITICAL,
    needs={"page"},
    title="The page answers with an error",
    why="Visitors see an error, and search engines drop the page.",
    fix=Fix(
        "Make the page answer with status 200, or redirect its address to where it has gone.",
        (
            "Look up the error in the server's log.",
            "Repair it, restore the page, or redirect it with status 301.",
        ),
        (
            "https://developer.chrome.com/docs/lighthouse/seo/http-status-code",
            f"{GOOGLE}/http-network-errors",
        ),
        {"nginx": "location = /old { return 301 /new; }"},
    ),
    oracle={"lighthouse": "http-status-code"},
)
def status_is_ok(facts: Facts) -> Outcome:
    """The final status is below 400; 503 says of itself that it will pass, so it decides nothing."""
    status = facts.landing.response.status
    if status == AWAY_FOR_A_WHILE:
        raise CannotLook("blocked", "The site is away for a while (status 503).")
    return passed(f"The status is {status}.") if status < 400 else failed(f"The status is {status}.")


@check(
    "indexable",
    domain=SEO,
    severity=HIGH,
    needs={"page", "robots"},
    title="Search engines are told not to show the page",
    why="A page with noindex, or one that robots.txt forbids, does not appear in search results.",
    fix=Fix(
        "Let search engines in, if this page is meant to be found.",
        (
            "Take noindex and none out of the meta robots element and of X-Robots-Tag.",
            "Take the rule that forbids the page out of robots.txt.",
            "Where the page is meant to be hidden, dismiss this finding.",
        ),
        ("https://developer.chrome.com/docs/lighthouse/seo/is-crawlable", f"{GOOGLE}/block-indexing"),
        {"html": '<meta name="robots" content="index, follow">'},
    ),
    headers=("x-robots-tag",),
    oracle={"lighthouse": "is-crawlable"},
)
def page_is_indexable(facts: Facts) -> Outcome:
    """No noindex is sent and robots.txt lets one of *, Googlebot, bingbot, DuckDuckBot, archive.org_bot
    in.
    """
    page = facts.document
    robots = _robots(facts)
    hidden = {agent: reason for agent in CRAWLERS if (reason := _why_hidden(page, robots, agent))}
    if len(hidden) == len(CRAWLERS):
        return failed(f"The page is hidden: {hidden['*']}.", hidden_from=hidden)
    return passed("At least one crawler may show the page.", hidden_from=hidden)


def _why_hidden(page: Page, robots: Robots, agent: str) -> str | None:
    names = ["robots"] if agent == "*" else ["robots", agent]
    metas = [word for name in names for text in page.metas(name) for word in _words(text)]
    if not set(HIDING).isdisjoint(metas):
        return "by a meta element"
    if any(not set(HIDING).isdisjoint(_words(text)) for text in _tags_for(page, agent)):
        return "by X-Robots-Tag"
    return None if robots.allows(agent, page.url) else "by robots.txt"


def _tags_for(page: Page, agent: str) -> list[str]:
    """Return the X-Robots-Tag values for the agent: those for everybody and those that begin with its
    name.
    """
    values = []
    for line in page.header_lines("x-robots-tag"):
        name, colon, rest = line.partition(":")
        word = name.strip().lower()
        addressed = colon and " " not in word and "," not in word and word not in _VALUED_RULES
        if not addressed:
            values.append(line)
        elif word == agent:
            values.append(rest)
    return values


def _words(text: str) -> list[str]:
    return [word.strip().lower() for word in text.split(",")]


def _robots(facts: Facts) -> Robots:
    """Return the rules of robots.txt; where there is none everything is allowed."""
    answer = facts.robots
    if answer.status >= 500 or answer.status == 429:
        raise CannotLook("blocked", f"/robots.txt answered with status {answer.status}.")
    return Robots.parse(answer.text) if answer.status == 200 else Robots()


@check(
    "robots_txt_valid",
    domain=SEO,
    severity=MEDIUM,
    needs={"page", "robots"},
    title="robots.txt is not valid",
    why="What a crawler can't read it ignores or takes for a ban on the whole site.",
    fix=Fix(
        "Write a robots.txt that every crawler understands.",
        (
            "Serve it as text/plain with status 200; where there is none, answer 404, never 5xx.",
            "Write one rule a line, name: value, and name the user agents first.",
            "Write the sitemap's address in full.",
        ),
        (
            "https://developer.chrome.com/docs/lighthouse/seo/invalid-robots-txt",
            "https://www.rfc-editor.org/rfc/rfc9309",
        ),
        {"robots.txt": "User-agent: *\nDisallow: /admin/\nSitemap: https://www.example.com/sitemap.xml"},
    ),
    scope="site",
    oracle={"lighthouse": "robots-txt"},
)
def robots_txt_is_valid(facts: Facts) -> Outcome:
    """robots.txt answers 4xx, or 200 and every line parses; 5xx fails."""
    answer = facts.robots
    if answer.status >= 500:
        return failed(f"robots.txt answers with status {answer.status}, which bans crawlers from the site.")
    if answer.status == 429:
        raise CannotLook("blocked", "/robots.txt answered with status 429.")
    if answer.status >= 400:
        return passed(f"There is no robots.txt (status {answer.status}), which is allowed.")
    if answer.truncated:
        raise CannotLook("truncated", "robots.txt is larger than is read.")
    if answer.status != 200:
        return failed(f"robots.txt answers with status {answer.status}.")
    faults = Robots.parse(answer.text).faults
    return verdict(faults, fine="Every line is understood.", wrong="Some lines are not understood.")


@check(
    "sitemap_valid",
    domain=SEO,
    severity=LOW,
    needs={"page", "robots", "sitemap"},
    title="There is no valid sitemap",
    why="Search engines find new and deep pages later, or never.",
    fix=Fix(
        "Publish a sitemap and name it in robots.txt.",
        (
            "Let your framework write it.",
            "Serve it as XML at /sitemap.xml.",
            "Add a line Sitemap: with its full address to robots.txt.",
        ),
        ("https://www.sitemaps.org/protocol.html", f"{GOOGLE}/sitemaps/overview"),
        {
            "django": 'path("sitemap.xml", django.contrib.sitemaps.views.sitemap, {"sitemaps": sitemaps})',
            "xml": "<urlset "
            'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://…</loc></url></urlset>',
        },
    ),
    scope="site",
    oracle={"sitemaps.org": "protocol"},
)
def sitemap_is_valid(facts: Facts) -> Outcome:
    """The sitemap that robots.txt names, else /sitemap.xml, is 200 and a urlset or a sitemapindex."""
    answer = facts.sitemap
    if answer.status >= 500 or answer.status == 429:
        raise CannotLook("blocked", f"The sitemap answered with status {answer.status}.")
    if answer.status != 200:
        return failed(f"There is none at {answer.url} (status {answer.status}).")
    if answer.truncated:
        raise CannotLook("truncated", "The sitemap is larger than is read.")
    sitemap = sitemap_xml.parse(answer.body)
    if sitemap.fault:
        return failed(f"{answer.url} is no sitemap: {sitemap.fault}.")
    return passed(f"{answer.url} is a {sitemap.root}.", addresses=len(sitemap.addresses))


@check(
    "soft_404",
    domain=SEO,
    severity=MEDIUM,
    needs={"page", "missing"},
    title="Pages that do not exist answer as if they did",
    why="Search engines index error pages and waste their visits on addresses that lead nowhere.",
    fix=Fix(
        "Answer 404 or 410 where there is no page.",
        (
            "Give the page that says so the status 404.",
            "Do not redirect unknown addresses to the front page.",
        ),
        (f"{GOOGLE}/http-network-errors#soft-404-errors",),
        {"nginx": "error_page 404 /404.html;", "django": "raise Http404"},
    ),
    scope="site",
    oracle={"google": "soft 404"},
)
def missing_pages_are_missing(facts: Facts) -> Outcome:
    """A random address answers 404 or 410."""
    status = facts.missing.status
    if status in (404, 410):
        return passed(f"It answers with status {status}.")
    if status in (401, 403, 429) or status >= 500:
        raise CannotLook("blocked", f"An address that does not exist answered with status {status}.")
    return failed(f"An address that does not exist answers with status {status}.")
