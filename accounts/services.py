"""Create organisations, users, memberships and projects."""

from django.db import transaction

from accounts.models import Membership, Organization, Project, User


def create_organization(name: str, *, ai_quota: int | None = None) -> Organization:
    """Create an organisation; `ai_quota`: units per month, None = unlimited."""
    organization = Organization(name=name, ai_quota=ai_quota)
    organization.full_clean()
    organization.save()
    return organization


@transaction.atomic
def create_user(
    email: str,
    *,
    organization: Organization,
    role: str = Membership.Role.MEMBER,
    password: str | None = None,
    name: str = "",
    is_staff: bool = False,
    is_superuser: bool = False,
) -> User:
    """Create a user as a member of an organisation.

    Staff use the admin for their organisations, as far as their roles allow (accounts/roles.py); superusers for all.
    """
    staff = is_staff or is_superuser
    user = User.objects.create_user(email, password, name=name, is_staff=staff, is_superuser=is_superuser)
    set_member(organization, user, role=role)
    return user


def set_member(organization: Organization, user: User, *, role: str) -> Membership:
    """Add a user to an organisation, or change their role."""
    membership = Membership.objects.filter(organization=organization, user=user).first()
    membership = membership or Membership(organization=organization, user=user)
    membership.role = role
    membership.full_clean()
    membership.save()
    return membership


def create_project(organization: Organization, *, slug: str, site_url: str, name: str = "") -> Project:
    """Create a project."""
    project = Project(organization=organization, slug=slug, name=name or slug, site_url=site_url)
    project.full_clean()
    project.save()
    return project
