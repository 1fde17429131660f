"""Pages of the evidence of a verification, and the download of its bundle."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from remediation.evidence.chain import append, keyring
from remediation.models import Verification
from remediation.services import verdicts
from scanner.evidence_bundle.verification import verify
from tests import factories
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = pytest.mark.slow


def test_page_of_a_verification_shows_its_evidence_and_verifies_the_hash(
    operator: Client, scenario: Scenario
) -> None:
    verification = factories.verification(scenario)
    link = append(verification, "security_header_csp", {"sha256": "abc <script>"})
    page = operator.get(admin_url(Verification, "change", verification.pk))
    [inline] = page.context["inline_admin_formsets"]
    intact_before = inline.opts.intact(link)

    link.body = link.body.replace("abc", "abd")

    assert "abc &lt;script&gt;" in page.content.decode()
    assert (intact_before, inline.opts.intact(link)) == (True, False)


def page_of(operator: Client, verification: Verification) -> str:
    response = operator.get(reverse("admin:remediation_verification_evidence", args=[verification.pk]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_evidence_page_shows_checks_and_verdicts(operator: Client, scenario: Scenario) -> None:
    verification = factories.verification(scenario, checks="failed")
    seen = {
        "detail": "No policy is sent.",
        "address": "192.0.2.7",
        "status": 200,
        "headers": {"server": "<nginx>"},
    }
    pages = [{"url": "https://example.com/", "status": "failed", "evidence": seen}]
    append(
        verification,
        "security_header_csp",
        {"outcome": "failed", "before": "failed", "after": "failed", "pages": pages},
    )
    verdicts.approve(verification.pk, by=scenario.actor, override_reason="Accepted until March.")

    page = page_of(operator, verification)

    for words in (
        "failed: No policy is sent.",
        "Status 200 from 192.0.2.7",
        "server: &lt;nginx&gt;",
        "Reason for the override: Accepted until March.",
        f"by {scenario.owner.email}, based on 1 chain link",
        "The result is passed, as in the links.",
        "The bundle is signed by a trusted key: the key test",
    ):
        assert words in page


def test_evidence_page_shows_unexpected_content_as_json(
    operator: Client, scenario: Scenario, settings: Any
) -> None:
    settings.KRAFTER_SIGNING_KEYS = ""
    verification = factories.verification(scenario)
    append(
        verification,
        "security_header_csp",
        {"pages": [5, {"evidence": {"headers": 3, "faults": "x"}}], "answered_by": 7},
    )

    page = page_of(operator, verification)

    assert "has no signing key" in page
    assert "&quot;faults&quot;: &quot;x&quot;" in page


def test_bundle_download_requires_view_permission(
    operator: Client, scenario: Scenario, client: Client
) -> None:
    verification = factories.verification(scenario)
    append(verification, "security_header_csp", {"after": "passed"})
    path = reverse("admin:remediation_verification_bundle", args=[verification.pk])

    response = operator.get(path)

    assert [
        line.word
        for line in verify(response.content, list(keyring().public.values()))
        if line.word == "invalid"
    ] == []
    assert response["content-disposition"] == f'attachment; filename="evidence-{verification.pk}.json"'
    assert client.get(path).status_code == 302
