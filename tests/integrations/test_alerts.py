"""People are told of what the policy routes to them: many things in one message, so many messages an hour."""

import smtplib
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from django.core import mail
from django.utils import timezone
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from accounts.actors import SYSTEM
from events.models import Event
from findings.models import Finding
from findings.services.ingestion import FindingReport, ingest
from integrations import destinations, gathering, jobs
from integrations.models import Alert, Destination
from integrations.telling import tell
from remediation.models import Task
from remediation.services import policies
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
HOOK = "https://hooks.slack.com/services/T000/B000/XXXXsecretXXXX"


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HTTPServer, Path]]:
    """A Slack on loopback, with a certificate."""
    authority = trustme.CA()
    path = tmp_path_factory.mktemp("alerts") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        yield server, path


@pytest.fixture
def far_end(slack: tuple[HTTPServer, Path], settings: Settings, scenario: Scenario) -> HTTPServer:
    server, path = slack
    server.clear()
    settings.KRAFTER_ALLOWED_NETWORKS = f"127.0.0.1/32:{server.port}"
    settings.KRAFTER_CA_FILE = str(path)
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"
    server.expect_request("/services/T/B/X").respond_with_data("ok")
    destinations.put(scenario.project, "slack", webhook_url=server.url_for("/services/T/B/X"), by=SYSTEM)
    return server


def found(scenario: Scenario, number: int, severity: str = "critical", start: int = 0) -> list[Finding]:
    sightings = [
        FindingReport("security", f"Finding <{place}> & more", severity=severity)
        for place in range(start, start + number)
    ]
    ids = ingest(scenario.project, sightings, by=SYSTEM).ids
    return list(Finding.objects.filter(pk__in=ids).order_by("pk"))


def minute_passes() -> None:
    """Let the workers read the record, wait for the window to end, and send."""
    jobs.read_record()
    Alert.objects.filter(status__in=Alert.UNDONE).exclude(
        due_at__gt=timezone.now() + timedelta(minutes=2)
    ).update(due_at=timezone.now())
    for pk in Alert.objects.filter(status__in=Alert.UNDONE).values_list("pk", flat=True):
        tell(pk)


def ledger(channel: str) -> list[tuple[str, int, int]]:
    rows = Alert.objects.filter(channel=channel).order_by("created_at")
    return list(rows.values_list("status", "total", "held_back"))


def test_a_bulk_is_one_message_a_channel_with_the_worst_by_name(
    scenario: Scenario, far_end: HTTPServer
) -> None:
    for start in range(0, 3000, 1000):
        found(scenario, 1000, start=start)
    found(scenario, 40, severity="high", start=5000)
    found(scenario, 40, severity="low", start=6000)

    minute_passes()

    (sent,) = [request.get_json() for request, _ in far_end.log]
    told = "".join(block["text"]["text"] for block in sent["blocks"])
    assert ledger("slack") == [("sent", 3040, 0)]
    assert sent["text"] == "production-website: new: 3000 critical, 40 high"
    assert told.count("|critical, new: Finding &lt;") == 10
    assert "And 3030 more." in told
    assert all(len(block["text"]["text"]) <= 3000 for block in sent["blocks"])


def test_the_policy_says_which_severities_go_where(scenario: Scenario, far_end: HTTPServer) -> None:
    found(scenario, 1, severity="high")
    found(scenario, 1, severity="critical", start=1)

    minute_passes()

    assert (ledger("slack"), ledger("email")) == ([("sent", 2, 0)], [("sent", 1, 0)])
    assert [letter.to for letter in mail.outbox] == [[scenario.owner.email]]
    assert mail.outbox[0].subject == "production-website: new: 1 critical"


def test_without_a_routing_nobody_is_told(scenario: Scenario, far_end: HTTPServer) -> None:
    policies.replace(scenario.project, config={"alert_routing": "everybody"}, name=None, by=SYSTEM)
    found(scenario, 3)

    minute_passes()

    assert Alert.objects.count() == 0


def test_what_was_seen_before_is_no_news(scenario: Scenario, far_end: HTTPServer) -> None:
    found(scenario, 1)
    minute_passes()

    found(scenario, 1)
    minute_passes()

    assert ledger("slack") == [("sent", 1, 0)]


