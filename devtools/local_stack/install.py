"""Migrate a database and create the first organisation in it, in one process.

KRAFTER_INSTALL is JSON: {"site_url", "demo", "admin_password", "api_key"}. The last line printed is JSON, too.
"""

import json
import os

import django
from django.core.management import call_command


def main() -> None:
    # From the environment: every user of the machine can read command lines.
    given = json.loads(os.environ["KRAFTER_INSTALL"])
    django.setup()
    call_command("check")
    if os.environ.get("KRAFTER_DB_ROLE_PASSWORD"):
        call_command("create_database_role")
    call_command("migrate", interactive=False, verbosity=1)
    call_command(
        "seed_installation",
        api_key=given["api_key"],
        admin_password=given["admin_password"],
        site_url=given["site_url"],
        demo=given["demo"],
        json=True,
    )


if __name__ == "__main__":
    main()
