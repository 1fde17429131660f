"""Migrate a database and create the first organisation in it, in one process.

KRAFTER_INSTALL is JSON: {"site_url", "demo", "admin_password", "api_key", "restore"}, of which `restore` is the
directory of a backup or "". The last line printed is JSON, too: what was created, and `role_problem`, a sentence about
the rights of the database role or "".
"""

import io
import json
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

django.setup()

from operations.doctor.database import database_roles  # noqa: E402  needs the apps


def main() -> None:
    try:
        print(json.dumps(install()))
    except CommandError as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {error}")


def install() -> dict[str, object]:
    # From the environment: every user of the machine can read command lines.
    given = json.loads(os.environ["KRAFTER_INSTALL"])
    call_command("check")
    if given["restore"]:
        media = Path(settings.MEDIA_ROOT)
        call_command("restore", Path(given["restore"]), into=os.environ["DATABASE_URL"], media=media)
    if os.environ.get("KRAFTER_DB_ROLE_PASSWORD"):
        call_command("create_database_role")
    call_command("migrate", interactive=False, verbosity=1)
    created = io.StringIO()
    call_command(
        "seed_installation",
        api_key=given["api_key"],
        admin_password=given["admin_password"],
        site_url=given["site_url"],
        demo=given["demo"],
        stdout=created,
    )
    return {**json.loads(created.getvalue().splitlines()[-1]), "role_problem": role_problem()}


def role_problem() -> str:
    """Return the rights of the DATABASE_URL role that the web and the workers should not have, or ""."""
    if os.environ.get("KRAFTER_DB_ROLE_PASSWORD"):
        return ""  # this process uses the owner, and the system another role
    return " ".join(diagnosis.text for diagnosis in database_roles() if diagnosis.level != "ok")


if __name__ == "__main__":
    main()
