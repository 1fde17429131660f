from django.http import HttpRequest

from accounts.actors import Actor
from krafter_audit.api.middleware import request_id_of


def staff_actor(request: HttpRequest) -> Actor:
    """Return the staff user as the author of a change."""
    return Actor("admin", request.user.pk, request_id_of(request))
