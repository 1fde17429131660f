"""What the head of a page tells search engines and browsers about it."""

from findings.checks.facts import Facts
from findings.checks.outcome import Outcome, failed, passed
from findings.checks.registry import HIGH, MEDIUM, SEO, Fix, check

GOOGLE = "https://developers.google.com/search/docs"


@check(
    "title_present",
    domain=SEO,
    severity=HIGH,
    needs={"page"},
    title="The page has no title",
    why="The title is the headline in search results, in tabs and in bookmarks; without it a search engine "
    "makes one up.",
    fix=Fix(
        "Give the page a title of its own.",
        (
            "Write a title of a few words that says what this page is.",
            "Put it into a title element in the head.",
        ),
        (
            f"{GOOGLE}/appearance/title-link",
            "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/title",
        ),
        {"html": "<title>Delivery and returns – Example Shop</title>"},
    ),
    oracle={"lighthouse": "document-title"},
)
def title_present(facts: Facts) -> Outcome:
    """The document has a title that is not empty."""
    title = facts.document.title
    return (
        passed("The page has a title.", title=title[:200])
        if title
        else failed("The title is missing or empty.")
    )


@check(
    "meta_description",
    domain=SEO,
    severity=MEDIUM,
    needs={"page"},
    title="The page has no meta description",
    why="Search results show the description under the title; without it they show some piece of the page.",
    fix=Fix(
        "Describe the page in one or two sentences.",
        (
            "Write what a visitor finds here, in up to about 155 characters.",
            "Make it another one on every page.",
        ),
        (f"{GOOGLE}/appearance/snippet", "https://developer.chrome.com/docs/lighthouse/seo/meta-description"),
        {
            "html": '<meta name="description" content="How we deliver, what it costs, and how to send '
            'something back.">'
        },
    ),
    oracle={"lighthouse": "meta-description"},
)
def meta_description(facts: Facts) -> Outcome:
    """A meta element named description has content."""
    said = [text.strip() for text in facts.document.metas("description")]
    if not any(said):
        return failed("The description is empty." if said else "There is no description.")
    return passed("The page has a description.", description=next(text for text in said if text)[:200])
