from collections.abc import Iterable
from datetime import timedelta
from typing import Any

# Jobs that run every KRAFTER_SWEEP_SECONDS.
SWEEPS = (
    "scans.requeue_pending",
    "remediation.requeue_pending",
    "integrations.requeue_pending",
    "notifications.requeue_pending",
    "reports.requeue_pending",
    "accounts.requeue_pending",
    "remediation.log_overdue_tasks",
    "remediation.requeue_recalculations",
    "assurance.process_events",
    "integrations.process_events",
    "notifications.process_events",
    "notifications.queue_webhooks",
    "notifications.requeue_webhooks",
)
EVERY_MINUTE = (
    "scans.start_due_scans",
    "findings.reopen_expired_dismissals",
    "remediation.log_due_tasks",
    "assurance.start_due_guard_runs",
    "assurance.enqueue_due_pull_requests",
    "integrations.start_due_syncs",
    "events.aggregate_counters",
    "events.delete_expired_responses",
)
HOURLY = (
    "accounts.delete_expired_sessions",
    "bulk_changes.delete_old",
    "events.rotate_partitions",
    "scans.delete_expired_results",
    "integrations.delete_old_deliveries",
    "notifications.delete_old_deliveries",
    "remediation.measure_all_projects",
    "remediation.rotate_evidence_partitions",
    "remediation.delete_unused_screenshots",
    "operations.back_up",
    "operations.rehearse_restore",
    "reports.delete_expired_items",
)


def beat_schedule(sweep_seconds: int) -> dict[str, dict[str, Any]]:
    return {
        **_entries(SWEEPS, timedelta(seconds=sweep_seconds), expires=10),
        **_entries(EVERY_MINUTE, timedelta(minutes=1), expires=60),
        **_entries(HOURLY, timedelta(hours=1), expires=600),
    }


def _entries(jobs: Iterable[str], interval: timedelta, *, expires: int) -> dict[str, dict[str, Any]]:
    # A message that is not consumed within `expires` seconds is dropped: the next run does its work. Otherwise a
    # stopped worker would find hours of equal messages.
    return {job: {"task": job, "schedule": interval, "options": {"expires": expires}} for job in jobs}
