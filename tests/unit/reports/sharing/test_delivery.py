"""Sharing of a report by link, e-mail or Slack, and its delivery."""

import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date
from pytest_httpserver import HTTPServer
from werkzeug import Response

from accounts.actors import SYSTEM
from accounts.models import Project
from accounts.services import update_project
from events.models import Event
from krafter_audit import slack
from krafter_audit.db import leases
from krafter_audit.mail import message_id
from krafter_audit.security import vault
from reports import export, jobs
from reports.models import Report, Share
from reports.sharing import delivery, links
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import CallApi, ExportReport
from tests.waiting import eventually

HOOK = "https://hooks.slack.com/services/T000/B000/XXXXsecretXXXX"


def test_sharing_by_link_returns_the_documented_keys(call_api: CallApi, export_report: ExportReport) -> None:
    report = export_report("json")

    status, response = call_api("post", "reports/share", {"channel": "link"})

    data = response["data"]
    assert status == 200
    assert list(data) == ["id", "channel", "recipients", "shared_at", "share_url"]
    assert (data["id"], data["channel"], data["recipients"]) == (str(report.pk), "link", [])
    assert data["share_url"].startswith("http://testserver/insights/audit/reports/shared/")


def test_sharing_without_a_report_returns_no_report(call_api: CallApi) -> None:
    status, response = call_api("post", "reports/share", {"channel": "link"})

    assert (status, response["error"]["code"]) == (409, "no_report")
    assert Share.objects.count() == 0


@pytest.mark.slow
def test_latest_report_is_shared(call_api: CallApi, export_report: ExportReport) -> None:
    older, latest = export_report("json"), export_report("csv")

    _, response = call_api("post", "reports/share", {"channel": "link"})

    assert response["data"]["id"] == str(latest.pk)
    assert {row.pk: row.status for row in Report.objects.all()} == {older.pk: "exported", latest.pk: "shared"}


def test_report_shared_while_queued_becomes_shared_after_its_export(call_api: CallApi) -> None:
    _, response = call_api("post", "reports/export", {"format": "json"})
    call_api("post", "reports/share", {"channel": "link"})
    before = Report.objects.get()

    export.export_report(response["data"]["id"])

    after = Report.objects.get()
    assert (before.status, before.shared_at is not None) == ("queued", True)
    assert (after.status, after.shared_at) == ("shared", before.shared_at)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "channel"),
        ({"channel": "fax"}, "channel"),
        ({"channel": "link", "recipients": ["a@example.com"]}, "recipients"),
        ({"channel": "link", "report_id": "x"}, "report_id"),
        ({"channel": "email"}, "recipients"),
        ({"channel": "email", "recipients": []}, "recipients"),
        ({"channel": "email", "recipients": "a@example.com"}, "recipients"),
        ({"channel": "email", "recipients": ["nobody"]}, "recipients.0"),
        ({"channel": "email", "recipients": ["a@example.com\nBcc: b@example.com"]}, "recipients.0"),
        ({"channel": "email", "recipients": [f"a{n}@example.com" for n in range(51)]}, "recipients"),
        ({"channel": "email", "recipients": ["a@example.com"], "webhook_url": HOOK}, "webhook_url"),
        ({"channel": "slack"}, "webhook_url"),
        ({"channel": "link", "expires_in": 59}, "expires_in"),
        ({"channel": "link", "expires_in": 30 * 24 * 3600 + 1}, "expires_in"),
        ({"channel": "link", "expires_in": "60"}, "expires_in"),
    ],
)
def test_invalid_share_field_is_rejected_by_name(
    call_api: CallApi, export_report: ExportReport, body: dict[str, Any], field: str
) -> None:
    export_report("json")

    status, response = call_api("post", "reports/share", body)

    assert (status, response["error"]["code"]) == (422, "invalid_params")
    assert field.split(".")[0] in {name.split(".")[0] for name in response["error"]["details"]}
    assert Share.objects.count() == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/T/B/X",
        "https://hooks.slack.com.evil.example/services/T/B/X",
        "https://hooks.slack.com/api/services/T",
        "https://hooks.slack.com:8443/services/T/B/X",
        "https://user@hooks.slack.com/services/T/B/X",
        "https://evil.example\\@hooks.slack.com/services/T",
        "https://127.0.0.1/services/T/B/X",
        "https://[::1]/services/T/B/X",
        "https://169.254.169.254/services/T",
        "https://localhost/services/T",
        "https://93.184.216.34/services/T",
        "file:///etc/passwd",
        "hooks.slack.com/services/T/B/X",
        "https://hooks.slack.com/services/../api/x",
        "",
    ],
)
def test_webhook_url_outside_slack_is_rejected_and_not_repeated(
    call_api: CallApi, export_report: ExportReport, url: str
) -> None:
    export_report("json")

    status, response = call_api("post", "reports/share", {"channel": "slack", "webhook_url": url})

    assert (status, list(response["error"]["details"])) == (422, ["webhook_url"])
    assert not url or url not in json.dumps(response)
    assert Share.objects.count() == 0


