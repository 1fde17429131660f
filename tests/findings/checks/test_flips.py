"""Each check fails on its fault alone, and no other check is disturbed by it."""

import pytest
import trustme

from findings.checks.engine import look
from findings.checks.outcome import FAILED, NOT_APPLICABLE, PASSED
from tests.findings.checks.base_page import good_site
from tests.findings.checks.faults import COMPANIONS, FAULTS
from tests.findings.checks.kinds import MARKUP, WITHOUT_BROWSER
from tests.findings.checks.site import Site, loopback_client, served, tls_context

# Those have tests of their own: they need another server, a clock, or a page over plain HTTP.
ELSEWHERE = {
    "ttfb",
    "https_redirect",
    "redirect_permanent",
    "password_over_http",
    "tls_certificate_valid",
    "tls_certificate_days_left",
    "tls_min_version",
    "tls_key_strength",
}


def _failing(site: Site, asked: list[str], authority: trustme.CA, ca_file: str) -> set[str]:
    with served(site, tls_context(authority)), loopback_client(ca_file) as client:
        return {
            key
            for key, outcome in look(site.url, asked, client=client, retry_delays=())
            if outcome.status == FAILED
        }


@pytest.mark.parametrize("key", sorted(FAULTS))
def test_a_check_fails_on_its_own_fault_and_no_other_check_does(
    key: str, authority: trustme.CA, ca_file: str
) -> None:
    failing = _failing(FAULTS[key](), [key, *MARKUP], authority, ca_file)

    assert failing == {key} | COMPANIONS.get(key, set())


def test_no_check_finds_a_fault_on_a_page_without_one(authority: trustme.CA, ca_file: str) -> None:
    site = good_site()
    with served(site, tls_context(authority)), loopback_client(ca_file) as client:
        outcomes = dict(look(site.url, WITHOUT_BROWSER, client=client, retry_delays=()))

    unhappy = {
        key: o.evidence["detail"] for key, o in outcomes.items() if o.status not in (PASSED, NOT_APPLICABLE)
    }
    assert unhappy == {}
    assert {key for key, o in outcomes.items() if o.status == NOT_APPLICABLE} == {"redirect_permanent"}


def test_every_check_has_a_row_in_the_table() -> None:
    assert set(FAULTS) | ELSEWHERE == set(WITHOUT_BROWSER)
