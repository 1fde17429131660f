from collections.abc import Mapping
from email.policy import default
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

MAX_HEADER_LENGTH, MAX_SUBJECT_LENGTH = 998, 200


class Mail(EmailMultiAlternatives):
    """A mail whose headers are not folded, up to the 998 characters of RFC 5322.

    Python would encode the URL of `List-Unsubscribe` as words (RFC 2047), which mail clients do not decode there.
    """

    def message(self, **options: Any) -> Any:
        policy = options.pop("policy", default)
        return super().message(policy=policy.clone(max_line_length=MAX_HEADER_LENGTH), **options)


def html_mail(
    address: str,
    *,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    text: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """Return a mail from `template` with `.html`, and `.txt` unless `text` is given."""
    values = dict(context)
    mail = Mail(
        # A line break in a subject would begin another header.
        subject=" ".join(subject.split())[:MAX_SUBJECT_LENGTH],
        body=render_to_string(f"{template}.txt", values) if text is None else text,
        to=[address],
        headers=dict(headers or {}),
    )
    mail.attach_alternative(render_to_string(f"{template}.html", values), "text/html")
    return mail
