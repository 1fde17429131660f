"""Only the check of a fault changes from failed to passed when the fault is fixed; all checks run before and after."""

from collections.abc import Iterator, Mapping

import pytest
import trustme

from krafter_audit.http.client import Client
from scanner.outcome import FAILED, NOT_APPLICABLE, PASSED, Outcome
from scanner.registry import keys
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Site, served
from tests.unit.scanner.checks.axe_violations import VIOLATIONS
from tests.unit.scanner.checks.base_page import good_site
from tests.unit.scanner.checks.check_kinds import WITHOUT_BROWSER
from tests.unit.scanner.checks.faults import ALSO_CHANGED, FAULTS, NOT_EVALUATED
from tests.unit.scanner.checks.fixes import (
    BROWSER_FIXES,
    CERTIFICATES,
    CONNECTION_FIXES,
    PATIENT,
    THRESHOLDS,
    redirecting,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def http_site() -> Iterator[Site]:
    """A site without TLS whose responses each test sets."""
    with served(good_site()) as site:
        yield site


def run_checks_on(
    site: Site,
    client: Client,
    before: Mapping[str, Outcome] | None = None,
    thresholds: Mapping[str, float] = PATIENT,
) -> dict[str, Outcome]:
    found = run_checks(
        site.url, WITHOUT_BROWSER, client=client, before=before, thresholds=thresholds, retry_delays=()
    )
    return dict(found)


def replace_content(site: Site, wanted: Site) -> None:
    site.answers, site.otherwise = wanted.answers, wanted.otherwise


def changed(before: dict[str, Outcome], after: dict[str, Outcome]) -> tuple[set[str], set[str]]:
    """Return the checks that changed from failed to passed, and those that changed otherwise."""
    other = {key for key in before if before[key].status != after[key].status}
    flipped = {key for key in other if (before[key].status, after[key].status) == (FAILED, PASSED)}
    return flipped, other - flipped


def affected_checks(key: str) -> tuple[set[str], set[str]]:
    """Return the checks that change with this fault by their definitions, and those that become applicable."""
    return {key} | ALSO_CHANGED.get(key, set()), NOT_EVALUATED.get(key, set())


@pytest.mark.parametrize("key", sorted(FAULTS))
def test_only_this_check_changes_when_its_fault_is_fixed(key: str, https_site: Site, client: Client) -> None:
    replace_content(https_site, FAULTS[key]())
    before = run_checks_on(https_site, client)
    replace_content(https_site, good_site())
    after = run_checks_on(https_site, client, before)

    assert changed(before, after) == affected_checks(key)


@pytest.mark.parametrize("key", sorted(CONNECTION_FIXES))
def test_only_this_check_changes_when_the_connection_is_fixed(
    key: str, http_site: Site, https_site: Site, client: Client
) -> None:
    (faulty, fixed), thresholds = CONNECTION_FIXES[key], THRESHOLDS.get(key, PATIENT)
    replace_content(https_site, good_site(**{"/start": redirecting("/returns").answers["/"]}))
    replace_content(http_site, faulty(https_site.url))
    before = run_checks_on(http_site, client, thresholds=thresholds)
    replace_content(http_site, fixed(https_site.url))
    after = run_checks_on(http_site, client, before, thresholds)

    assert changed(before, after) == affected_checks(key)


@pytest.mark.parametrize("key", sorted(CERTIFICATES))
def test_only_this_check_changes_when_the_certificate_is_fixed(
    key: str, https_site: Site, client: Client, authority: trustme.CA
) -> None:
    replace_content(https_site, good_site())
    with served(good_site(), CERTIFICATES[key](authority)) as faulty:
        before = run_checks_on(faulty, client)
    after = run_checks_on(https_site, client, before)

    assert changed(before, after) == affected_checks(key)


def test_good_page_passes_every_check(https_site: Site, client: Client) -> None:
    replace_content(https_site, good_site())
    outcomes = run_checks_on(https_site, client)

    not_passed = {
        key: outcome.evidence["detail"]
        for key, outcome in outcomes.items()
        if outcome.status not in (PASSED, NOT_APPLICABLE)
    }
    assert not_passed == {}
    assert {key for key, outcome in outcomes.items() if outcome.status == NOT_APPLICABLE} == {
        "redirect_permanent"
    }


def test_every_check_has_a_fault() -> None:
    """Here, in `test_browser_flips` or, for the rules of axe-core, in `axe_violations`."""
    flipping = [*FAULTS, *CONNECTION_FIXES, *CERTIFICATES, *BROWSER_FIXES, *VIOLATIONS]

    assert sorted(flipping) == sorted(keys())
