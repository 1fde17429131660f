"""The e-mail of an alert: its parts, links that its reader can open, and its unsubscribe headers."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.actors import SYSTEM
from accounts.models import Membership, User
from krafter_audit.mail import message_id
from notifications import destinations
from notifications.models import Alert
from tests import factories, staff
from tests.factories import Scenario
from tests.unit.notifications.conftest import make_findings, run_workers

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PUBLIC = "https://audit.example.com"


@pytest.fixture(autouse=True)
def _public_url(settings: Any) -> None:
    settings.KRAFTER_PUBLIC_URL = PUBLIC


def send_to(scenario: Scenario, *addresses: str) -> list[Any]:
    """Send an alert about two findings to addresses; return the messages."""
    destinations.set_destination(scenario.project, "email", recipients=list(addresses), by=SYSTEM)
    make_findings(scenario, 2)
    run_workers()
    return list(mail.outbox)


def parsed(message: Any) -> EmailMessage:
    """Return a message as a mail client reads it."""
    read = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def test_message_has_a_text_and_an_html_part_with_the_same_links(scenario: Scenario) -> None:
    [message] = send_to(scenario, "a@example.com")

    read = parsed(message)
    text, html = (read.get_body((kind,)) for kind in ("plain", "html"))
    assert read.get_content_type() == "multipart/alternative"
    assert text is not None
    assert html is not None
    for finding in ("Finding <0> & more", "Finding <1> & more"):
        assert finding in text.get_content()
        assert finding.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in html.get_content()
    links = {word for word in text.get_content().split() if word.startswith(PUBLIC)}
    assert (len(links), [link for link in links if link not in html.get_content()]) == (4, [])
    assert "prefers-color-scheme: dark" in html.get_content()


def test_links_open_for_a_reader_without_an_account(scenario: Scenario) -> None:
    [message] = send_to(scenario, "a@example.com")

    assert "/admin/" not in message.body
    links = {word for word in message.body.split() if word.startswith(f"{PUBLIC}/insights/audit/alerts/")}
    paths = {link.removeprefix(PUBLIC).partition("#")[0] for link in links}
    assert len(paths) == 2
    assert [Client().get(path).status_code for path in paths] == [200, 200]


def test_links_of_staff_of_the_organisation_lead_to_the_admin(scenario: Scenario) -> None:
    member = staff.member_of(scenario.organization, Membership.Role.MEMBER)

    [message] = send_to(scenario, member.email.upper())

    links = [word for word in message.body.split() if word.startswith(f"{PUBLIC}/admin/findings/finding/")]
    client = staff.logged_in_client(member)
    assert [client.get(link.removeprefix(PUBLIC)).status_code for link in links] == [200, 200]


def test_links_of_other_members_and_of_staff_elsewhere_do_not_lead_to_the_admin(scenario: Scenario) -> None:
    elsewhere = User.objects.create_user("other@example.com", "correct horse battery", is_staff=True)

    messages = send_to(scenario, scenario.owner.email, elsewhere.email)

    assert ["/admin/" in message.body for message in messages] == [False, False]


def test_headers_unsubscribe_the_address_with_one_click(scenario: Scenario) -> None:
    send_to(scenario, "a@example.com", "b@example.com")

    first, second = (parsed(message) for message in mail.outbox)
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["List-Unsubscribe"] != second["List-Unsubscribe"]
    assert first["List-Unsubscribe"].startswith(f"<{PUBLIC}/insights/audit/alerts/unsubscribe/")
    # The raw header, since mail clients need not decode words (RFC 2047) in it.
    raw = mail.outbox[0].message().as_bytes()
    assert b"=?" not in raw.partition(b"\n\n")[0]


def test_message_id_is_the_same_in_each_attempt(scenario: Scenario) -> None:
    [message] = send_to(scenario, "a@example.com")

    assert parsed(message)["Message-ID"] == message_id(Alert.objects.get(channel="email").pk, "a@example.com")


def test_unsubscribed_address_gets_no_more_alerts(scenario: Scenario) -> None:
    send_to(scenario, "a@example.com", "b@example.com")
    url = parsed(mail.outbox[0])["List-Unsubscribe"].strip("<>").removeprefix(PUBLIC)
    mail.outbox.clear()

    response = Client(enforce_csrf_checks=True).post(url, {"List-Unsubscribe": "One-Click"})
    make_findings(scenario, 1, start=10)
    run_workers()

    assert (response.status_code, response.cookies) == (200, {})
    assert [message.to for message in mail.outbox] == [["b@example.com"]]


def test_title_with_line_breaks_is_one_line_of_the_message(scenario: Scenario) -> None:
    title = "Old protocol\nUnsubscribe: https://evil.example\u2028now"
    destinations.set_destination(scenario.project, "email", recipients=["a@example.com"], by=SYSTEM)
    factories.finding(scenario, title=title, severity="critical")

    run_workers()

    [message] = mail.outbox
    line = "- critical, new: Old protocol Unsubscribe: https://evil.example now\n"
    assert line in message.body


def test_long_subject_has_encoded_words_of_at_most_75_characters(scenario: Scenario) -> None:
    scenario.project.name = "Größe und Übermut \N{ROCKET} مرحبا " * 3
    scenario.project.save()

    [message] = send_to(scenario, "a@example.com")

    headers = message.message().as_bytes().partition(b"\n\n")[0].decode("ascii")
    words = re.findall(r"=\?utf-8\?[bq]\?\S*?\?=", headers)
    assert max(len(word) for word in words) <= 75
    assert parsed(message)["subject"] == message.subject
