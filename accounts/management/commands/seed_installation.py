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
        # By the key: by now the owner may have another address, and further organisations.
        keys = ApiKey.objects.select_related("user", "organization")
        first = keys.filter(digest=api_keys.digest(options["api_key"])).first()
        known = first.user if first else User.objects.filter(email=EMAIL).first()
        owner = self.owner(known, options["admin_password"])
        own = Organization.objects.filter(memberships__user=owner)
        organization = first.organization if first else own.earliest("created_at")
        project = self.project(organization, options["site_url"], follow=options["demo"])
        if first is None:
            api_keys.issue(
                organization, user=owner, name="First key", scopes=[Scope.ALL], key=options["api_key"]
            )
        output = {
            "org_id": str(organization.pk),
            "project_id": project.slug,
            "api_key": options["api_key"],
            "admin": {"email": owner.email, "password": options["admin_password"]},
        }
        self.stdout.write(json.dumps(output))

    def owner(self, known: User | None, password: str) -> User:
        require_strong_password(password, User(email=EMAIL, name=NAME), variable="KRAFTER_ADMIN_PASSWORD")
        if known is None:
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
        if not known.check_password(password):
            known.set_password(password)
            known.save(update_fields=["password"])
        return known

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
