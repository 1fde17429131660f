"""The product's constants for the simulation: request rate of a host, batches, visitors, schedules."""

from uuid import UUID

from devtools.benchmark.night.simulation import NightLimits
from krafter_audit.http.throttle_state import MAX_RATE
from krafter_audit.jobs.fair_queue import WINDOW_SECONDS
from scanner.crawler import MAX_PAGES
from scans.services.schedules import BATCH_SIZE, ScheduleRule
from scans.worker.page_leases import WorkerKind
from scans.worker.page_runner import BROWSER_WORKERS, MAX_CONCURRENT_PAGES, SAME_ORGANIZATION_SECONDS

__all__ = ["BATCH_SIZE", "MAX_PAGES", "product_limits", "scheduled_second"]


def product_limits(*, machines: int, cores: int, fair: bool) -> NightLimits:
    return NightLimits(
        machines=machines,
        cores=cores,
        visitors=BROWSER_WORKERS * MAX_CONCURRENT_PAGES[WorkerKind.BROWSER],
        host_rate=float(MAX_RATE),
        batch_seconds=SAME_ORGANIZATION_SECONDS,
        use_window_seconds=WINDOW_SECONDS,
        fair=fair,
    )


def scheduled_second(project_id: UUID) -> float:
    """Return the second of the hour at which a project's scans are due."""
    rule = ScheduleRule.from_config(project_id, {"scans": {"schedule": "daily", "hour": 1}})
    return rule.minute * 60.0 if rule else 0.0
