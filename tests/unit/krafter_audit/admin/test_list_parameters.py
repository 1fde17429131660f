"""A list ignores what it cannot filter by, says so, and keeps the other filters."""

import pytest

from findings.admin import FindingAdmin
from findings.models import Finding
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        ("foo=1", "foo=1"),
        ("foo__bar=1", "foo__bar=1"),
        ("owner__password__startswith=x", "owner__password__startswith=x"),
        ("project__id__exact=none", "project__id__exact=none"),
        ("q=%00", "q="),
        ("foo=1&bar=2", "foo=1, bar=2"),
        ("quick=no_such", "quick=no_such"),
        ("quick=open&quick=no_such", "quick=no_such"),
    ],
)
def test_refused_parameters_are_named_and_the_other_filters_stay(
    scenario: Scenario, sent: str, refused: str
) -> None:
    factories.finding(scenario, title="Shown", severity="high")
    factories.finding(scenario, title="Hidden", severity="low")
    client = staff.logged_in_client()

    page = client.get(f"{admin_url(Finding, 'changelist')}?severity__exact=high&{sent}", follow=True)

    assert [row.title for row in page.context["cl"].result_list] == ["Shown"]
    assert page.request["QUERY_STRING"] == "severity__exact=high"
    assert messages_of(page) == [f"The list has no such filter or value, and ignores it: {refused}."]


@pytest.mark.parametrize("page", ["3", "99999999"])
def test_page_after_the_last_shows_the_last(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    # Where a person returns after an action or a form, whose rows have left the list.
    monkeypatch.setattr(FindingAdmin, "list_per_page", 2)
    for number in range(3):
        factories.finding(scenario, title=f"Finding {number}", severity="high")
    url = f"{admin_url(Finding, 'changelist')}?severity__exact=high&p={page}"

    shown = staff.logged_in_client().get(url)

    titles = [row.title for row in shown.context["cl"].result_list]
    assert (titles, shown.context["cl"].page_num, messages_of(shown)) == (["Finding 0"], 2, [])
