"""From the request to the inbox, the channel or the link."""

import json
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from django.test import Client
from django.utils import timezone
from pytest_httpserver import HTTPServer

from events.models import Event
from krafter_audit.http import slack
from krafter_audit.security import vault
from reports import export, jobs
from reports.models import Report, Share
from reports.sharing import delivery, links
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import Ask

Exported = Callable[..., Report]
HOOK = "https://hooks.slack.com/services/T000/B000/XXXXsecretXXXX"


def test_a_link_is_answered_with_the_guides_keys(ask: Ask, exported: Exported) -> None:
    report = exported("json")

    status, answer = ask("post", "reports/share", {"channel": "link"})

    data = answer["data"]
    assert status == 200
    assert list(data) == ["id", "channel", "recipients", "shared_at", "share_url"]
    assert (data["id"], data["channel"], data["recipients"]) == (str(report.pk), "link", [])
    assert data["share_url"].startswith("http://testserver/insights/audit/reports/shared/")


def test_without_a_report_there_is_nothing_to_share(ask: Ask) -> None:
    status, answer = ask("post", "reports/share", {"channel": "link"})

    assert (status, answer["error"]["code"]) == (409, "no_report")
    assert Share.objects.count() == 0


def test_the_latest_report_is_shared_and_becomes_shared(ask: Ask, exported: Exported) -> None:
    older, latest = exported("json"), exported("csv")

    _, answer = ask("post", "reports/share", {"channel": "link"})

    assert answer["data"]["id"] == str(latest.pk)
    assert {row.pk: row.status for row in Report.objects.all()} == {older.pk: "exported", latest.pk: "shared"}


def test_a_report_shared_while_it_is_queued_ends_as_shared(ask: Ask) -> None:
    _, answer = ask("post", "reports/export", {"format": "json"})
    ask("post", "reports/share", {"channel": "link"})
    waiting = Report.objects.get()

    export.export_report(answer["data"]["id"])

    done = Report.objects.get()
    assert (waiting.status, waiting.shared_at is not None) == ("queued", True)
    assert (done.status, done.shared_at) == ("shared", waiting.shared_at)


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
def test_a_field_that_is_wrong_missing_or_another_channels_is_refused_by_name(
    ask: Ask, exported: Exported, body: dict[str, Any], field: str
) -> None:
    exported("json")

    status, answer = ask("post", "reports/share", body)

    assert (status, answer["error"]["code"]) == (422, "invalid_params")
    assert field.split(".")[0] in {name.split(".")[0] for name in answer["error"]["details"]}
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
def test_an_address_that_is_not_slacks_is_refused_and_not_repeated(
    ask: Ask, exported: Exported, url: str
) -> None:
    exported("json")

    status, answer = ask("post", "reports/share", {"channel": "slack", "webhook_url": url})

    assert (status, list(answer["error"]["details"])) == (422, ["webhook_url"])
    assert not url or url not in json.dumps(answer)
    assert Share.objects.count() == 0


@pytest.mark.parametrize("host", ["hooks.slack.com", "hooks.slack-gov.com"])
def test_the_webhook_is_sealed_to_its_share_and_never_shown(ask: Ask, exported: Exported, host: str) -> None:
    exported("json")
    url = HOOK.replace("hooks.slack.com", host)

    status, answer = ask("post", "reports/share", {"channel": "slack", "webhook_url": url})

    share = Share.objects.get()
    listed = ask("get", "reports/shares")[1]
    assert (status, answer["data"]["share_url"]) == (200, None)
    assert "secret" not in json.dumps([answer, listed, list(Event.objects.values_list("data", flat=True))])
    assert b"secret" not in bytes(share.webhook)
    assert vault.open_sealed(bytes(share.webhook), owner=share.vault_owner).decode() == url


def sent(ask: Ask, body: dict[str, Any]) -> Share:
    assert ask("post", "reports/share", body)[0] == 200
    delivery.deliver_share(Share.objects.latest("created_at").pk)
    return Share.objects.latest("created_at")


def test_an_email_goes_to_each_recipient_alone_with_a_link_that_opens(
    scenario: Scenario, ask: Ask, exported: Exported, mailoutbox: Any
) -> None:
    exported("json")

    share = sent(
        ask, {"channel": "email", "recipients": ["ada@example.com", "bob@example.com", "ada@example.com"]}
    )

    assert [mail.to for mail in mailoutbox] == [["ada@example.com"], ["bob@example.com"]]
    html, kind = mailoutbox[0].alternatives[0]
    assert (share.status, share.outcome) == ("sent", "Sent to every recipient.")
    assert kind == "text/html"
    assert links.share_url(share) in mailoutbox[0].body
    assert links.share_url(share) in html
    assert Client().get(links.share_url(share)).status_code == 200


