"""The evidence chain: results and verdicts as hashed, signed links that cannot be changed."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from remediation import jobs
from remediation.evidence import chain
from remediation.models import Evidence, EvidenceChain, Verification
from remediation.services import verdicts, verifications
from scanner.evidence_bundle.chain import GENESIS, Head, hash_of_format_1
from scanner.evidence_bundle.keys import from_jwk, is_valid_signature
from tests import database_role, factories
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CSP = {"Content-Security-Policy": "default-src 'self'"}


@pytest.fixture
def scenario(db: None, site: FaultySite) -> Scenario:
    return factories.scenario(site_url=site.url)


def verified(scenario: Scenario, *, checks: list[str] | None = None) -> Verification:
    """Run a verification by its service and its job."""
    task = factories.task(scenario, of=factories.finding(scenario, checks=checks))
    verification = verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
    jobs.run_verification(str(verification.pk))
    verification.refresh_from_db()
    return verification


def evidence_of(scenario: Scenario, verification: Verification) -> dict[str, Any]:
    return scenario.client.call("get", f"verifications/{verification.pk}/evidence").json()["data"]


def test_links_of_a_project_are_one_signed_chain(scenario: Scenario):
    verification = verified(scenario)
    verdicts.reopen(verification.pk, by=scenario.actor)
    verified(scenario)

    key_id, public = from_jwk(evidence_of(scenario, verification)["keys"][0])
    previous = GENESIS
    for number, link in enumerate(Evidence.objects.order_by("sequence"), start=1):
        head = Head.with_body(str(scenario.project.pk), number, previous, link.body)
        assert (link.sequence, link.previous_hash, link.hash) == (number, previous, head.hash)
        assert (link.key_id, is_valid_signature(public, link.signature, head.text)) == (key_id, True)
        previous = link.hash
    assert (Evidence.objects.count(), EvidenceChain.objects.get().hash) == (3, previous)


def test_verdict_link_has_the_actor_and_the_earlier_links(scenario: Scenario, site: FaultySite):
    site.headers |= CSP
    verification = verified(scenario)
    seen = Evidence.objects.get()

    verdicts.approve(verification.pk, by=scenario.actor)

    [verdict] = evidence_of(scenario, verification)["verdicts"]
    assert "links" not in json.loads(seen.body)
    expected = (
        "key",
        "verification_sequence",
        "verification_previous_hash",
        "verdict",
        "result",
        "decided_by",
        "override_reason",
        "checks",
        "links",
    )
    assert {name: verdict[name] for name in expected} == {
        "key": "verdict:approved",
        "verification_sequence": 2,
        "verification_previous_hash": seen.hash,
        "verdict": "approved",
        "result": "passed",
        "decided_by": {"kind": "api_key", "user_id": str(scenario.owner.pk), "request_id": ""},
        "override_reason": "",
        "checks": [{"key": "security_header_csp", "before": "failed", "after": "passed", "status": "passed"}],
        "links": [{"key": "security_header_csp", "sequence": 1, "hash": seen.hash}],
    }


def test_override_reason_is_in_the_link_and_reopen_adds_another_link(scenario: Scenario):
    verification = verified(scenario)

    verdicts.approve(verification.pk, by=scenario.actor, override_reason="Accepted until March.")
    verdicts.reopen(verification.pk, by=scenario.actor)
    verdicts.reopen(verification.pk, by=scenario.actor)

    decisions = evidence_of(scenario, verification)["verdicts"]
    assert [(decision["verdict"], decision["override_reason"]) for decision in decisions] == [
        ("approved", "Accepted until March."),
        ("reopened", "Accepted until March."),
    ]


def test_link_of_a_manual_review_has_the_actor(scenario: Scenario):
    verification = verified(scenario, checks=[])

    verdicts.approve(verification.pk, by=scenario.actor)

    seen = evidence_of(scenario, verification)
    assert [link["key"] for link in seen["chain"]] == ["manual_review", "verdict:approved"]
    assert seen["checks"][0]["answered_by"]["user_id"] == str(scenario.owner.pk)
    assert (seen["checks"][0]["outcome"], seen["checks"][0]["type"]) == ("passed", "check")


@pytest.mark.usefixtures("database_owner")  # the application role may do neither
@pytest.mark.parametrize(
    "change", ["UPDATE remediation_evidence SET body = '{}'", "DELETE FROM remediation_evidence"]
)
def test_links_cannot_be_changed_or_deleted(scenario: Scenario, change: str):
    verified(scenario)

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)

    assert chain.is_intact(Evidence.objects.get())


def test_chain_continues_after_retention_deletes_links(scenario: Scenario):
    verified(scenario)
    verified(scenario)
    with database_role.as_owner(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL krafter.retention = 'on'")
        cursor.execute("DELETE FROM remediation_evidence")
        cursor.execute("SET LOCAL krafter.retention = 'off'")
    end = EvidenceChain.objects.get()

    verified(scenario)

    link = Evidence.objects.get()
    assert (link.sequence, link.previous_hash) == (3, end.hash)
    assert chain.is_intact(link)


def test_evidence_without_signing_key_is_chained_and_unsigned(scenario: Scenario, settings: Any):
    settings.KRAFTER_SIGNING_KEYS = ""

    verification = verified(scenario)

    link = Evidence.objects.get()
    assert (link.key_id, link.signature, chain.is_intact(link)) == ("", "", True)
    assert evidence_of(scenario, verification)["keys"] == []


def changed(link: Evidence, **fields: Any) -> Evidence:
    return Evidence(
        **{field.attname: getattr(link, field.attname) for field in Evidence._meta.fields} | fields
    )


def test_changed_link_is_not_intact(scenario: Scenario):
    link = chain.append(factories.verification(scenario), "security_header_csp", {"after": "passed"})
    other = chain.append(factories.verification(scenario), "security_header_csp", {"after": "passed"})
    changes: list[dict[str, Any]] = [
        {"body": link.body.replace("passed", "failed")},
        {"hash": other.hash},
        {"signature": other.signature},
        {"key_id": "removed"},
    ]

    assert chain.is_intact(link)
    assert [chain.is_intact(changed(link, **fields)) for fields in changes] == [False] * 4


def test_link_of_format_1_is_intact_by_its_hash():
    link = Evidence(format=1, previous_hash=GENESIS, body="{}", hash=hash_of_format_1(GENESIS, "{}"))

    assert (chain.is_intact(link), chain.is_intact(changed(link, body="[]"))) == (True, False)


def test_evidence_is_read_after_its_key_was_removed(scenario: Scenario, settings: Any):
    verification = factories.verification(scenario)
    link = chain.append(verification, "security_header_csp", {"after": "passed"})
    settings.KRAFTER_SIGNING_KEYS = ""

    seen = evidence_of(scenario, verification)

    assert (seen["keys"], [entry["key_id"] for entry in seen["chain"]]) == ([], [link.key_id])


def test_signers_are_the_keys_of_the_signed_links_in_order():
    links = [Evidence(key_id=key_id) for key_id in ("", "new", "old", "new")]

    assert chain.signers(links) == ["new", "old"]


def test_numbers_unknown_to_json_are_stored_as_strings(scenario: Scenario):
    verification = factories.verification(scenario)

    link = chain.append(verification, "lcp", {"after": float("nan"), "samples": [1.0, float("inf")]})

    body = json.loads(link.body)
    assert (body["after"], body["samples"]) == ("nan", [1, "inf"])
