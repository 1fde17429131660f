from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization, User
from krafter_audit.api.errors import ApiError


class AccountCommand(BaseCommand):
    """A command that prints an error as one line instead of a traceback."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except ApiError as error:
            raise CommandError(error.message) from None
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None


def find_organization(pk: str) -> Organization:
    """Return the organisation. Raises CommandError."""
    try:
        return Organization.objects.get(pk=UUID(pk))
    except (ValueError, Organization.DoesNotExist):
        raise CommandError(f"Organisation {pk} not found.") from None


def find_user(email: str) -> User:
    """Return the user. Raises CommandError."""
    found = User.objects.by_email(email)
    if found is None:
        raise CommandError(f"User {email} not found. Create one with create_user.")
    return found


def require_strong_password(password: str, user: User, *, variable: str) -> None:
    """Raise CommandError with the name of the environment variable if Django's validators reject the password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons = " ".join(error.messages)
        raise CommandError(f"{variable}: {reasons} Choose another password and try again.") from None
