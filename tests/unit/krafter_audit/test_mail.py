"""Mails with a text and an HTML part."""

from krafter_audit.mail import html_mail


def test_a_mail_has_both_parts_and_a_subject_of_one_line():
    mail = html_mail(
        "a@example.com",
        subject="Invitation to Acme\r\nBcc: b@example.com " + "x" * 300,
        template="accounts/invitation_email",
        context={"organization": "Acme", "role": "viewer", "url": "https://example.com/", "days": 7},
        text="The text.\n",
        headers={"List-Unsubscribe": f"<https://example.com/{'u' * 200}>"},
    )

    message = mail.message()
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert (mail.to, message["Bcc"], len(mail.subject)) == (["a@example.com"], None, 200)
    assert mail.subject.startswith("Invitation to Acme Bcc: b@example.com")
    assert f"List-Unsubscribe: <https://example.com/{'u' * 200}>\n" in message.as_string()