def test_a_finding_that_came_back_is_told_either_way(scenario: Scenario, far_end: HTTPServer) -> None:
    (finding,) = found(scenario, 1)
    minute_passes()
    Finding.objects.update(status="resolved")
    found(scenario, 1)
    minute_passes()
    verification = factories.verification(
        scenario, of=factories.task(scenario, of=finding, status="ready_verify")
    )
    from remediation.services import verdicts

    verdicts.reopen(verification.pk, by=SYSTEM)
    minute_passes()

    counts = Alert.objects.filter(channel="slack").order_by("created_at").values_list("counts", flat=True)
    assert list(counts) == [
        {"new": {"critical": 1}},
        {"regression": {"critical": 1}},
        {"regression": {"critical": 1}},
    ]


def test_a_task_past_its_date_is_told_once_for_each_date(scenario: Scenario, far_end: HTTPServer) -> None:
    (finding,) = found(scenario, 1)
    minute_passes()
    task = factories.task(scenario, of=finding, sla_due_at=timezone.now() - timedelta(hours=1))
    for _ in range(3):
        minute_passes()
    first = Event.objects.filter(name="task.overdue").count()
    Task.objects.filter(pk=task.pk).update(sla_due_at=timezone.now() - timedelta(minutes=1))
    minute_passes()

    kinds = [set(counts) for counts in Alert.objects.filter(channel="slack").values_list("counts", flat=True)]
    assert (first, kinds.count({"overdue"})) == (1, 2)


def test_done_tasks_and_those_without_a_date_are_never_overdue(scenario: Scenario) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    Task.objects.filter(pk=factories.task(scenario, sla_due_at=yesterday).pk).update(status="done")
    factories.task(scenario, sla_due_at=None)
    factories.task(scenario, sla_due_at=timezone.now() + timedelta(hours=1))

    jobs.read_record()

    assert not Event.objects.filter(name="task.overdue").exists()


def test_a_channel_has_so_many_messages_an_hour_and_then_says_what_was_held_back(
    scenario: Scenario, far_end: HTTPServer
) -> None:
    for place in range(gathering.MOST_AN_HOUR):
        found(scenario, 1, start=place)
        minute_passes()
    found(scenario, 430, start=100)
    minute_passes()
    waiting = ledger("slack")[-1]
    Alert.objects.filter(status="sent").update(sent_at=timezone.now() - timedelta(hours=1))
    Alert.objects.filter(status="gathering").update(due_at=timezone.now())
    minute_passes()

    assert waiting == ("gathering", 430, 430)
    assert len(far_end.log) == gathering.MOST_AN_HOUR + 1
    told = far_end.log[-1][0].get_json()["blocks"][-1]["text"]["text"]
    assert "430 of these came after 6 messages within an hour and were held back." in told


def test_without_a_webhook_the_ledger_says_what_is_missing(scenario: Scenario) -> None:
    found(scenario, 1)

    minute_passes()

    (alert,) = Alert.objects.filter(channel="slack")
    assert (alert.status, alert.outcome.startswith("No Slack webhook is set")) == ("failed", True)


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_what_slack_refuses_is_final(scenario: Scenario, far_end: HTTPServer, status: int) -> None:
    far_end.clear()
    far_end.expect_request("/services/T/B/X").respond_with_data("no_service", status)
    found(scenario, 1)

    minute_passes()
    minute_passes()

    assert (ledger("slack"), len(far_end.log)) == ([("failed", 1, 0)], 1)


def test_slack_says_when_it_takes_the_message(scenario: Scenario, far_end: HTTPServer) -> None:
    far_end.clear()
    far_end.expect_oneshot_request("/services/T/B/X").respond_with_data("", 429, {"Retry-After": "600"})
    far_end.expect_request("/services/T/B/X").respond_with_data("ok")
    found(scenario, 1)

    minute_passes()
    alert = Alert.objects.get(channel="slack")
    wait = alert.due_at - timezone.now()
    Alert.objects.update(due_at=timezone.now())
    tell(alert.pk)

    assert timedelta(seconds=590) < wait <= timedelta(seconds=600)
    assert ledger("slack") == [("sent", 1, 0)]


