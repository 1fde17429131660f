from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts import services
from accounts.models import Membership, Organization, User


def create_from_groups(email: str, groups: list[str]) -> User | None:
    """Create staff with the role that KRAFTER_OIDC_GROUPS gives to the first of their groups.

    Returns the user whom another request has created meanwhile.
    """
    mapping = dict(map(parse_group, settings.KRAFTER_OIDC_GROUPS))
    target = next((mapping[group] for group in groups if group in mapping), None)
    organization = Organization.objects.filter(pk=target[0]).first() if target else None
    if target is None or organization is None:
        return None
    try:
        return services.get_or_create_staff(email, organization=organization, role=target[1])
    except ValidationError:  # an address that a user cannot have, such as one of other letters than ASCII
        return None


def parse_group(entry: str) -> tuple[str, tuple[UUID, str]]:
    """Parse `group=organisation id:role`. Raises ValueError."""
    # The last `=`: the name of a group may be a distinguished name, `cn=staff,dc=example`.
    group, equals, target = entry.rpartition("=")
    organization_id, _, role = target.partition(":")
    if not group or not equals or role not in Membership.Role.values:
        raise ValueError(f"{entry!r} is not of the form group=organisation id:role.")
    try:
        return group.strip(), (UUID(organization_id), role)
    except ValueError:
        raise ValueError(f"{organization_id!r} is not the id of an organisation.") from None
