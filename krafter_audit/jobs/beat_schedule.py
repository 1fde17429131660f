from datetime import timedelta
from typing import Any

MINUTE, HOUR = 60, 3600


def beat_schedule(sweep_seconds: int) -> dict[str, dict[str, Any]]:
    entries = [
        _every(sweep_seconds, "scans.requeue_pending", expires=10),
        _every(sweep_seconds, "remediation.requeue_pending", expires=10),
        _every(sweep_seconds, "integrations.requeue_pending", expires=10),
        _every(sweep_seconds, "notifications.requeue_pending", expires=10),
        _every(sweep_seconds, "reports.requeue_pending", expires=10),
        _every(sweep_seconds, "accounts.requeue_pending", expires=10),
        _every(sweep_seconds, "remediation.log_overdue_tasks", expires=10),
        _every(sweep_seconds, "remediation.requeue_recalculations", expires=10),
        _every(sweep_seconds, "assurance.process_events", expires=10),
        _every(sweep_seconds, "integrations.process_events", expires=10),
        _every(sweep_seconds, "notifications.process_events", expires=10),
        _every(sweep_seconds, "notifications.queue_webhooks", expires=10),
        _every(sweep_seconds, "notifications.requeue_webhooks", expires=10),
        _every(MINUTE, "scans.start_due_scans", expires=60),
        _every(MINUTE, "findings.reopen_expired_dismissals", expires=60),
        _every(MINUTE, "remediation.log_due_tasks", expires=60),
        _every(MINUTE, "assurance.start_due_guard_runs", expires=60),
        _every(MINUTE, "assurance.enqueue_due_pull_requests", expires=60),
        _every(MINUTE, "integrations.start_due_syncs", expires=60),
        _every(MINUTE, "events.aggregate_counters", expires=60),
        _every(MINUTE, "events.delete_expired_responses", expires=60),
        _every(HOUR, "accounts.delete_expired_sessions", expires=600),
        _every(HOUR, "bulk_changes.delete_old", expires=600),
        _every(HOUR, "events.rotate_partitions", expires=600),
        _every(HOUR, "scans.delete_expired_results", expires=600),
        _every(HOUR, "integrations.delete_old_deliveries", expires=600),
        _every(HOUR, "notifications.delete_old_deliveries", expires=600),
        _every(HOUR, "remediation.measure_all_projects", expires=600),
        _every(HOUR, "remediation.rotate_evidence_partitions", expires=600),
        _every(HOUR, "remediation.delete_unused_screenshots", expires=600),
        _every(HOUR, "operations.back_up", expires=600),
        _every(HOUR, "operations.rehearse_restore", expires=600),
        _every(HOUR, "reports.delete_expired_items", expires=600),
    ]
    return {entry["task"]: entry for entry in entries}


def _every(seconds: int, job: str, *, expires: int) -> dict[str, Any]:
    # A message that is not consumed within `expires` seconds is dropped: the next run does its work. Otherwise a
    # stopped worker would find hours of equal messages.
    return {"task": job, "schedule": timedelta(seconds=seconds), "options": {"expires": expires}}
