import json
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts import api_keys, services
from accounts.management.base import AccountCommand, require_strong_password
from accounts.models import ApiKey, Membership, Organization, Project, Scope, User

SLUG = "production-website"
EMAIL, NAME = "owner@krafter.example", "Owner"


class Command(AccountCommand):
    help = "Create an organisation with its owner, a project and a key unless they exist, and print them as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--api-key", required=True, help="The key to create: kr_live_ and 43 characters.")
        parser.add_argument("--admin-password", required=True, help="The password of the first user.")
        parser.add_argument("--site-url", default="https://example.com")
        parser.add_argument("--demo", action="store_true", help="Update the site URL of the project.")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        owner = self.owner(options["admin_password"])
        organization = Organization.objects.get(memberships__user=owner)
        project = self.project(organization, options["site_url"], follow=options["demo"])
        self.key(organization, owner, options["api_key"])
        output = {
            "org_id": str(organization.pk),
            "project_id": project.slug,
            "api_key": options["api_key"],
            "admin": {"email": EMAIL, "password": options["admin_password"]},
        }
        self.stdout.write(json.dumps(output))

    def owner(self, password: str) -> User:
        require_strong_password(password, User(email=EMAIL, name=NAME), variable="KRAFTER_ADMIN_PASSWORD")
        owner = User.objects.filter(email=EMAIL).first()
        if owner is None:
            organization = services.create_organization("Acme")
            role = Membership.Role.OWNER
            return services.create_user(
                EMAIL,
                organization=organization,
                role=role,
                password=password,
                name=NAME,
                is_superuser=True,
            )
        # `./krafter up` prints the password of its data directory, so that it must be the valid one.
        if not owner.check_password(password):
            owner.set_password(password)
            owner.save(update_fields=["password"])
        return owner

    def project(self, organization: Organization, site_url: str, *, follow: bool) -> Project:
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
        if not ApiKey.objects.filter(digest=api_keys.digest(key)).exists():
            api_keys.issue(organization, user=owner, name="First key", scopes=[Scope.ALL], key=key)
