import logging
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.template.loader import render_to_string

from krafter_audit.mail import MailResult, html_mail, send_or_raise

logger = logging.getLogger(__name__)


class MailedForm(PasswordResetForm):
    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        # Django's own method logs every error, so that nothing is tried again.
        message = html_mail(
            to_email,
            subject=render_to_string(subject_template_name, context),
            template=email_template_name,
            context=context,
        )
        if send_or_raise(message) == MailResult.REFUSED:
            logger.warning("the mail server refused a password reset to user %s", context["user"].pk)


def send(email: str) -> None:
    """Send the link to the active user with this e-mail address, if they have a password.

    Raises OSError if it is to be tried again.
    """
    form = MailedForm({"email": email})
    if form.is_valid():
        form.save(
            domain_override=urlsplit(settings.KRAFTER_PUBLIC_URL).netloc,
            subject_template_name="sign_in/password_reset_subject.txt",
            email_template_name="sign_in/password_reset_mail",  # html_mail adds .txt and .html
            extra_email_context={
                "public_url": settings.KRAFTER_PUBLIC_URL,
                "minutes": str(settings.PASSWORD_RESET_TIMEOUT // 60),
            },
        )
