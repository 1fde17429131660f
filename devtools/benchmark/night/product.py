"""The product's constants for the simulation: pace at a host, batches, visitors, schedules."""

from dataclasses import dataclass
from uuid import UUID

from krafter_audit.http.host_pace import MAX_RATE
from krafter_audit.jobs.fair_queue import WINDOW_SECONDS
from scanner.crawler import MAX_PAGES
from scans.services.schedules import BATCH_SIZE, ScheduleRule
from scans.worker.page_leases import WorkerKind
from scans.worker.page_runner import BROWSER_WORKERS, MAX_CONCURRENT_PAGES, SAME_ORGANIZATION_SECONDS

__all__ = ["BATCH_SIZE", "MAX_PAGES", "ProductLimits", "product_limits", "scheduled_second"]


@dataclass(frozen=True)
class ProductLimits:
    """The limits of the product."""

    pace: float  # requests a second to a verified host
    visitors: int  # pages that the workers of a machine visit at once
    batch_seconds: float  # for which a worker stays with a scan
    use_window_seconds: float  # in which the fair queue counts an organisation's use


def product_limits() -> ProductLimits:
    return ProductLimits(
        pace=float(MAX_RATE),
        visitors=BROWSER_WORKERS * MAX_CONCURRENT_PAGES[WorkerKind.BROWSER],
        batch_seconds=SAME_ORGANIZATION_SECONDS,
        use_window_seconds=WINDOW_SECONDS,
    )


def scheduled_second(project_id: UUID) -> float:
    """Return the second of the hour at which a project's scans are due."""
    rule = ScheduleRule.from_config(project_id, {"scans": {"schedule": "daily", "hour": 1}})
    return rule.minute * 60.0 if rule else 0.0
