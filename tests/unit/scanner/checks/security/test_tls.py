"""A certificate that has replaced one with a fault must be trusted."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from tests.fakes.page_checks import run_checks
from tests.fakes.website import loopback_client, served, tls_context
from tests.unit.scanner.checks.base_page import good_site
from tests.unit.scanner.checks.fixes import with_rsa_key


def outcome_on(
    key: str, context: ssl.SSLContext, ca_file: str, before: dict[str, Outcome] | None = None
) -> Outcome:
    with served(good_site(), context) as site, loopback_client(ca_file) as client:
        return dict(run_checks(site.url, [key], client=client, before=before, retry_delays=()))[key]


@pytest.mark.parametrize("key", ["tls_certificate_days_left", "tls_key_strength"])
def test_untrusted_certificate_does_not_pass(key: str, authority: trustme.CA, ca_file: str) -> None:
    soon = datetime.now(UTC) + timedelta(days=7)
    faulty = tls_context(authority, not_after=soon) if "days" in key else with_rsa_key(authority, 2040)
    before = {key: outcome_on(key, faulty, ca_file)}
    unknown = trustme.CA(key_type=trustme.KeyType.ECDSA)

    after = [
        outcome_on(key, context, ca_file, before)
        for context in (tls_context(unknown), tls_context(authority, "other.test"), tls_context(authority))
    ]

    assert before[key].status == FAILED
    assert [(outcome.status, outcome.reason) for outcome in after] == [
        (INCONCLUSIVE, "target_missing"),
        (INCONCLUSIVE, "target_missing"),
        (PASSED, None),
    ]


def test_certificate_of_a_private_authority_may_be_renewed(ca_file: str) -> None:
    key = "tls_certificate_days_left"
    private = trustme.CA(key_type=trustme.KeyType.ECDSA)
    soon = datetime.now(UTC) + timedelta(days=7)
    before = {key: outcome_on(key, tls_context(private, not_after=soon), ca_file)}

    assert outcome_on(key, tls_context(private), ca_file, before).status == PASSED
