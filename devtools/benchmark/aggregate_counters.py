"""`python -m devtools.benchmark.fold_counters`: folds the counters for each line on standard input.

The beat job does this every minute. The table is vacuumed as well, so that a case does not pay for the changes of the
previous one.
"""

import sys

import django

django.setup()

from django.db import connection  # noqa: E402  needs the settings

from events import counters  # noqa: E402
from events.models import Counter  # noqa: E402


def main() -> None:
    """Fold and vacuum, and print a line when it is done."""
    for _ in sys.stdin:
        folded = counters.aggregate_all()
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM {Counter._meta.db_table}")
        print(folded, flush=True)


if __name__ == "__main__":
    main()