def test_a_slack_that_stays_away_is_given_up(scenario: Scenario, far_end: HTTPServer) -> None:
    far_end.clear()
    far_end.expect_request("/services/T/B/X").respond_with_data("", 503)
    found(scenario, 1)

    for _ in range(7):
        minute_passes()
        Alert.objects.filter(channel="slack").update(due_at=timezone.now())

    alert = Alert.objects.get(channel="slack")
    assert (alert.status, len(far_end.log)) == ("failed", 5)
    assert alert.outcome == "Slack could not take the message now (503). It was tried 5 times."


def test_news_that_comes_while_a_message_is_sent_goes_into_the_next(
    scenario: Scenario, far_end: HTTPServer
) -> None:
    found(scenario, 1)
    jobs.read_record()
    Alert.objects.filter(channel="slack").update(
        status="sending", lease_until=timezone.now() + timedelta(hours=1)
    )
    found(scenario, 1, start=1)

    jobs.read_record()

    assert ledger("slack") == [("sending", 1, 0), ("gathering", 1, 0)]


def test_an_address_that_has_the_letter_gets_no_second_one(
    scenario: Scenario, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    destinations.put(scenario.project, "email", recipients=["a@example.com", "b@example.com"], by=SYSTEM)
    found(scenario, 1)
    jobs.read_record()
    Alert.objects.update(due_at=timezone.now())
    sends = mail.backends.locmem.EmailBackend.send_messages  # type: ignore[attr-defined]

    def broken(self: Any, messages: Any) -> Any:
        if messages[0].to == ["b@example.com"]:
            raise smtplib.SMTPServerDisconnected
        return sends(self, messages)

    email = Alert.objects.get(channel="email")
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", broken)
        tell(email.pk)
    Alert.objects.update(due_at=timezone.now())
    tell(email.pk)

    assert [letter.to for letter in mail.outbox] == [["a@example.com"], ["b@example.com"]]


def test_a_webhook_is_sealed_and_never_shown(scenario: Scenario) -> None:
    put = scenario.client.ask("put", "alerts/destinations/slack", {"webhook_url": HOOK})
    listed = scenario.client.ask("get", "alerts/destinations")

    (row,) = Destination.objects.all()
    assert (put.status_code, destinations.webhook_of(row)) == (200, HOOK)
    assert listed.json()["data"][0]["webhook_url"] == "https://hooks.slack.com/services/…"
    for place in (put.content, listed.content, bytes(row.credentials or b""), str(row).encode()):
        assert b"XXXXsecretXXXX" not in place


@pytest.mark.parametrize(
    ("channel", "body", "status"),
    [
        ("slack", {}, 422),
        ("slack", {"webhook_url": "https://evil.example/services/T/B/X"}, 422),
        ("slack", {"webhook_url": HOOK, "recipients": ["a@example.com"]}, 422),
        ("email", {"recipients": []}, 422),
        ("email", {"recipients": ["nobody"]}, 422),
        ("email", {"webhook_url": HOOK}, 422),
        ("pager", {"recipients": ["a@example.com"]}, 404),
    ],
)
def test_what_leads_nowhere_is_refused(scenario: Scenario, channel: str, body: Any, status: int) -> None:
    answer = scenario.client.ask("put", f"alerts/destinations/{channel}", body)

    assert (answer.status_code, Destination.objects.count()) == (status, 0)
    assert "XXXXsecretXXXX" not in answer.content.decode()


def test_a_destination_is_forgotten(scenario: Scenario) -> None:
    destinations.put(scenario.project, "slack", webhook_url=HOOK, by=SYSTEM)

    gone = scenario.client.ask("delete", "alerts/destinations/slack").status_code
    again = scenario.client.ask("delete", "alerts/destinations/slack").status_code

    assert (gone, again, Destination.objects.count()) == (200, 404, 0)


def test_the_ledger_is_listed(scenario: Scenario, far_end: HTTPServer) -> None:
    found(scenario, 2)
    minute_passes()

    page = scenario.client.ask("get", "alerts?limit=1").json()

    (shown,) = page["data"]
    assert (page["meta"]["total"], shown["status"], shown["total"]) == (2, "sent", 2)
    assert shown["counts"] == {"new": {"critical": 2}}
