"""Scheduled scans, by the project's policy: `{"scans": {"schedule": "daily", "hour": 3}}`."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from events.log import log_event
from findings.policy_rules import Config, section_of
from krafter_audit.api.errors import InvalidParams, QuotaExceeded
from krafter_audit.jobs.isolation import isolated
from scans.models import Scan, ScanPart, ScanSchedule
from scans.services import scans

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RETRY_DELAY = timedelta(minutes=5)  # while another scan of the project is running
OTHER_SCAN_RUNNING = "Another scan of the project is still running."
BATCH_SIZE = 100  # scans a minute, so that a backlog does not start all at once


@dataclass(frozen=True)
class ScheduleRule:
    frequency: str
    hour: int
    minute: int
    weekday: int | None = None
    paused: bool = False

    @classmethod
    def from_config(cls, project_id: UUID, config: Config) -> "ScheduleRule | None":
        """Read the rule from a policy's config; None if it has no valid one."""
        section = section_of(config, "scans")
        frequency = section.get("schedule")
        if frequency not in ScanSchedule.Frequency.values:
            return None
        # A time that the policy omits is derived from the project's id, so that projects are spread over the week.
        spread = int.from_bytes(hashlib.sha256(project_id.bytes).digest()[:8])
        hour = section.get("hour", spread // 60 % 24)
        day = section.get("day", WEEKDAYS[spread // 1440 % 7])
        if not _is_hour(hour) or day not in WEEKDAYS:
            return None
        weekday = WEEKDAYS.index(day) if frequency == "weekly" else None
        return cls(frequency, hour, spread % 60, weekday, section.get("paused") is True)

    def next_after(self, moment: datetime) -> datetime:
        at = moment.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        if self.weekday is not None:
            at += timedelta(days=(self.weekday - at.weekday()) % 7)
        step = timedelta(days=1 if self.weekday is None else 7)
        return at if at > moment else at + step


def _is_hour(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 23


def apply_config(project: Project, config: Config) -> None:
    """Create, change or delete a project's schedule, in the transaction that saves its policy."""
    rule = ScheduleRule.from_config(project.pk, config)
    if rule is None:
        ScanSchedule.objects.filter(project=project).delete()
        return
    values = asdict(rule)
    unchanged = ScanSchedule.objects.filter(project=project, **values).exists()
    if not unchanged:
        values |= {"next_at": rule.next_after(timezone.now()), "note": ""}
        ScanSchedule.objects.update_or_create(project=project, defaults=values)


def start_due() -> int:
    """Queue the scans that are due; return how many were queued."""
    due = ScanSchedule.objects.filter(next_at__lte=timezone.now(), paused=False, project__archived_at=None)
    rows = due.order_by("next_at").values_list("pk", "project__site_url")[:BATCH_SIZE]
    started = 0
    for pk, site_url in rows:
        with isolated("start of scheduled scan", pk) as isolation:
            started += start(pk, site_url)
        if isolation.failed:  # start the other schedules first
            ScanSchedule.objects.filter(pk=pk).update(next_at=timezone.now() + RETRY_DELAY)
    return started


def start(schedule_id: UUID, site_url: str) -> bool:
    """Queue the scan of a due schedule and set its next time; return whether it was queued."""
    try:
        url, error = scans.validated_url(site_url), ""
    except InvalidParams as invalid:
        url, error = "", " ".join((invalid.details or {})["url"])
    with transaction.atomic():
        # If two beats run at the same time, the second finds the schedule locked or no longer due.
        schedule = _lock_due(schedule_id, site_url)
        if schedule is None:
            return False
        now = timezone.now()
        if ScanPart.objects.filter(scan__project=schedule.project_id, finished_at__isnull=True).exists():
            _reschedule(schedule, next_at=now + RETRY_DELAY, note=OTHER_SCAN_RUNNING)
            return False
        error = error or _queue(schedule.project, url)
        rule = ScheduleRule(schedule.frequency, schedule.hour, schedule.minute, schedule.weekday)
        last_at = schedule.last_at if error else now
        # Counted from now, not from the missed time: a schedule that was missed several times is run once.
        _reschedule(schedule, next_at=rule.next_after(now), note=error, last_at=last_at)
        if error:
            log_event("scan.skipped", schedule, by=SYSTEM, reason=error)
        return not error


def _lock_due(schedule_id: UUID, site_url: str) -> ScanSchedule | None:
    rows = ScanSchedule.objects.select_related("project").select_for_update(skip_locked=True, of=("self",))
    # The project may have changed while the names of other hosts were resolved.
    unchanged = {"project__archived_at": None, "project__site_url": site_url}
    return rows.filter(pk=schedule_id, next_at__lte=timezone.now(), paused=False, **unchanged).first()


def _queue(project: Project, url: str) -> str:
    try:
        # `queue` has a savepoint: without quota the schedule still gets its next time.
        scans.queue(project, url=url, trigger=Scan.Trigger.SCHEDULED, by=SYSTEM)
    except QuotaExceeded as error:
        return error.message
    return ""


def _reschedule(schedule: ScanSchedule, *, next_at: datetime, note: str, **changes: Any) -> None:
    row = ScanSchedule.objects.filter(pk=schedule.pk)
    row.update(next_at=next_at, note=note[:300], updated_at=timezone.now(), **changes)
