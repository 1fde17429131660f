"""`python -m devtools.benchmark.aggregate_counters`: aggregates the counters for each line on standard input."""

import sys

import django

django.setup()

from django.db import connection  # noqa: E402  needs the settings

from events.models import Counter  # noqa: E402
from events.totals import counters  # noqa: E402


def main() -> None:
    for _ in sys.stdin:
        aggregated = counters.aggregate_all()
        with connection.cursor() as cursor:
            # Changes of the previous case must not slow a case down.
            cursor.execute(f"VACUUM {Counter._meta.db_table}")
        print(aggregated, flush=True)


if __name__ == "__main__":
    main()
