"""The query parameter `as_of` of the calls that accept it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict

from events.as_of import parse_as_of
from events.totals.history import AsOf
from krafter_audit.api.errors import InvalidParams
from tests import factories
from tests.factories import Scenario

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PATHS = ("reports/summary", "command-center", "findings/counts", "tasks/counts", "policies/current")


@pytest.mark.parametrize(
    ("query", "as_of"),
    [
        ("", None),
        ("as_of=2026-11-24", AsOf(datetime(2026, 11, 25, tzinfo=UTC), is_end_of_day=True)),
        ("as_of=2026-11-25", AsOf(NOW)),
        ("as_of=2026-11-24T10:00:00Z", AsOf(datetime(2026, 11, 24, 10, tzinfo=UTC))),
        ("as_of=2026-11-24T10:00:00%2B02:00", AsOf(datetime(2026, 11, 24, 8, tzinfo=UTC))),
    ],
)
def test_as_of_is_a_day_or_an_instant(query: str, as_of: AsOf | None, time_machine: Any):
    time_machine.move_to(NOW, tick=False)

    assert parse_as_of(QueryDict(query)) == as_of


@pytest.mark.parametrize(
    "query",
    [
        "as_of=2026-11-26", "as_of=2026-11-25T12:00:01Z", "as_of=yesterday", "as_of=2026-02-30", "as_of=20261124",
        "as_of=1999-12-31", "as_of=2026-11-24&as_of=2026-11-23", "as_of=%00", "as_of=2026-11-24T25:00:00Z",
        "as_of=2026-W47-2",
    ],
)  # fmt: skip
def test_invalid_as_of_is_rejected(query: str, time_machine: Any):
    time_machine.move_to(NOW, tick=False)

    with pytest.raises(InvalidParams) as error:
        parse_as_of(QueryDict(query))

    assert list(error.value.details) == ["as_of"]


def test_moment_before_the_kept_history_is_rejected(time_machine: Any, settings: Any):
    time_machine.move_to(NOW, tick=False)
    settings.KRAFTER_HISTORY_KEEP_MONTHS = 1

    with pytest.raises(InvalidParams) as error:
        parse_as_of(QueryDict("as_of=2026-09-29"))

    assert error.value.details == {"as_of": ["Past counts exist only since 2026-10-01T00:00:00Z."]}
    assert parse_as_of(QueryDict("as_of=2026-09-30")) is not None


@pytest.mark.parametrize("path", PATHS)
def test_response_says_of_when_it_is_and_since_when_it_is_exact(
    scenario: Scenario, time_machine: Any, path: str
):
    time_machine.move_to(NOW, tick=False)
    scenario.project.created_at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    scenario.project.save()
    factories.task(scenario)

    past = scenario.client.call("get", f"{path}?as_of=2026-11-24").json()
    now = scenario.client.call("get", path).json()

    assert {name: past["meta"][name] for name in ("as_of", "exact_since")} == {
        "as_of": "2026-11-25T00:00:00Z", "exact_since": "2026-11-20T09:30:00Z",
    }  # fmt: skip
    assert list(now["meta"]) == ["request_id"]
    assert list(past["data"]) == list(now["data"])
