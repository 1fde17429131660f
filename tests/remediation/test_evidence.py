"""The chain of evidence: what was seen and what was decided, hashed, signed, unchangeable, one link after the other."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from remediation import evidence, jobs
from remediation.models import Chain, Evidence, Verification
from remediation.services import verdicts, verifications
from scanner.evidence_bundle.chain import GENESIS, Head
from scanner.evidence_bundle.keys import from_jwk, holds
from tests import factories
from tests.factories import World
from tests.sites import Site

pytestmark = pytest.mark.django_db

CSP = {"Content-Security-Policy": "default-src 'self'"}


@pytest.fixture
def world(db: None, site: Site) -> World:
    return factories.world(site_url=site.url)


def looked_at(world: World, *, checks: list[str] | None = None) -> Verification:
    """Run a verification the way the API and the worker do."""
    task = factories.task(world, of=factories.finding(world, checks=checks))
    verification = verifications.run(world.project, task_id=task.pk, by=world.actor)
    jobs.recheck(str(verification.pk))
    verification.refresh_from_db()
    return verification


def shown(world: World, verification: Verification) -> dict[str, Any]:
    return world.client.ask("get", f"verifications/{verification.pk}/evidence").json()["data"]


def test_the_links_of_a_project_are_one_chain_each_signed_by_the_key_that_is_shown(world: World):
    verification = looked_at(world)
    verdicts.reopen(verification.pk, by=world.actor)
    looked_at(world)

    key_id, public = from_jwk(shown(world, verification)["keys"][0])
    previous = GENESIS
    for place, link in enumerate(Evidence.objects.order_by("sequence"), start=1):
        head = Head.of(str(world.project.pk), place, previous, link.body)
        assert (link.sequence, link.previous_hash, link.hash) == (place, previous, head.hash)
        assert (link.key_id, holds(public, link.signature, head.text)) == (key_id, True)
        previous = link.hash
    assert (Evidence.objects.count(), Chain.objects.get().hash) == (3, previous)


def test_a_verdict_is_a_link_with_who_decided_and_upon_what(world: World, site: Site):
    site.headers |= CSP
    verification = looked_at(world)
    seen = Evidence.objects.get()

    verdicts.approve(verification.pk, by=world.actor)

    [verdict] = shown(world, verification)["verdicts"]
    told = (
        "key",
        "number",
        "earlier",
        "verdict",
        "result",
        "decided_by",
        "override_reason",
        "checks",
        "links",
    )
    assert {name: verdict[name] for name in told} == {
        "key": "verdict:approved",
        "number": 2,
        "earlier": seen.hash,
        "verdict": "approved",
        "result": "passed",
        "decided_by": {"kind": "api_key", "user_id": str(world.owner.pk), "request_id": ""},
        "override_reason": "",
        "checks": [{"key": "security_header_csp", "before": "failed", "after": "passed", "status": "passed"}],
        "links": [{"key": "security_header_csp", "sequence": 1, "hash": seen.hash}],
    }


def test_an_override_keeps_its_reason_and_a_later_reopen_is_a_link_of_its_own(world: World):
    verification = looked_at(world)

    verdicts.approve(verification.pk, by=world.actor, override_reason="Accepted until March.")
    verdicts.reopen(verification.pk, by=world.actor)
    verdicts.reopen(verification.pk, by=world.actor)

    said = shown(world, verification)["verdicts"]
    assert [(one["verdict"], one["override_reason"]) for one in said] == [
        ("approved", "Accepted until March."),
        ("reopened", "Accepted until March."),
    ]


def test_a_person_who_answers_a_check_by_hand_is_in_its_link(world: World):
    verification = looked_at(world, checks=[])

    verdicts.approve(verification.pk, by=world.actor)

    seen = shown(world, verification)
    assert [link["key"] for link in seen["chain"]] == ["manual_review", "verdict:approved"]
    assert seen["checks"][0]["answered_by"]["user_id"] == str(world.owner.pk)
    assert (seen["checks"][0]["outcome"], seen["checks"][0]["type"]) == ("passed", "check")


@pytest.mark.parametrize(
    "change", ["UPDATE remediation_evidence SET body = '{}'", "DELETE FROM remediation_evidence"]
)
def test_the_database_refuses_to_change_or_delete_a_link(world: World, change: str):
    looked_at(world)

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)

    assert evidence.is_intact(Evidence.objects.get())


def test_what_is_past_its_time_can_be_cleared_and_the_chain_goes_on_where_it_was(world: World):
    looked_at(world)
    looked_at(world)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL krafter.retention = 'on'")
        cursor.execute("DELETE FROM remediation_evidence")
        cursor.execute("SET LOCAL krafter.retention = 'off'")
    end = Chain.objects.get()

    looked_at(world)

    link = Evidence.objects.get()
    assert (link.sequence, link.previous_hash) == (3, end.hash)
    assert evidence.is_intact(link)


def test_without_a_key_evidence_is_chained_and_not_signed(world: World, settings: Any):
    settings.KRAFTER_SIGNING_KEYS = ""

    verification = looked_at(world)

    link = Evidence.objects.get()
    assert (link.key_id, link.signature, evidence.is_intact(link)) == ("", "", True)
    assert shown(world, verification)["keys"] == []


def test_a_number_that_json_does_not_know_is_written_as_a_word(world: World):
    verification = factories.verification(world)

    link = evidence.append(verification, "lcp", {"after": float("nan"), "samples": [1.0, float("inf")]})

    body = json.loads(link.body)
    assert (body["after"], body["samples"]) == ("nan", [1, "inf"])
