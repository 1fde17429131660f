"""Checks of a site that is served as long as they run."""

from collections.abc import Iterable, Mapping
from typing import Any

from krafter_audit.http.client import Client
from scanner.browser.browser import Browser
from scanner.outcome import Outcome
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served


def run_checks_on(
    site: Site, keys: Iterable[str], client: Client | None = None, *, path: str = "", **options: Any
) -> dict[str, Outcome]:
    with served(site), client or loopback_client() as used:
        return dict(run_checks(f"{site.url}{path}", keys, client=used, **{"retry_delays": (), **options}))


def outcome_of(key: str, site: Site, **options: Any) -> Outcome:
    return run_checks_on(site, [key], **options)[key]


def outcome_on(
    answers: Mapping[str, Any],
    key: str,
    site: Site,
    browser: Browser,
    before: Mapping[str, Outcome] | None = None,
) -> Outcome:
    """Return the outcome of a check on a site that is served already, and sends these answers from now on."""
    site.answers = dict(answers)
    with loopback_client() as client:
        found = run_checks(site.url, [key], client=client, browser=browser, before=before, retry_delays=())
        return dict(found)[key]


def outcomes_of_fix(
    key: str, site: Site, now: Mapping[str, Any], *, path: str = "", otherwise: Answer | None = None
) -> tuple[Outcome, Outcome]:
    """Return the outcome of a check, and that of its verification once the site sends these answers now."""
    with served(site), loopback_client() as client:
        asked: dict[str, Any] = {"client": client, "retry_delays": ()}
        before = dict(run_checks(f"{site.url}{path}", [key], **asked))
        site.answers |= now
        site.otherwise = otherwise or site.otherwise
        after = dict(run_checks(f"{site.url}{path}", [key], before=before, **asked))
    return before[key], after[key]
