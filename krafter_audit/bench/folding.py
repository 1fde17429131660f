"""`python -m krafter_audit.bench.folding`: folds the totals up for each line that comes in, as the clock does."""

import sys

import django

django.setup()

from events import tallies  # noqa: E402  needs the settings


def main() -> None:
    """Fold, and say when it is done."""
    for _ in sys.stdin:
        print(tallies.fold_all(), flush=True)


if __name__ == "__main__":
    main()
