"""Mails with a text and an HTML part."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from django.core.mail import EmailMultiAlternatives

from krafter_audit.mail import MailResult, html_mail, message_id, retry_delay, send
from tests.fakes import mail as servers


def test_a_mail_has_both_parts_and_a_subject_of_one_line():
    mail = html_mail(
        "a@example.com",
        subject="Invitation to Acme\r\nBcc: b@example.com " + "x" * 300,
        template="accounts/invitation_email",
        context={"organization": "Acme", "role": "viewer", "url": "https://example.com/", "days": 7},
        headers={"List-Unsubscribe": f"<https://example.com/{'u' * 200}>"},
    )

    message = mail.message()
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert (mail.to, message["Bcc"], len(mail.subject)) == (["a@example.com"], None, 200)
    assert mail.subject.startswith("Invitation to Acme Bcc: b@example.com")
    assert f"List-Unsubscribe: <https://example.com/{'u' * 200}>\n" in message.as_string()


def invitation_to(organization: str) -> EmailMultiAlternatives:
    return html_mail(
        "a@example.com",
        subject=f"Invitation to {organization}",
        template="accounts/invitation_email",
        context={"organization": organization, "role": "viewer", "url": "https://example.com/", "days": 7},
    )


def test_names_neither_reverse_a_mail_nor_control_a_terminal():
    mail = invitation_to("Ac\u202eme \x1b[31m")

    html = str(mail.alternatives[0].content)
    for text in (mail.subject, mail.body, html):
        assert ("Ac\ufffdme" in text, "\u202e" in text, "\x1b" in text) == (True, False, False)


def test_name_that_looks_like_an_encoded_word_is_not_decoded():
    mail = invitation_to("=?utf-8?Q?=0D=0ABcc:_b@example.com=E2=80=AE?=")

    # RFC 2047: Python would decode it, and encode what it has decoded.
    read = message_from_bytes(mail.message().as_bytes(), policy=default)["Subject"]
    assert read == "Invitation to = ?utf-8?Q?=0D=0ABcc:_b@example.com=E2=80=AE?="


@pytest.mark.parametrize(
    ("server", "result"),
    [
        (servers.RefusesEve, MailResult.REFUSED),
        (servers.GreylistsEve, MailResult.POSTPONED),
        (servers.AnswersTheContent, MailResult.REFUSED),
        (servers.PostponesTheContent, MailResult.POSTPONED),
    ],
)
def test_answer_to_an_address_or_a_message_is_temporary_below_500(
    server: type[servers.EmailBackend], result: MailResult
):
    to_eve = EmailMultiAlternatives("Hello", "Text.", to=["eve@example.com"])

    assert send(to_eve, server()) == result


def test_message_id_is_that_of_a_row_and_an_address(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Krafter Audit <audit@example.com>"
    rows = [UUID(int=number) for number in (1, 2)]

    ids = [message_id(row, address) for row in rows for address in ("a@example.com", "b@example.com")]

    assert ids[0] == message_id(rows[0], "a@example.com")
    assert len(set(ids)) == 4
    assert {name.startswith("<") and name.endswith("@example.com>") for name in ids} == {True}


def test_pauses_double_and_end_after_five_attempts():
    seconds = [30, 60, 120, 240]

    assert [retry_delay(attempts) for attempts in range(1, 7)] == [
        *(timedelta(seconds=pause) for pause in seconds), None, None,
    ]  # fmt: skip
