"""What the account commands share: they look things up and turn refusals into one line."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization, User
from krafter_audit.api.errors import ApiError


class AccountCommand(BaseCommand):
    """A command about accounts: a refusal ends it with a sentence, not with a traceback."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        try:
            self.run(**options)
        except ApiError as refusal:
            raise CommandError(refusal.message) from None
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None

    def run(self, **options: Any) -> None:
        """Do what the command is for."""
        raise CommandError("This command does nothing.")

    def say(self, line: str) -> None:
        """Write one line."""
        self.stdout.write(line)


def organization(pk: str) -> Organization:
    """Find an organisation by its id."""
    try:
        return Organization.objects.get(pk=UUID(pk))
    except (ValueError, Organization.DoesNotExist):
        raise CommandError(f"There is no organisation {pk}.") from None


def user(email: str) -> User:
    """Find a user by e-mail address."""
    try:
        return User.objects.get(email=email.lower())
    except User.DoesNotExist:
        raise CommandError(f"There is no user {email}. Make one with create_user.") from None