@pytest.mark.parametrize("host", ["hooks.slack.com", "hooks.slack-gov.com"])
def test_webhook_url_is_sealed_for_its_share_and_never_returned(
    call_api: CallApi, export_report: ExportReport, host: str
) -> None:
    export_report("json")
    url = HOOK.replace("hooks.slack.com", host)

    status, response = call_api("post", "reports/share", {"channel": "slack", "webhook_url": url})

    share = Share.objects.get()
    listed = call_api("get", "reports/shares")[1]
    assert (status, response["data"]["share_url"]) == (200, None)
    assert "secret" not in json.dumps([response, listed, list(Event.objects.values_list("data", flat=True))])
    assert b"secret" not in bytes(share.webhook)
    assert vault.open_sealed(bytes(share.webhook), owner=share.vault_owner).decode() == url


def share_and_deliver(call_api: CallApi, body: dict[str, Any]) -> Share:
    assert call_api("post", "reports/share", body)[0] == 200
    delivery.deliver_share(Share.objects.latest("created_at").pk)
    return Share.objects.latest("created_at")


def test_each_recipient_gets_a_separate_email_with_a_working_link(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport, mailoutbox: Any
) -> None:
    export_report("json")

    share = share_and_deliver(
        call_api,
        {"channel": "email", "recipients": ["ada@example.com", "bob@example.com", "ada@example.com"]},
    )

    assert [mail.to for mail in mailoutbox] == [["ada@example.com"], ["bob@example.com"]]
    html, kind = mailoutbox[0].alternatives[0]
    assert (share.status, share.outcome) == ("sent", "Sent to every recipient.")
    assert kind == "text/html"
    assert links.share_url(share) in mailoutbox[0].body
    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [
        message_id(share.pk, mail.to[0]) for mail in mailoutbox
    ]
    assert links.share_url(share) in html
    assert Client().get(links.share_url(share)).status_code == 200


def test_sharing_by_email_returns_recipients_and_no_link(
    call_api: CallApi, export_report: ExportReport
) -> None:
    export_report("json")

    _, response = call_api("post", "reports/share", {"channel": "email", "recipients": ["ada@example.com"]})

    assert (response["data"]["recipients"], response["data"]["share_url"]) == (["ada@example.com"], None)


def test_line_break_in_a_project_name_adds_no_email_header(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport, mailoutbox: Any
) -> None:
    scenario.project.name = "Shop\r\nBcc: eve@example.com"
    scenario.project.save()
    export_report("json")

    share_and_deliver(call_api, {"channel": "email", "recipients": ["ada@example.com"]})

    assert "\n" not in mailoutbox[0].subject
    assert mailoutbox[0].recipients() == ["ada@example.com"]


def test_line_break_in_a_project_name_adds_no_line_to_the_email(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport, mailoutbox: Any
) -> None:
    update_project(scenario.project, changes={"name": "Shop\r\nYour password has expired."}, by=SYSTEM)
    export_report("json")

    share_and_deliver(call_api, {"channel": "email", "recipients": ["ada@example.com"]})

    lines = [line for line in mailoutbox[0].body.splitlines() if "expired" in line]
    assert [line.startswith(("Audit report: Shop Your", "Shop Your")) for line in lines] == [True, True]


