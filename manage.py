#!/usr/bin/env python
"""Django's command line for Krafter Audit."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

from scanner.closed_pipe import exit_on_closed_pipe


def main() -> None:
    """Run the command named on the command line; without a database end with the status 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        print(f"The database cannot be used: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    with exit_on_closed_pipe():
        main()
