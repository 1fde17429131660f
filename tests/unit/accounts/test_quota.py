"""A unit of quota is spent in the month of the request and refunded to the month in which it was spent."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts import quota
from accounts.models import QuotaMonth
from krafter_audit.api.errors import QuotaExceeded
from tests import factories

NOVEMBER = datetime(2026, 11, 25, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_november(time_machine: Any) -> None:
    time_machine.move_to(NOVEMBER, tick=False)


def spent() -> dict[date, int]:
    return dict(QuotaMonth.objects.order_by("month").values_list("month", "spent"))


def test_units_are_spent_up_to_the_quota() -> None:
    organization = factories.scenario(ai_quota=2).organization

    for _ in range(2):
        quota.spend(organization.pk)
    with pytest.raises(QuotaExceeded) as refused:
        quota.spend(organization.pk)

    assert spent() == {date(2026, 11, 1): 2}
    numbers = {"month": "2026-11", "ai_quota": 2, "spent": 2, "remaining": 0}
    assert quota.usage(organization) == numbers | {"resets_at": datetime(2026, 12, 1, tzinfo=UTC)}
    assert refused.value.details == numbers | {"resets_at": "2026-12-01T00:00:00Z"}


def test_organisation_without_a_quota_is_unlimited() -> None:
    organization = factories.scenario().organization

    quota.spend(organization.pk)

    assert (spent(), quota.usage(organization)["remaining"]) == ({date(2026, 11, 1): 1}, None)


def test_refund_goes_to_the_month_of_the_expense(time_machine: Any) -> None:
    organization = factories.scenario(ai_quota=1).organization
    quota.spend(organization.pk)
    time_machine.move_to(datetime(2026, 12, 1, tzinfo=UTC), tick=False)
    quota.spend(organization.pk)

    quota.refund(organization.pk, spent_at=NOVEMBER)
    quota.refund(organization.pk, spent_at=NOVEMBER)

    assert spent() == {date(2026, 11, 1): 0, date(2026, 12, 1): 1}


def test_units_of_organisations_are_counted_apart() -> None:
    exhausted, other = (factories.scenario(ai_quota=2).organization for _ in range(2))
    for organization in (exhausted, exhausted, other):
        quota.spend(organization.pk)

    quota.refund(other.pk, spent_at=NOVEMBER)

    assert [quota.usage(organization)["spent"] for organization in (exhausted, other)] == [2, 0]
    with pytest.raises(QuotaExceeded):
        quota.spend(exhausted.pk)


@pytest.mark.parametrize(
    ("now", "resets_at", "seconds"),
    [
        ("2026-01-31T23:00:00+00:00", "2026-02-01T00:00:00Z", "3600"),
        ("2026-12-01T00:00:00+00:00", "2027-01-01T00:00:00Z", "2678400"),
        ("2028-02-29T23:59:59.500000+00:00", "2028-03-01T00:00:00Z", "1"),
    ],
)
def test_used_up_quota_says_when_the_next_month_begins(
    time_machine: Any, now: str, resets_at: str, seconds: str
) -> None:
    time_machine.move_to(datetime.fromisoformat(now), tick=False)
    organization = factories.scenario(ai_quota=0).organization

    with pytest.raises(QuotaExceeded) as refused:
        quota.spend(organization.pk)

    assert (refused.value.details["resets_at"], refused.value.headers["retry-after"]) == (resets_at, seconds)
