from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm


def send(email: str) -> None:
    """Send the link to the active user with this e-mail address, if they have a password."""
    form = PasswordResetForm({"email": email})
    if form.is_valid():
        form.save(
            domain_override=urlsplit(settings.KRAFTER_PUBLIC_URL).netloc,
            subject_template_name="sign_in/password_reset_subject.txt",
            email_template_name="sign_in/password_reset_mail.txt",
            html_email_template_name="sign_in/password_reset_mail.html",
            extra_email_context={
                "public_url": settings.KRAFTER_PUBLIC_URL,
                "minutes": str(settings.PASSWORD_RESET_TIMEOUT // 60),
            },
        )
