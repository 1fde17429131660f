import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from krafter_audit.db import roles


class Command(BaseCommand):
    help = (
        "Create the database role of the web and the workers, KRAFTER_DB_ROLE, with the password"
        " KRAFTER_DB_ROLE_PASSWORD. Run it as a role that may create roles, then `migrate`, which grants privileges."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("KRAFTER_DB_ROLE_PASSWORD", "")
        if not password:
            raise CommandError("KRAFTER_DB_ROLE_PASSWORD is not set.")
        if roles.is_application_role():
            raise CommandError("DATABASE_URL names the application role itself; use the URL of the owner.")
        roles.create_role(password)
        self.stdout.write(f"The role {roles.application_role()} may log in.")
