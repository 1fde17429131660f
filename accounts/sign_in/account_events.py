from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.http import HttpRequest

from accounts.actors import SYSTEM, Actor
from accounts.models import Organization, User
from accounts.sign_in import notices
from accounts.signals import send_account_changed
from krafter_audit.api.middleware import request_id_of


def log_account_event(
    name: str, *, user: User | None, request: HttpRequest | None = None, **data: Any
) -> None:
    """Log an event such as `sign_in.locked` for each organisation of the user; `data` is JSON without secrets.

    The user gets a mail about a change of their password or second factor. Only superusers see an event without a user
    or organisation, and the `address` in that of a user of several organisations.
    """
    if user is not None:
        notices.request_mail(name, user, request)
    # An address without an account: attempts at the same address have the same subject.
    subject_id = user.pk if user else uuid5(NAMESPACE_URL, f"mailto:{data.get('email', '')}")
    by = SYSTEM if request is None else Actor("admin", request.user.pk, request_id_of(request))
    organizations = list(Organization.objects.filter(memberships__user=user)) if user is not None else []
    shown = data
    if len(organizations) > 1:
        # An organisation can add any account to its members, and must not learn by that where a person works.
        shown = {key: value for key, value in data.items() if key != "address"}
    for organization in organizations:
        send_account_changed(name, organization, subject_id, by=by, **shown)
    if not organizations or shown != data:  # for superusers
        send_account_changed(name, None, subject_id, by=by, **data)
