"""An alert is one message with numbers and the most severe findings."""

import pytest
from pytest_httpserver import HTTPServer

from notifications.alerts.messages import LABELS, remainder, slack_payload, subject
from notifications.models import Alert
from tests.factories import Scenario
from tests.fakes import slack_limits
from tests.unit.notifications.conftest import alerts, make_findings, run_workers

pytestmark = pytest.mark.django_db


def test_many_findings_are_one_message_that_names_the_worst(scenario: Scenario, slack: HTTPServer) -> None:
    make_findings(scenario, 12)
    make_findings(scenario, 4, severity="high", start=100)
    make_findings(scenario, 4, severity="low", start=200)

    run_workers()

    (message,) = [request.get_json() for request, _ in slack.log]
    text = "".join(block["text"]["text"] for block in message["blocks"])
    assert alerts("slack") == [("sent", 16, 0)]
    assert message["text"] == "production-website: new: 12 critical, 4 high"
    assert text.count("|critical, new: Finding &lt;") == 10
    assert "And 6 more." in text


@pytest.mark.parametrize("kind", [*LABELS])
def test_message_of_each_kind_keeps_the_limits_of_slack(scenario: Scenario, kind: str) -> None:
    worst = [
        {"kind": kind, "severity": "critical", "title": "<&>" * 500, "id": scenario.project.pk}
        for _ in range(10)
    ]
    counts = {name: {"critical": 10**9, "low": 10**9} for name in LABELS}
    scenario.project.slug = "s" * 300
    alert = Alert(project=scenario.project, counts=counts, most_severe=worst, total=10**9, delayed=10**9)
    plain = Alert(project=scenario.project, counts={kind: {"low": 1}}, most_severe=worst[:1], total=1)

    page = f"https://audit.example.com/{'x' * 200}"

    assert [slack_limits.violations(slack_payload(message, page)) for message in (alert, plain)] == [[], []]


def test_controls_of_a_name_or_a_title_reverse_nothing_in_slack(scenario: Scenario) -> None:
    worst = [{"kind": "new", "severity": "high", "title": "a\u202eb", "id": scenario.project.pk}]
    scenario.project.name = "Shop\u2067"
    alert = Alert(project=scenario.project, counts={"new": {"high": 1}}, most_severe=worst, total=1)

    header, _, first, *_ = slack_payload(alert, "https://audit.example.com/")["blocks"]

    assert header["text"]["text"] == "Audit alert: Shop\ufffd"
    assert "high, new: a\ufffdb>" in first["text"]["text"]


def test_slack_makes_no_links_and_mentions_of_plain_text(scenario: Scenario) -> None:
    worst = [{"kind": "new", "severity": "high", "title": "www.example.com", "id": scenario.project.pk}]
    alert = Alert(project=scenario.project, counts={"new": {"high": 1}}, most_severe=worst, total=1)

    _, *sections = slack_payload(alert, "https://audit.example.com/")["blocks"]

    assert [block["text"].get("verbatim") for block in sections] == [True, True, True]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Shop of Müller\n& Söhne", "Shop of Müller & Söhne"),
        ("  ", "production-website"),
        ("x" * 200, f"{'x' * 79}…"),
    ],
)
def test_subject_has_the_name_of_the_project_in_one_line(scenario: Scenario, name: str, shown: str) -> None:
    scenario.project.name = name
    alert = Alert(project=scenario.project, counts={"new": {"critical": 2}}, most_severe=[], total=2)

    assert subject(alert) == f"{shown}: new: 2 critical"


def test_subject_with_many_numbers_has_at_most_200_characters(scenario: Scenario) -> None:
    counts = {name: {"critical": 10**9, "high": 10**9, "medium": 10**9} for name in LABELS}

    assert len(subject(Alert(project=scenario.project, counts=counts, most_severe=[], total=10**9))) == 200


@pytest.mark.parametrize(("total", "lines"), [(0, []), (1, ["And 1 more."]), (2, ["And 2 more."])])
def test_remainder_is_what_is_not_named(total: int, lines: list[str]) -> None:
    assert remainder(Alert(most_severe=[], total=total)) == lines
