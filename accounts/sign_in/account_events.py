"""Report what happens to an account; the audit log (events/account_log.py) receives it."""

from typing import Any

from django.dispatch import Signal
from django.http import HttpRequest

from accounts.models import User

# Arguments: name, user (None if unknown), request (None in a command), data.
account_event = Signal()


def report(name: str, *, user: User | None, request: HttpRequest | None = None, **data: Any) -> None:
    """Report an event such as `sign_in.locked`; `data` is JSON without secrets."""
    account_event.send(sender=User, name=name, user=user, request=request, data=data)
