"""Exactly one check flips when exactly its fault is mended: all checks look before and verify afterwards."""

from collections.abc import Iterator, Mapping

import pytest
import trustme

from krafter_audit.http.client import Client
from scanner.engine import run_checks
from scanner.outcome import FAILED, NOT_APPLICABLE, PASSED, Outcome
from scanner.registry import keys
from tests.fakes.website import Site, loopback_client, served, tls_context
from tests.unit.scanner.checks.axe_violations import VIOLATIONS
from tests.unit.scanner.checks.base_page import good_site
from tests.unit.scanner.checks.check_kinds import WITHOUT_BROWSER
from tests.unit.scanner.checks.faults import COMPANIONS, FAULTS, UNJUDGED
from tests.unit.scanner.checks.fixes import (
    CERTIFICATES,
    MENDED_IN_TURN,
    MENDS,
    PATIENT,
    THRESHOLDS,
    redirecting,
)


@pytest.fixture(scope="module")
def client(ca_file: str) -> Iterator[Client]:
    with loopback_client(ca_file) as opened:
        yield opened


@pytest.fixture(scope="module")
def secure(authority: trustme.CA) -> Iterator[Site]:
    """A site with TLS whose answers each test chooses."""
    with served(good_site(), tls_context(authority)) as site:
        yield site


@pytest.fixture(scope="module")
def plain() -> Iterator[Site]:
    """A site without TLS whose answers each test chooses."""
    with served(good_site()) as site:
        yield site


def looked(
    site: Site,
    client: Client,
    before: Mapping[str, Outcome] | None = None,
    thresholds: Mapping[str, float] = PATIENT,
) -> dict[str, Outcome]:
    found = run_checks(
        site.url, WITHOUT_BROWSER, client=client, before=before, thresholds=thresholds, retry_delays=()
    )
    return dict(found)


def become(site: Site, wanted: Site) -> None:
    site.answers, site.otherwise = wanted.answers, wanted.otherwise


def changed(before: dict[str, Outcome], after: dict[str, Outcome]) -> tuple[set[str], set[str]]:
    """Return what flipped from failed to passed, and what else is not as it was."""
    other = {key for key in before if before[key].status != after[key].status}
    flipped = {key for key in other if (before[key].status, after[key].status) == (FAILED, PASSED)}
    return flipped, other - flipped


def family(key: str) -> tuple[set[str], set[str]]:
    """Return what flips with this fault by the checks' own definitions, and what can be judged once it is gone."""
    return {key} | COMPANIONS.get(key, set()), UNJUDGED.get(key, set())


@pytest.mark.parametrize("key", sorted(FAULTS))
def test_exactly_this_check_flips_when_its_fault_is_mended(key: str, secure: Site, client: Client) -> None:
    become(secure, FAULTS[key]())
    before = looked(secure, client)
    become(secure, good_site())
    after = looked(secure, client, before)

    assert changed(before, after) == family(key)


@pytest.mark.parametrize("key", sorted(MENDS))
def test_exactly_this_check_flips_when_the_way_to_the_page_is_mended(
    key: str, plain: Site, secure: Site, client: Client
) -> None:
    (faulty, mended), thresholds = MENDS[key], THRESHOLDS.get(key, PATIENT)
    become(secure, good_site(**{"/start": redirecting("/returns").answers["/"]}))
    become(plain, faulty(secure.url))
    before = looked(plain, client, thresholds=thresholds)
    become(plain, mended(secure.url))
    after = looked(plain, client, before, thresholds)

    assert changed(before, after) == family(key)


@pytest.mark.parametrize("key", sorted(CERTIFICATES))
def test_exactly_this_check_flips_when_the_certificate_is_mended(
    key: str, secure: Site, client: Client, authority: trustme.CA
) -> None:
    become(secure, good_site())
    with served(good_site(), CERTIFICATES[key](authority)) as faulty:
        before = looked(faulty, client)
    after = looked(secure, client, before)

    assert changed(before, after) == family(key)


def test_no_check_finds_a_fault_on_a_page_without_one(secure: Site, client: Client) -> None:
    become(secure, good_site())
    outcomes = looked(secure, client)

    unhappy = {
        key: one.evidence["detail"]
        for key, one in outcomes.items()
        if one.status not in (PASSED, NOT_APPLICABLE)
    }
    assert unhappy == {}
    assert {key for key, one in outcomes.items() if one.status == NOT_APPLICABLE} == {"redirect_permanent"}


def test_every_check_has_a_case_in_which_it_fails_and_flips_when_that_is_mended() -> None:
    """Here, in `test_flips_in_a_browser` or, for the rules of axe-core, in `test_axe`."""
    flipping = [*FAULTS, *MENDS, *CERTIFICATES, *MENDED_IN_TURN, *VIOLATIONS]

    assert sorted(flipping) == sorted(keys())