def test_unavailable_mail_server_is_tried_five_times_without_duplicate_emails(
    call_api: CallApi,
    export_report: ExportReport,
    settings: Any,
    mailoutbox: Any,
    time_machine: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.OnlyFirst"}}
    monkeypatch.setattr(delivery, "enqueue", lambda job, row_id: delivery.deliver_share(row_id))
    export_report("json")

    share_and_deliver(call_api, {"channel": "email", "recipients": ["ada@example.com", "bob@example.com"]})
    for minute in range(1, 6):
        time_machine.move_to(timezone.now() + timedelta(minutes=minute))
        jobs.requeue_pending()

    share = Share.objects.get()
    assert [mail.to for mail in mailoutbox] == [["ada@example.com"]]
    assert (share.status, share.attempts, share.outcomes) == ("failed", 5, {"ada@example.com": "sent"})
    assert share.outcome == "The mail server did not accept the message (ConnectionRefusedError)."


def test_refused_recipient_does_not_stop_the_other_emails(
    call_api: CallApi, export_report: ExportReport, settings: Any, mailoutbox: Any
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.RefusesEve"}}
    export_report("json")

    share = share_and_deliver(
        call_api, {"channel": "email", "recipients": ["eve@example.com", "ada@example.com"]}
    )

    assert (share.status, share.outcome) == ("sent", "Sent to 1 recipient, refused for 1.")
    assert share.outcomes == {"eve@example.com": "refused", "ada@example.com": "sent"}


def test_delivery_fails_if_every_recipient_is_refused(
    call_api: CallApi, export_report: ExportReport, settings: Any, mailoutbox: Any
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.RefusesEve"}}
    export_report("json")

    share = share_and_deliver(call_api, {"channel": "email", "recipients": ["eve@example.com"]})

    assert (share.status, share.outcome) == ("failed", "The mail server refused every recipient.")
    assert (share.outcomes, share.sent_at, mailoutbox) == ({"eve@example.com": "refused"}, None, [])


def test_attempts_are_half_a_minute_to_four_minutes_apart(
    call_api: CallApi, export_report: ExportReport, settings: Any
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.GreylistsEve"}}
    export_report("json")
    call_api("post", "reports/share", {"channel": "email", "recipients": ["eve@example.com"]})

    waits = []
    for _ in range(5):
        waits.append(delivery.deliver_share(Share.objects.get().pk))
        Share.objects.update(lease_until=None)

    assert (waits, Share.objects.get().status) == ([30, 60, 120, 240, None], "failed")


def test_shares_name_their_person_and_only_undelivered_ones_are_enqueued_again(
    call_api: CallApi, export_report: ExportReport, scenario: Scenario, enqueued: list[Any]
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "link"})
    call_api("post", "reports/share", {"channel": "email", "recipients": ["ada@example.com"]})
    enqueued.clear()

    delivery.requeue_pending()

    assert set(Share.objects.values_list("shared_by", flat=True)) == {scenario.owner.pk}
    assert enqueued == [("reports.deliver", str(Share.objects.get(channel="email").pk))]


def test_recipient_that_is_refused_for_a_while_does_not_stop_the_other_emails(
    call_api: CallApi, export_report: ExportReport, settings: Any, mailoutbox: Any
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.GreylistsEve"}}
    export_report("json")

    share = share_and_deliver(
        call_api, {"channel": "email", "recipients": ["eve@example.com", "ada@example.com"]}
    )

    assert (share.status, share.outcomes) == ("queued", {"ada@example.com": "sent"})
    assert share.outcome == "The mail server did not accept every recipient yet."

    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.RefusesEve"}}
    Share.objects.update(lease_until=None)
    delivery.deliver_share(share.pk)

    share.refresh_from_db()
    assert (share.status, share.outcome) == ("sent", "Sent to 1 recipient, refused for 1.")
    assert [mail.to for mail in mailoutbox] == [["ada@example.com"]]


def test_delivery_fails_after_five_killed_workers(
    call_api: CallApi, export_report: ExportReport, mailoutbox: Any
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "email", "recipients": ["ada@example.com"]})
    Share.objects.update(attempts=5)

    delivery.deliver_share(Share.objects.get().pk)

    share = Share.objects.get()
    assert (share.status, share.outcome) == ("failed", delivery.TOO_MANY_ATTEMPTS)
    assert mailoutbox == []


@pytest.fixture(scope="module")
def https_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HTTPServer, Path]]:
    """Start an HTTPS server instead of Slack's; return it and the file of its CA."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    path = tmp_path_factory.mktemp("slack") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        yield server, path


@pytest.fixture
def slack_server(https_server: tuple[HTTPServer, Path], settings: Any) -> Iterator[HTTPServer]:
    """Return the server, allowed by the settings."""
    server, settings.KRAFTER_CA_FILE = https_server[0], str(https_server[1])
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    yield server
    server.clear()


def share_in_slack(call_api: CallApi, server: HTTPServer) -> Share:
    return share_and_deliver(call_api, {"channel": "slack", "webhook_url": server.url_for("/services/T/B/X")})


def test_slack_message_contains_numbers_and_a_working_link(
    scenario: Scenario, call_api: CallApi, export_report: ExportReport, slack_server: HTTPServer
) -> None:
    slack_server.expect_oneshot_request("/services/T/B/X", method="POST").respond_with_data("ok")
    scenario.project.name = "Shop <&> more"
    scenario.project.save()
    export_report("json")

    share = share_in_slack(call_api, slack_server)

    message = slack_server.log[0][0].get_json()
    assert (share.status, share.outcome, share.webhook) == ("sent", "Delivered.", None)
    assert "Shop &lt;&amp;&gt; more" in message["text"]
    assert f"<{links.share_url(share)}|Open the report>" in json.dumps(message)
    assert Client().get(links.share_url(share)).status_code == 200


@pytest.mark.parametrize("status", [400, 403, 404, 410, 302])
def test_permanent_slack_error_fails_the_delivery_and_deletes_the_webhook_url(
    call_api: CallApi, export_report: ExportReport, slack_server: HTTPServer, status: int
) -> None:
    slack_server.expect_request("/services/T/B/X").respond_with_data(
        "no_service", status, {"location": "/other"}
    )
    export_report("json")

    share = share_in_slack(call_api, slack_server)

    assert (share.status, share.attempts, share.webhook, len(slack_server.log)) == ("failed", 1, None, 1)
    assert f"({status})" in share.outcome


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
def test_temporary_slack_error_is_tried_five_times(
    call_api: CallApi,
    export_report: ExportReport,
    slack_server: HTTPServer,
    status: int,
    time_machine: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slack_server.expect_request("/services/T/B/X").respond_with_data("later", status)
    monkeypatch.setattr(delivery, "enqueue", lambda job, row_id: delivery.deliver_share(row_id))
    export_report("json")

    share_in_slack(call_api, slack_server)
    for minute in range(1, 6):
        time_machine.move_to(timezone.now() + timedelta(minutes=minute))
        jobs.requeue_pending()

    share = Share.objects.get()
    assert (share.status, share.attempts, share.webhook, len(slack_server.log)) == ("failed", 5, None, 5)


@pytest.mark.parametrize("is_date", [False, True])
def test_delivery_waits_as_long_as_slack_requests(
    call_api: CallApi, export_report: ExportReport, slack_server: HTTPServer, is_date: bool
) -> None:
    until = http_date((timezone.now() + timedelta(seconds=600)).timestamp()) if is_date else "600"
    slack_server.expect_request("/services/T/B/X").respond_with_data("", 429, {"Retry-After": until})
    export_report("json")

    share = share_in_slack(call_api, slack_server)

    assert share.lease_until is not None
    assert timedelta(seconds=590) < share.lease_until - timezone.now() <= timedelta(seconds=600)


def test_webhook_on_a_host_that_is_no_longer_allowed_is_not_requested(
    call_api: CallApi, export_report: ExportReport, slack_server: HTTPServer, settings: Any
) -> None:
    export_report("json")
    call_api(
        "post", "reports/share", {"channel": "slack", "webhook_url": slack_server.url_for("/services/T/B/X")}
    )
    settings.KRAFTER_ALLOWED_NETWORKS = ""

    delivery.deliver_share(Share.objects.get().pk)

    share = Share.objects.get()
    assert (share.status, share.outcome) == ("failed", "The webhook's address is not allowed.")
    assert slack_server.log == []


def test_slack_that_does_not_answer_in_time_fails_the_delivery(
    call_api: CallApi, export_report: ExportReport, slack_server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack, "LIMITS", replace(slack.LIMITS, read=0.1, total=0.1))
    hang_up = threading.Event()
    slack_server.expect_request("/services/T/B/X").respond_with_handler(
        lambda _: Response(str(hang_up.wait(10)))
    )
    export_report("json")

    share = share_in_slack(call_api, slack_server)
    hang_up.set()

    # The server of all these tests logs a request when it has answered it.
    assert eventually(lambda: len(slack_server.log) == 1)
    assert (share.status, share.attempts) == ("failed", 1)
    assert share.outcome == "Slack did not answer in time; the message may have arrived or not."


def test_delivery_that_raises_logs_no_secret(
    call_api: CallApi, export_report: ExportReport, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "slack", "webhook_url": HOOK})
    settings.KRAFTER_ENCRYPTION_KEYS = "other:" + "B" * 43 + "="

    wait = delivery.deliver_share(Share.objects.get().pk)

    assert wait == 30
    assert Share.objects.get().status == "queued"
    assert "VaultError" in caplog.text
    assert "XXXX" not in caplog.text


def test_share_is_delivered_once(call_api: CallApi, export_report: ExportReport, mailoutbox: Any) -> None:
    export_report("json")
    share = share_and_deliver(call_api, {"channel": "email", "recipients": ["ada@example.com"]})

    delivery.deliver_share(share.pk)

    assert len(mailoutbox) == 1


def test_worker_that_has_lost_its_lease_stores_no_outcome(
    call_api: CallApi, export_report: ExportReport
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "email", "recipients": ["ada@example.com"]})
    pk = Share.objects.get().pk
    late = leases.acquire(Share, pk, seconds=-1)
    assert late is not None
    leases.acquire(Share, pk, seconds=60)

    delivery.finish(late, Share.Status.FAILED, "Too late.")

    share = Share.objects.get()
    assert (share.status, share.outcome, Event.objects.filter(name="share.failed").count()) == (
        "queued",
        "",
        0,
    )


def test_worker_that_loses_its_lease_sends_no_further_email(
    call_api: CallApi, export_report: ExportReport, mailoutbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_report("json")
    send_messages = EmailBackend.send_messages

    def send_after_another_worker(self: EmailBackend, messages: Any) -> int:
        patch.setattr(EmailBackend, "send_messages", send_messages)
        Share.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        delivery.deliver_share(Share.objects.get().pk)
        return send_messages(self, messages)

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", send_after_another_worker)
        share = share_and_deliver(
            call_api, {"channel": "email", "recipients": ["ada@example.com", "bob@example.com"]}
        )

    # The one that the first worker was sending cannot be taken back.
    assert [mail.to[0][:3] for mail in mailoutbox] == ["ada", "bob", "ada"]
    assert (share.status, share.outcome) == ("sent", "Sent to every recipient.")


def test_revoked_share_is_not_delivered(
    call_api: CallApi, export_report: ExportReport, mailoutbox: Any
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "email", "recipients": ["ada@example.com"]})
    call_api("delete", f"reports/shares/{Share.objects.get().pk}")

    delivery.deliver_share(Share.objects.get().pk)

    assert (Share.objects.get().status, mailoutbox) == ("failed", [])


def test_archived_project_creates_no_share_and_its_links_can_be_revoked(
    call_api: CallApi, export_report: ExportReport
) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "link"})
    update_project(Project.objects.get(), changes={"archived": True}, by=SYSTEM)

    refused = call_api("post", "reports/share", {"channel": "link"})
    revoked = call_api("delete", f"reports/shares/{Share.objects.get().pk}")

    assert (refused[0], revoked[0]) == (409, 200)
    assert Share.objects.get().revoked_at is not None


def test_second_revocation_changes_nothing(call_api: CallApi, export_report: ExportReport) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "link"})
    path = f"reports/shares/{Share.objects.get().pk}"

    first, second = call_api("delete", path), call_api("delete", path)

    assert (first[0], first[1]["data"]) == (second[0], second[1]["data"])
    assert first[1]["data"]["revoked_at"] is not None
    assert first[1]["data"]["share_url"] is None
    assert Event.objects.filter(name="share.revoked").count() == 1


def test_share_of_another_project_is_not_found(call_api: CallApi, export_report: ExportReport) -> None:
    export_report("json")
    call_api("post", "reports/share", {"channel": "link"})
    outsider = factories.scenario()

    path = f"reports/shares/{Share.objects.get().pk}"
    assert [outsider.client.call(verb, path).status_code for verb in ("get", "delete")] == [404, 404]
    assert Share.objects.get().revoked_at is None


def test_shares_are_listed_newest_first(call_api: CallApi, export_report: ExportReport) -> None:
    export_report("json")
    for seconds in (60, 120):
        call_api("post", "reports/share", {"channel": "link", "expires_in": seconds})

    _, response = call_api("get", "reports/shares")

    lifetimes = [
        round((timezone.datetime.fromisoformat(row["expires_at"]) - timezone.now()).total_seconds(), -1)
        for row in response["data"]
    ]
    assert (lifetimes, response["meta"]["total"]) == ([120, 60], 2)
