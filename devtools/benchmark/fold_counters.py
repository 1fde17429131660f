"""`python -m devtools.benchmark.fold_counters`: does for each line that comes in what is done each minute by the clock.

The totals are folded up, and the rows that they were folded from are cleared away, as autovacuum does of a table so
small. Else the case that follows many changes would pay for them, at one size and not at another.
"""

import sys

import django

django.setup()

from django.db import connection  # noqa: E402  needs the settings

from events import counters  # noqa: E402
from events.models import Tally  # noqa: E402


def main() -> None:
    """Fold and clear, and say when it is done."""
    for _ in sys.stdin:
        folded = counters.fold_all()
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM {Tally._meta.db_table}")
        print(folded, flush=True)


if __name__ == "__main__":
    main()
