"""A scan confirms a failure on the first two pages that show it, and all of them after a contradiction."""

import pytest

from krafter_audit.http.client import Client
from scanner.confirmation import Confirmation, ConfirmEverything, ConfirmFirst
from scanner.outcome import FAILED, PASSED, Outcome
from scanner.page.context import PageContext
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Site, served
from tests.unit.scanner.checks.base_page import good_site, page

KEY = "security_header_x_content_type_options"
GOOD = page()
BAD = page(headers={"X-Content-Type-Options": None})


def outcomes_of(site: Site, client: Client, confirmation: Confirmation, pages: int = 4) -> list[Outcome]:
    """Check pages one after the other, as a scan does."""
    start = PageContext(site.url, client, retry_delays=())
    contexts = [start.sibling(f"{site.url}{number}") for number in range(pages)]
    return [
        dict(run_checks(context.url, [KEY], context=context, confirmation=confirmation))[KEY]
        for context in contexts
    ]


def pages(*answers: object) -> Site:
    return good_site(**{f"/{number}": answer for number, answer in enumerate(answers)})


def test_failure_is_confirmed_on_two_pages_and_believed_on_the_others(client: Client) -> None:
    with served(pages(BAD, BAD, BAD, BAD)) as site:
        outcomes = outcomes_of(site, client, confirmation := ConfirmFirst())

    assert site.paths() == ["/0", "/0", "/1", "/1", "/2", "/3"]
    assert [outcome.status for outcome in outcomes] == [FAILED] * 4
    assert [outcome.evidence.get("confirmed") for outcome in outcomes] == [None, None, False, False]
    assert confirmation.contradicted == set()


def test_pass_is_not_repeated_in_a_scan(client: Client) -> None:
    with served(pages(GOOD, GOOD, GOOD, GOOD)) as site:
        outcomes_of(site, client, ConfirmFirst())

    assert site.paths() == ["/0", "/1", "/2", "/3"]


@pytest.mark.parametrize("runs", [[BAD, GOOD, GOOD], [BAD, GOOD, BAD]])
def test_contradiction_confirms_every_later_failure(client: Client, runs: list[object]) -> None:
    with served(pages(BAD, runs, BAD, BAD)) as site:
        outcomes = outcomes_of(site, client, confirmation := ConfirmFirst())

    assert confirmation.contradicted == {KEY}
    assert site.paths()[-4:] == ["/2", "/2", "/3", "/3"]
    assert outcomes[3].evidence["runs"] == [FAILED, FAILED]


def test_failure_whose_repetition_is_inconclusive_is_a_contradiction(client: Client) -> None:
    with served(pages([BAD, page(status=500)], BAD, BAD, BAD)) as site:
        outcomes_of(site, client, confirmation := ConfirmFirst())

    assert confirmation.contradicted == {KEY}


def test_checks_are_counted_one_by_one() -> None:
    confirmation = ConfirmFirst(pages=1)
    confirmation.record("a", True)
    confirmation.record("b", False)

    assert [confirmation.is_required(key) for key in ("a", "b", "c")] == [False, True, True]


def test_everything_is_confirmed_by_default(client: Client) -> None:
    with served(pages(BAD, BAD, BAD, BAD)) as site:
        outcomes_of(site, client, ConfirmEverything())

    assert len(site.requests) == 8


def test_verification_is_confirmed_whatever_was_seen_before(client: Client) -> None:
    confirmation = ConfirmFirst(pages=0)
    with served(pages(BAD)) as site:
        checked = run_checks(
            f"{site.url}0", [KEY], client=client, before={KEY: Outcome(PASSED)}, confirmation=confirmation
        )
        outcome = dict(checked)[KEY]

    assert outcome.evidence["runs"] == [FAILED, FAILED]
