"""The public proof of a fix: verified against the published keys, and only for what the report lists."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from remediation.evidence import export
from remediation.evidence.chain import append
from remediation.models import Evidence, Verification
from remediation.services import verdicts
from scanner.evidence_bundle import __main__ as verify_evidence
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import CallApi, ExportReport

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def approved_verification(scenario: Scenario) -> Verification:
    return fix(scenario)


def fix(scenario: Scenario) -> Verification:
    """Create a verification with evidence, and approve it."""
    verification = factories.verification(scenario)
    with transaction.atomic():
        page = {
            "url": "https://example.com/",
            "status": "passed",
            "evidence": {"headers": {"server": "nginx"}},
        }
        append(verification, "security_header_csp", {"outcome": "passed", "after": "passed", "pages": [page]})
    verdicts.approve(verification.pk, project=scenario.project, by=scenario.actor)
    return Verification.objects.get(pk=verification.pk)


@pytest.fixture
def evidence_url(call_api: CallApi, export_report: ExportReport) -> Callable[[Any], str]:
    """Share a report; return the URL of the evidence of a verification in it."""

    def share(verification_id: Any) -> str:
        export_report("json")
        url = call_api("post", "reports/share", {"channel": "link"})[1]["data"]["share_url"]
        return f"{url}/evidence/{verification_id}"

    return share


EvidenceUrl = Callable[[Any], str]


def test_page_says_that_the_signatures_are_valid(
    approved_verification: Verification, evidence_url: EvidenceUrl
) -> None:
    response = Client().get(evidence_url(approved_verification.pk))

    html = response.content.decode()
    assert response.status_code == 200
    assert "The signatures are valid." in html
    assert all(link.hash in html for link in approved_verification.evidence.all())
    assert response.cookies == {}
    assert response["x-robots-tag"] == "noindex, nofollow"


def test_shared_page_links_to_the_evidence(
    approved_verification: Verification, evidence_url: EvidenceUrl
) -> None:
    url = evidence_url(approved_verification.pk)

    html = Client().get(url.partition("/evidence/")[0]).content.decode()

    assert f'href="{url.removeprefix("http://testserver")}"' in html


def test_file_is_valid_for_the_published_keys_and_names_no_person(
    approved_verification: Verification,
    scenario: Scenario,
    evidence_url: EvidenceUrl,
    tmp_path: Path,
    capsys: Any,
) -> None:
    response = Client().get(f"{evidence_url(approved_verification.pk)}.json")
    bundle, keys = tmp_path / "evidence.json", tmp_path / "keys.json"
    bundle.write_bytes(response.content)
    keys.write_bytes(Client().get("/.well-known/krafter-evidence-keys.json").content)

    assert verify_evidence.main([str(bundle), "--public-key", str(keys)]) == 0
    assert scenario.owner.email not in response.content.decode()
    assert json.loads(response.content)["bundle"]["people"] == {}
    assert (
        response["content-disposition"] == f'attachment; filename="evidence-{approved_verification.pk}.json"'
    )


def test_evidence_that_is_not_what_was_signed_is_reported(
    approved_verification: Verification, evidence_url: EvidenceUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = evidence_url(approved_verification.pk)
    # PostgreSQL rejects changes to a link, so the changed body comes from the export.
    changed = export._entry

    def entry(link: Evidence, *, of: Verification) -> dict[str, Any]:
        made = changed(link, of=of)
        return {**made, "body": made["body"].replace("nginx", "apache")}

    monkeypatch.setattr(export, "_entry", entry)
    html = Client().get(url).content.decode()

    assert "The evidence is not valid." in html
    assert "The signatures are valid." not in html


def test_without_a_signing_key_the_page_says_so(
    scenario: Scenario, evidence_url: EvidenceUrl, settings: Any
) -> None:
    settings.KRAFTER_SIGNING_KEYS = ""
    url = evidence_url(fix(scenario).pk)

    page, file = Client().get(url), Client().get(f"{url}.json")

    assert "The evidence is not signed" in page.content.decode()
    assert (page.status_code, file.status_code) == (200, 409)


@pytest.mark.parametrize(
    ("recorded_with_key", "sentence"),
    [
        (False, "The evidence is not signed: this installation had no signing key when"),
        (True, "The signatures cannot be verified: this installation has no signing key any more."),
    ],
)
def test_evidence_without_a_signing_key_then_or_now_is_not_called_valid(
    scenario: Scenario, evidence_url: EvidenceUrl, settings: Any, recorded_with_key: bool, sentence: str
) -> None:
    key = settings.KRAFTER_SIGNING_KEYS
    settings.KRAFTER_SIGNING_KEYS = key if recorded_with_key else ""
    url = evidence_url(fix(scenario).pk)
    settings.KRAFTER_SIGNING_KEYS = "" if recorded_with_key else key

    page = Client().get(url).content.decode()

    assert sentence in page
    assert "The signatures are valid" not in page


def test_only_verifications_that_the_report_lists_are_shown(
    approved_verification: Verification, scenario: Scenario, evidence_url: EvidenceUrl
) -> None:
    url = evidence_url(approved_verification.pk)
    pending = factories.verification(scenario)
    elsewhere = factories.verification(factories.scenario())

    for other in (pending.pk, elsewhere.pk, uuid4()):
        for suffix in ("", ".json"):
            assert (
                Client().get(url.replace(str(approved_verification.pk), str(other)) + suffix).status_code
                == 404
            )


def test_link_opens_no_evidence_of_a_later_report_and_each_page_has_its_own(
    approved_verification: Verification, scenario: Scenario, evidence_url: EvidenceUrl
) -> None:
    first = evidence_url(approved_verification.pk)
    later = fix(scenario)
    second = evidence_url(later.pk)

    refused = Client().get(first.replace(str(approved_verification.pk), str(later.pk)))
    pages = {
        verification.pk: Client().get(second.replace(str(later.pk), str(verification.pk)))
        for verification in (approved_verification, later)
    }

    assert refused.status_code == 404
    for own, other in ((approved_verification, later), (later, approved_verification)):
        html = pages[own.pk].content.decode()
        assert all(link.hash in html for link in own.evidence.all())
        # The chain of a project: a link names the hash before it.
        assert f"/evidence/{other.pk}" not in html


def test_evidence_closes_with_the_link(
    approved_verification: Verification, evidence_url: EvidenceUrl, call_api: CallApi
) -> None:
    url = evidence_url(approved_verification.pk)
    share = call_api("get", "reports/shares")[1]["data"][0]
    call_api("delete", f"reports/shares/{share['id']}")

    assert [Client().get(url + suffix).status_code for suffix in ("", ".json")] == [410, 410]


def test_page_of_a_verification_whose_evidence_was_deleted_is_410(
    scenario: Scenario, evidence_url: EvidenceUrl
) -> None:
    verification = factories.verification(scenario)
    Verification.objects.filter(pk=verification.pk).update(
        result="passed", verified_at=verification.created_at
    )
    type(verification.task.finding).objects.update(status="resolved")

    response = Client().get(evidence_url(verification.pk))

    assert response.status_code == 410
    assert "The evidence was deleted" in response.content.decode()
