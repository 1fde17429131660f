"""Quota: units are spent in the transaction of the row that they pay for."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import Organization, QuotaMonth, month_of
from krafter_audit.api.errors import QuotaExceeded
from krafter_audit.http.timestamps import format_timestamp

# One conditional UPDATE: two requests cannot both spend the last unit.
SPEND = """
    UPDATE accounts_quotamonth AS quota SET spent = spent + 1
    FROM accounts_organization AS organization
    WHERE quota.organization_id = %(organization)s AND quota.month = %(month)s
      AND organization.id = quota.organization_id
      AND (organization.ai_quota IS NULL OR quota.spent < organization.ai_quota)
"""


def spend(organization_id: UUID) -> None:
    """Spend a unit of this month. Raises QuotaExceeded."""
    # Callers spend last: the quota row, which all projects share, is last in the lock order.
    month = month_of(timezone.now().date())
    values: dict[str, str | date] = {"organization": str(organization_id), "month": month}
    with connection.cursor() as cursor:
        cursor.execute(SPEND, values)
        if cursor.rowcount:
            return
        # The row of this month may be missing: create it, unless another request does so now, and try again.
        missing = QuotaMonth(organization_id=organization_id, month=month)
        QuotaMonth.objects.bulk_create([missing], ignore_conflicts=True)
        cursor.execute(SPEND, values)
        if not cursor.rowcount:
            raise _exceeded(organization_id)


def _exceeded(organization_id: UUID) -> QuotaExceeded:
    resets_at = next_month()
    details = usage(Organization.objects.get(pk=organization_id)) | {"resets_at": format_timestamp(resets_at)}
    seconds = int((resets_at - timezone.now()).total_seconds())
    return QuotaExceeded(details=details, headers={"retry-after": str(max(1, seconds))})


def refund(organization_id: UUID, *, spent_at: datetime) -> None:
    """Refund a unit to the month in which it was spent."""
    QuotaMonth.objects.filter(
        organization_id=organization_id, month=month_of(spent_at.date()), spent__gt=0
    ).update(spent=F("spent") - 1)


def usage(organization: Organization) -> dict[str, object]:
    """Return `{month, ai_quota, spent, remaining, resets_at}`; `remaining` is null if unlimited."""
    month = month_of(timezone.now().date())
    row = QuotaMonth.objects.filter(organization=organization, month=month).first()
    spent = row.spent if row else 0
    limit = organization.ai_quota
    return {
        "month": month.strftime("%Y-%m"),
        "ai_quota": limit,
        "spent": spent,
        "remaining": None if limit is None else max(0, limit - spent),
        "resets_at": next_month(),
    }


def next_month() -> datetime:
    first = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    # 32 days after the first are always in the next month.
    return (first + timedelta(days=32)).replace(day=1)
