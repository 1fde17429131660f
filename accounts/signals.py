"""The signal of changes of accounts: `events`, a higher app, writes them to the audit log in the same transaction."""

from typing import Any
from uuid import UUID

from django.dispatch import Signal

from accounts.actors import Actor
from accounts.models import Organization

# Receivers get `name`, `organization`, `subject_id`, `by` and `data`.
account_changed = Signal()


def send_account_changed(
    name: str, organization: Organization | None, subject_id: UUID, /, *, by: Actor, **data: Any
) -> None:
    """Send the signal; the organisation is None for a change of the installation."""
    account_changed.send(
        Organization, name=name, organization=organization, subject_id=subject_id, by=by, data=data
    )
