"""Scans by the clock, as the project's policy says: `{"scans": {"schedule": "daily", "hour": 3}}`.

Projects with the same hour are spread over it. One that was missed is caught up with once.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from events.log import log_event
from krafter_audit.api.errors import InvalidParams, QuotaExceeded
from scans.models import Scan, ScanPart, ScanSchedule
from scans.services import scans

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LOOK_AGAIN = timedelta(minutes=5)  # while another scan of the project is under way
UNDER_WAY = "Another scan of the project is still under way."
MOST_AT_A_TIME = 100  # a minute: what was missed by all projects does not begin all at once


@dataclass(frozen=True)
class Plan:
    """When scans are wanted. What the policy leaves open is chosen by the project's id, so that projects spread."""

    rhythm: str
    hour: int
    minute: int
    weekday: int | None = None

    @classmethod
    def of(cls, project_id: UUID, config: Mapping[str, Any]) -> "Plan | None":
        """Read the plan out of a policy's config; None where there is none, or none that can be read."""
        asked = config.get("scans")
        rhythm = asked.get("schedule") if isinstance(asked, dict) else None
        if not isinstance(asked, dict) or rhythm not in ScanSchedule.Rhythm.values:
            return None
        lot = int.from_bytes(hashlib.sha256(project_id.bytes).digest()[:8])
        hour, day = asked.get("hour", lot // 60 % 24), asked.get("day", DAYS[lot // 1440 % 7])
        if not _is_hour(hour) or day not in DAYS:
            return None
        return cls(rhythm, hour, lot % 60, DAYS.index(day) if rhythm == "weekly" else None)

    def after(self, moment: datetime) -> datetime:
        """Return the first time of the plan that comes after a moment, UTC."""
        at = moment.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        if self.weekday is not None:
            at += timedelta(days=(self.weekday - at.weekday()) % 7)
        step = timedelta(days=1 if self.weekday is None else 7)
        return at if at > moment else at + step


def _is_hour(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= 23


def keep(project: Project, config: Any) -> None:
    """Make the schedule what a policy's config says. Call it in the transaction that changes the policy."""
    plan = Plan.of(project.pk, config) if isinstance(config, dict) else None
    if plan is None:
        ScanSchedule.objects.filter(project=project).delete()
        return
    wanted = asdict(plan)
    known = ScanSchedule.objects.filter(project=project, **wanted)
    if not known.exists():  # the same plan once more moves nothing
        values = wanted | {"next_at": plan.after(timezone.now()), "note": ""}
        ScanSchedule.objects.update_or_create(project=project, defaults=values)


def start_due() -> int:
    """Ask for the scans that are due; return how many were."""
    due = ScanSchedule.objects.filter(next_at__lte=timezone.now()).order_by("next_at")
    rows = due.values_list("pk", "project__site_url")[:MOST_AT_A_TIME]
    return sum(start(pk, site_url) for pk, site_url in rows)


def start(schedule_id: UUID, site_url: str) -> bool:
    """Ask for the scan of a schedule that is due and set its next time; two beats at once ask for one."""
    try:
        address, refusal = scans.address_of(site_url), ""
    except InvalidParams as error:
        address, refusal = "", " ".join((error.details or {})["url"])
    with transaction.atomic():
        schedule = _taken(schedule_id)
        if schedule is None:
            return False
        now = timezone.now()
        if ScanPart.objects.filter(scan__project=schedule.project_id, finished_at__isnull=True).exists():
            _put_off(schedule, until=now + LOOK_AGAIN, note=UNDER_WAY)
            return False
        refusal = refusal or _queued(schedule.project, address)
        following = Plan(schedule.rhythm, schedule.hour, schedule.minute, schedule.weekday).after(now)
        _put_off(schedule, until=following, note=refusal, last_at=schedule.last_at if refusal else now)
        if refusal:
            log_event("scan.left_out", schedule, by=SYSTEM, reason=refusal)
        return not refusal


def _taken(schedule_id: UUID) -> ScanSchedule | None:
    rows = ScanSchedule.objects.select_related("project")
    due = rows.select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=timezone.now())
    return due.filter(pk=schedule_id).first()


def _queued(project: Project, address: str) -> str:
    """Queue the scan; return why not, where the quota does not allow it."""
    try:
        with transaction.atomic():
            scans.queue(project, address=address, trigger=Scan.Trigger.SCHEDULED, by=SYSTEM)
    except QuotaExceeded as error:
        return error.message
    return ""


def _put_off(schedule: ScanSchedule, *, until: datetime, note: str, **changes: Any) -> None:
    row = ScanSchedule.objects.filter(pk=schedule.pk)
    row.update(next_at=until, note=note[:300], updated_at=timezone.now(), **changes)
