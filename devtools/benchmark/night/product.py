"""The constants of the product that the simulation uses: pace at a host, batches of pages, visitors, schedules."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.conf import settings

from devtools.local_stack.up import System
from scanner.crawler import MAX_PAGES
from scans.models import Scanner
from scans.services.schedules import BATCH_SIZE, ScheduleRule
from scans.worker.part_runner import MAX_JOB_SECONDS

__all__ = ["BATCH_SIZE", "MAX_PAGES", "ProductLimits", "product_limits", "scheduled_second"]

BROWSER_WORKER = "browser"


@dataclass(frozen=True)
class ProductLimits:
    """The limits of the product with its present settings.

    `pace`: requests a second to a host. `visitors`: pages that the workers of a machine visit at once.
    `batch_seconds`: how long a worker stays with a scan. `workers_share_scan`: several workers may check one scan.
    `use_window_seconds`: the window in which the fair queue counts an organisation's use; None: there is no window.
    """

    pace: float
    visitors: int
    batch_seconds: float
    workers_share_scan: bool
    use_window_seconds: float | None


def product_limits() -> ProductLimits:
    """Return the limits. A worker leases a part of a scan for itself (`ScanPart` is `Leased`)."""
    return ProductLimits(
        pace=float(settings.KRAFTER_HOST_RATE),
        visitors=_visitors(),
        batch_seconds=MAX_JOB_SECONDS[Scanner.BROWSER],
        workers_share_scan=False,
        use_window_seconds=None,
    )


def _visitors() -> int:
    """Return how many pages the workers of one `./krafter up` visit at once."""
    options = System.workers(cast(Any, None))[BROWSER_WORKER]
    return int(options[options.index("--concurrency") + 1])


def scheduled_second(project_id: UUID) -> float:
    """Return the second of the hour at which the scans of a project are due."""
    rule = ScheduleRule.from_config(project_id, {"scans": {"schedule": "daily", "hour": 1}})
    return rule.minute * 60.0 if rule else 0.0
