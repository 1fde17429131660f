"""manage.py seed_installation --api-key KEY --admin-password PASSWORD [--demo] [--site-url URL]"""

import json
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts import api_keys, services
from accounts.management.base import AccountCommand
from accounts.models import ApiKey, Membership, Organization, Project, Scope, User

SLUG = "production-website"
EMAIL = "owner@krafter.example"


class Command(AccountCommand):
    help = "Make one organisation with its owner, one project and a key, unless they are there, and print them as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--api-key", required=True, help="The key to install: kr_live_ and 43 characters."
        )
        parser.add_argument("--admin-password", required=True)
        parser.add_argument("--site-url", default="https://example.com")
        parser.add_argument("--demo", action="store_true", help="Point the project at the demo site.")
        parser.add_argument(
            "--json", action="store_true", help="The output is JSON always; kept for scripts."
        )

    @transaction.atomic
    def run(self, **options: Any) -> None:
        """Make what is missing."""
        owner = self.owner(options["admin_password"])
        organization = Organization.objects.get(memberships__user=owner)
        project = self.project(organization, options["site_url"], follow=options["demo"])
        self.key(organization, owner, options["api_key"])
        told = {
            "org_id": str(organization.pk),
            "project_id": project.slug,
            "api_key": options["api_key"],
            "admin": {"email": EMAIL, "password": options["admin_password"]},
        }
        self.say(json.dumps(told))

    def owner(self, password: str) -> User:
        """Return the owner, made with an organisation where there is none; the password is set to the one given."""
        owner = User.objects.filter(email=EMAIL).first()
        if owner is None:
            organization = services.create_organization("Acme")
            role = Membership.Role.OWNER
            return services.create_user(
                EMAIL, organization=organization, role=role, password=password, name="Owner", is_staff=True
            )
        if not owner.check_password(password):
            owner.set_password(password)
            owner.save(update_fields=["password"])
        return owner

    def project(self, organization: Organization, site_url: str, *, follow: bool) -> Project:
        """Return the project; the demo's follows the address of the demo site."""
        project = Project.objects.filter(organization=organization, slug=SLUG).first()
        if project is None:
            return services.create_project(
                organization, slug=SLUG, site_url=site_url, name="Production website"
            )
        if follow and project.site_url != site_url:
            project.site_url = site_url
            project.save(update_fields=["site_url", "updated_at"])
        return project

    def key(self, organization: Organization, owner: User, key: str) -> None:
        """Install the key where it is not there."""
        if not ApiKey.objects.filter(digest=api_keys.digest(key)).exists():
            api_keys.issue(organization, user=owner, name="First key", scopes=[Scope.ALL], key=key)
