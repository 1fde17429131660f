"""A list ignores what it cannot filter by, says so, and keeps the other filters."""

from uuid import UUID

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import RequestFactory

from accounts.models import ApiKey
from findings.admin import FindingAdmin
from findings.models import Finding
from krafter_audit.admin.base import AutocompleteFilter, ServiceModelAdmin
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of

pytestmark = pytest.mark.django_db
LISTS = [model for model, page in admin.site._registry.items() if isinstance(page, ServiceModelAdmin)]


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


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_lists_filter_by_no_field_that_they_do_not_show(model: type[Model]) -> None:
    page, request = admin.site._registry[model], RequestFactory().get("/")
    request.user = staff.superuser()
    secret = {"credentials", "digest", "key", "link_key", "password", "recipients", "token", "webhook"}
    names = {field.name for field in model._meta.get_fields()} & secret
    shown = {getattr(column, "__name__", column) for column in page.list_display}

    lookups = {f"{name}{end}" for name in names for end in ("", "__startswith", "__isnull", "__regex")}
    allowed = {lookup for lookup in lookups if page.lookup_allowed(lookup, "a", request)}

    assert {lookup.partition("__")[0] for lookup in allowed} == names & shown


def test_rows_are_the_same_whatever_a_lookup_of_a_hidden_field_guesses(scenario: Scenario) -> None:
    key = ApiKey.objects.get(organization=scenario.organization)
    client = staff.logged_in_client(staff.member_of(scenario.organization, "owner"))
    guesses = [key.digest[:1], "no"]

    pages = [
        client.get(f"{admin_url(ApiKey, 'changelist')}?digest__startswith={guess}", follow=True)
        for guess in guesses
    ]

    assert [messages_of(page) for page in pages] == [
        [f"The list has no such filter or value, and ignores it: digest__startswith={guess}."]
        for guess in guesses
    ]


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_every_choice_of_every_filter_is_accepted(scenario: Scenario, model: type[Model]) -> None:
    staff.ROWS[model](scenario)
    client, url = staff.logged_in_client(), admin_url(model, "changelist")
    changelist = client.get(url).context["cl"]

    links = [
        choice["query_string"]
        for spec in changelist.filter_specs
        for choice in spec.choices(changelist)
        if "query_string" in choice
    ]
    fields = [
        f"?{spec.lookup_kwarg}={UUID(int=0)}"
        for spec in changelist.filter_specs
        if isinstance(spec, AutocompleteFilter)
    ]

    assert [link for link in (*links, *fields) if client.get(url + link).status_code != 200] == []
    assert bool(links or fields) == bool(changelist.list_filter)


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