def test_an_emails_answer_names_the_recipients_and_keeps_the_link_to_the_mail(
    ask: Ask, exported: Exported
) -> None:
    exported("json")

    _, answer = ask("post", "reports/share", {"channel": "email", "recipients": ["ada@example.com"]})

    assert (answer["data"]["recipients"], answer["data"]["share_url"]) == (["ada@example.com"], None)


def test_a_name_with_a_line_break_cannot_add_a_header(
    scenario: Scenario, ask: Ask, exported: Exported, mailoutbox: Any
) -> None:
    scenario.project.name = "Shop\r\nBcc: eve@example.com"
    scenario.project.save()
    exported("json")

    sent(ask, {"channel": "email", "recipients": ["ada@example.com"]})

    assert "\n" not in mailoutbox[0].subject
    assert mailoutbox[0].recipients() == ["ada@example.com"]


def test_a_mail_server_that_is_away_is_tried_three_times_and_nobody_gets_two(
    ask: Ask,
    exported: Exported,
    settings: Any,
    mailoutbox: Any,
    time_machine: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.OnlyFirst"}}
    monkeypatch.setattr(delivery, "enqueue", lambda job, row_id: delivery.deliver_share(row_id))
    exported("json")

    sent(ask, {"channel": "email", "recipients": ["ada@example.com", "bob@example.com"]})
    for minute in range(1, 6):
        time_machine.move_to(timezone.now() + timedelta(minutes=minute))
        jobs.requeue_pending()

    share = Share.objects.get()
    assert [mail.to for mail in mailoutbox] == [["ada@example.com"]]
    assert (share.status, share.attempts, share.outcomes) == ("failed", 3, {"ada@example.com": "sent"})
    assert share.outcome == "The mail server did not accept the message (ConnectionRefusedError)."


def test_an_address_that_the_mail_server_refuses_does_not_stop_the_others(
    ask: Ask, exported: Exported, settings: Any, mailoutbox: Any
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.fakes.mail.RefusesEve"}}
    exported("json")

    share = sent(ask, {"channel": "email", "recipients": ["eve@example.com", "ada@example.com"]})

    assert (share.status, share.outcome) == ("sent", "Sent to 1, refused for 1.")
    assert share.outcomes == {"eve@example.com": "refused", "ada@example.com": "sent"}


def test_a_delivery_whose_worker_died_three_times_is_given_up(
    ask: Ask, exported: Exported, mailoutbox: Any
) -> None:
    exported("json")
    ask("post", "reports/share", {"channel": "email", "recipients": ["ada@example.com"]})
    Share.objects.update(attempts=3)

    delivery.deliver_share(Share.objects.get().pk)

    share = Share.objects.get()
    assert (share.status, share.outcome) == ("failed", delivery.TOO_MANY_ATTEMPTS)
    assert mailoutbox == []


@pytest.fixture(scope="module")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HTTPServer, Path]]:
    """An HTTPS server in Slack's place, and the authority that it is trusted by."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    path = tmp_path_factory.mktemp("slack") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        yield server, path


@pytest.fixture
def slack_server(loopback: tuple[HTTPServer, Path], settings: Any) -> Iterator[HTTPServer]:
    """The server, allowed by the operator."""
    server, settings.KRAFTER_CA_FILE = loopback[0], str(loopback[1])
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    yield server
    server.clear()


def posted(ask: Ask, server: HTTPServer) -> Share:
    return sent(ask, {"channel": "slack", "webhook_url": server.url_for("/services/T/B/X")})


def test_slack_gets_the_numbers_and_a_link_that_opens(
    scenario: Scenario, ask: Ask, exported: Exported, slack_server: HTTPServer
) -> None:
    slack_server.expect_oneshot_request("/services/T/B/X", method="POST").respond_with_data("ok")
    scenario.project.name = "Shop <&> more"
    scenario.project.save()
    exported("json")

    share = posted(ask, slack_server)

    message = slack_server.log[0][0].get_json()
    assert (share.status, share.outcome, share.webhook) == ("sent", "Delivered.", None)
    assert "Shop &lt;&amp;&gt; more" in message["text"]
    assert f"<{links.share_url(share)}|Open the report>" in json.dumps(message)
    assert Client().get(links.share_url(share)).status_code == 200


@pytest.mark.parametrize("status", [400, 403, 404, 410, 302])
def test_what_slack_refuses_is_final_and_the_secret_is_wiped(
    ask: Ask, exported: Exported, slack_server: HTTPServer, status: int
) -> None:
    slack_server.expect_request("/services/T/B/X").respond_with_data(
        "no_service", status, {"location": "/other"}
    )
    exported("json")

    share = posted(ask, slack_server)

    assert (share.status, share.attempts, share.webhook, len(slack_server.log)) == ("failed", 1, None, 1)
    assert f"({status})" in share.outcome


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_slack_cannot_take_now_is_tried_three_times(
    ask: Ask,
    exported: Exported,
    slack_server: HTTPServer,
    status: int,
    time_machine: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slack_server.expect_request("/services/T/B/X").respond_with_data("later", status)
    monkeypatch.setattr(delivery, "enqueue", lambda job, row_id: delivery.deliver_share(row_id))
    exported("json")

    posted(ask, slack_server)
    for minute in range(1, 6):
        time_machine.move_to(timezone.now() + timedelta(minutes=minute))
        jobs.requeue_pending()

    share = Share.objects.get()
    assert (share.status, share.attempts, share.webhook, len(slack_server.log)) == ("failed", 3, None, 3)


def test_a_webhook_whose_host_is_no_longer_allowed_is_not_asked(
    ask: Ask, exported: Exported, slack_server: HTTPServer, settings: Any
) -> None:
    exported("json")
    ask("post", "reports/share", {"channel": "slack", "webhook_url": slack_server.url_for("/services/T/B/X")})
    settings.KRAFTER_ALLOWED_NETWORKS = ""

    delivery.deliver_share(Share.objects.get().pk)

    share = Share.objects.get()
    assert (share.status, share.outcome) == ("failed", "The webhook's address is not allowed.")
    assert slack_server.log == []


def test_slack_has_five_seconds_and_follows_no_redirect() -> None:
    assert (slack.LIMITS.total, slack.LIMITS.connect, slack.LIMITS.redirects) == (5.0, 5.0, 0)


def test_a_delivery_that_breaks_off_says_nothing_of_the_secret(
    ask: Ask, exported: Exported, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    exported("json")
    ask("post", "reports/share", {"channel": "slack", "webhook_url": HOOK})
    settings.KRAFTER_ENCRYPTION_KEYS = "other:" + "B" * 43 + "="

    wait = delivery.deliver_share(Share.objects.get().pk)

    assert wait == delivery.RETRY_DELAY_SECONDS
    assert Share.objects.get().status == "queued"
    assert "VaultError" in caplog.text
    assert "secret" not in caplog.text.replace("the secret", "").replace("The secret", "")


def test_a_share_is_delivered_once_however_often_it_is_asked_for(
    ask: Ask, exported: Exported, mailoutbox: Any
) -> None:
    exported("json")
    share = sent(ask, {"channel": "email", "recipients": ["ada@example.com"]})

    delivery.deliver_share(share.pk)

    assert len(mailoutbox) == 1


def test_a_share_revoked_before_it_was_sent_is_not_sent(
    ask: Ask, exported: Exported, mailoutbox: Any
) -> None:
    exported("json")
    ask("post", "reports/share", {"channel": "email", "recipients": ["ada@example.com"]})
    ask("delete", f"reports/shares/{Share.objects.get().pk}")

    delivery.deliver_share(Share.objects.get().pk)

    assert (Share.objects.get().status, mailoutbox) == ("failed", [])


def test_revoking_twice_changes_nothing_the_second_time(ask: Ask, exported: Exported) -> None:
    exported("json")
    ask("post", "reports/share", {"channel": "link"})
    path = f"reports/shares/{Share.objects.get().pk}"

    first, second = ask("delete", path), ask("delete", path)

    assert (first[0], first[1]["data"]) == (second[0], second[1]["data"])
    assert first[1]["data"]["revoked_at"] is not None
    assert first[1]["data"]["share_url"] is None
    assert Event.objects.filter(name="share.revoked").count() == 1


def test_another_projects_shares_are_not_found(ask: Ask, exported: Exported) -> None:
    exported("json")
    ask("post", "reports/share", {"channel": "link"})
    stranger = factories.scenario()

    path = f"reports/shares/{Share.objects.get().pk}"
    assert [stranger.client.ask(verb, path).status_code for verb in ("get", "delete")] == [404, 404]
    assert Share.objects.get().revoked_at is None


def test_shares_are_listed_newest_first(ask: Ask, exported: Exported) -> None:
    exported("json")
    for seconds in (60, 120):
        ask("post", "reports/share", {"channel": "link", "expires_in": seconds})

    _, answer = ask("get", "reports/shares")

    lives = [
        round((timezone.datetime.fromisoformat(row["expires_at"]) - timezone.now()).total_seconds(), -1)
        for row in answer["data"]
    ]
    assert (lives, answer["meta"]["total"]) == ([120, 60], 2)
