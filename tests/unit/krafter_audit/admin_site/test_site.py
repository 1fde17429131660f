import html
import re
from typing import Any
from urllib.parse import urljoin

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.staticfiles import finders
from django.db import connection
from django.db.models import Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from accounts.models import Membership, Project, User
from findings.models import Finding
from krafter_audit.admin import base
from krafter_audit.admin_site.site import SESSION_ENDED
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import ROWS, admin_url

STATUSES = {
    "status",
    "result",
    "running",
    "manual",
    "verified_at",
    "verified_by",
    "checks",
    "revoked_at",
    "fence",
}
SECRETS = {"digest", "credentials", "webhook", "key"}
every_model = pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)


@pytest.fixture
def operator(db: None) -> Client:
    return staff.logged_in_client()


def open_page(operator: Client, path: str) -> tuple[Any, int]:
    """Open a page and return it with the number of its queries."""
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as captured:
        page = operator.get(path)
    assert page.status_code == 200
    return page, len(captured)


@pytest.mark.slow
@every_model
def test_list_needs_as_many_queries_for_five_rows_as_for_one(operator: Client, model: type[Model]) -> None:
    ROWS[model](factories.scenario())
    path = admin_url(model, "changelist")
    _, with_one = open_page(operator, path)

    for _ in range(4):
        ROWS[model](factories.scenario())

    page, with_five = open_page(operator, path)
    assert page.context["cl"].result_count >= 5
    assert with_five == with_one


def test_list_counts_up_to_a_limit(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MAX_COUNTED", 3)
    scenario = factories.scenario()
    for _ in range(5):
        factories.finding(scenario)

    page = operator.get(reverse("admin:findings_finding_changelist"))

    assert "more than 3" in page.content.decode()


@pytest.mark.slow
@every_model
def test_every_admin_page_opens_and_shows_no_secret(operator: Client, model: type[Model]) -> None:
    row = ROWS[model](factories.scenario())
    secrets = [str(getattr(row, name)) for name in SECRETS - {"key"} if getattr(row, name, None)]
    page = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = staff.superuser()

    unknown = operator.get(admin_url(model, "change", "no-such-id"))
    pages = {
        "list": operator.get(admin_url(model, "changelist")),
        "row": operator.get(admin_url(model, "change", row.pk)),
        "history": operator.get(admin_url(model, "history", row.pk)),
        "search": operator.get(admin_url(model, "changelist"), {"q": str(row.pk)}),
    }
    if page.has_add_permission(request):
        pages["add"] = operator.get(admin_url(model, "add"))

    assert unknown["location"] == "/admin/"
    assert {name: response.status_code for name, response in pages.items()} == dict.fromkeys(pages, 200)
    shown = "".join(response.text for response in pages.values())
    assert [secret for secret in secrets if secret in shown] == []


def test_page_of_a_deleted_row_redirects_with_a_message(operator: Client) -> None:
    page = operator.get(admin_url(Finding, "change", "no-such-id"), follow=True)

    assert page.redirect_chain == [("/admin/", 302)]
    assert "doesn’t exist. Perhaps it was deleted?" in page.content.decode()


@every_model
def test_no_form_contains_a_status_or_a_secret(db: None, model: type[Model]) -> None:
    row = ROWS[model](factories.scenario())
    request = RequestFactory().get("/")
    request.user = staff.superuser()
    page = admin.site._registry[model]

    fields: set[str] = set()
    if page.has_add_permission(request):
        fields |= set(page.get_form(request).base_fields)
    if page.has_change_permission(request, row):
        fields |= set(page.get_form(request, row, change=True).base_fields)

    assert not fields & (STATUSES | SECRETS)


@every_model
def test_only_groups_can_be_deleted(operator: Client, model: type[Model]) -> None:
    row = ROWS[model](factories.scenario())

    response = operator.post(admin_url(model, "delete", row.pk), {"post": "yes"})

    exists = model._default_manager.filter(pk=row.pk).exists()
    assert (response.status_code, exists) == (
        (302, False) if model._meta.label == "auth.Group" else (403, True)
    )


MALFORMED_EVERYWHERE: list[dict[str, Any]] = [
    {"q": "\x00"}, {"p": "99999999"}, {"project__id__exact": "\x00"}, {"status__exact": "\x00"},
]  # fmt: skip
MALFORMED: list[dict[str, Any]] = [
    {"q": "%_\\'\""}, {"p": "x"}, {"o": "9.-9"}, {"all": ""}, {"no_such__field": "1"}, {"is_active__exact": "\x00"},
    {"project__id__exact": "x"}, {"status__exact": "no such"},
]  # fmt: skip


@pytest.mark.slow
@every_model
def test_malformed_requests_cause_no_server_error(operator: Client, model: type[Model]) -> None:
    ROWS[model](factories.scenario())
    path = admin_url(model, "changelist")
    malformed = MALFORMED_EVERYWHERE + (MALFORMED if model is Finding else [])

    responses = [operator.get(path, params) for params in malformed]
    for action in ("no_such", *(admin.site._registry[model].actions or ())):
        chosen = {"action": getattr(action, "__name__", action), "_selected_action": ["x"], "index": "x"}
        responses.append(operator.post(path, chosen))
    locations = {urljoin(path, response["location"]) for response in responses if response.status_code == 302}
    followed = [operator.get(location, follow=True) for location in sorted(locations)]

    assert {response.status_code for response in responses} <= {200, 302, 400}
    assert {response.status_code for response in followed} <= {200}


@pytest.mark.slow
def test_dashboard_shows_projects_with_a_constant_number_of_queries(operator: Client) -> None:
    scenario = factories.scenario()
    factories.verification(
        scenario, of=factories.task(scenario, of=factories.finding(scenario, severity="critical"))
    )
    _, with_one = open_page(operator, "/admin/")
    for _ in range(5):
        factories.verification(factories.scenario())

    page, with_six = open_page(operator, "/admin/")

    row = next(row for row in page.context["projects"] if row["project"] == scenario.project)
    assert {name: row[name] for name in ("open", "critical", "ready", "pending")} == {
        "open": 1, "critical": 1, "ready": 0, "pending": 1,
    }  # fmt: skip
    assert with_six == with_one


def test_only_the_admin_allows_unsafe_eval(operator: Client, scenario: Scenario) -> None:
    allowed = [operator.get(path)["content-security-policy"] for path in ("/admin/", "/admin/accounts/user/")]
    allowed.append(Client().get("/admin/login/")["content-security-policy"])
    docs = operator.get("/api/docs")["content-security-policy"]
    strict = scenario.client.call("get", "tasks")["content-security-policy"]

    assert all("script-src 'self' 'unsafe-eval'" in policy for policy in allowed)
    assert "script-src 'self';" in docs
    assert "default-src 'none'" in strict
    assert "script-src" not in strict


def test_docs_page_has_no_inline_script(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    scripts = re.findall(r'<script src="([^"]+)"', page)
    script = client.get(scripts[-1])

    assert page.count("<script") == len(scripts)
    assert [finders.find(name.removeprefix("/static/")) is not None for name in scripts[:-1]] == [True] * 3
    assert script["content-type"] == "application/javascript"
    assert b"SwaggerUIBundle(" in script.content


def test_staff_see_only_what_they_have_permission_for(scenario: Scenario) -> None:
    user = User.objects.create_user("viewer@example.com", staff.PASSWORD, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_finding"))
    client = staff.logged_in_client(user)

    page = client.get("/admin/")
    entries = [item["title"] for group in page.context["sidebar_navigation"] for item in group["items"]]
    elsewhere = client.get(reverse("admin:remediation_task_changelist"))

    assert (page.status_code, elsewhere.status_code) == (200, 403)
    assert entries == ["Overview", "Findings"]
    assert "projects" not in page.context
    assert "activity" not in page.context


def test_person_whose_session_ended_in_a_form_is_warned_that_nothing_was_saved(db: None) -> None:
    def is_warned(path: str, method: str) -> bool:
        client = Client()
        getattr(client, method)(path)
        return SESSION_ENDED in client.get(reverse("admin:login")).content.decode()

    add, logout = admin_url(Finding, "add"), reverse("admin:logout")

    assert [is_warned(add, "post"), is_warned(add, "get"), is_warned(logout, "post")] == [True, False, False]


def test_users_who_are_not_staff_are_redirected_to_the_login(db: None, scenario: Scenario) -> None:
    anonymous = Client().get("/admin/")
    member = staff.logged_in_client(scenario.owner).get("/admin/")

    assert [response.status_code for response in (anonymous, member)] == [302, 302]


@pytest.mark.slow
@every_model
def test_title_of_a_list_is_its_name_in_the_menu(operator: Client, model: type[Model]) -> None:
    page = operator.get(admin_url(model, "changelist")).content.decode()

    title = re.search(r"<title>\s*(.*?)\s*</title>", page)
    heading = re.search(r'<span class="k-breadcrumb">(.*?)</span>\s', page, re.DOTALL)
    assert title is not None
    assert heading is not None
    name = title[1].removesuffix(" | Krafter Audit")
    assert not name.startswith("Select")
    assert re.sub("<[^>]*>", "", heading[1]).strip().endswith(name)


@pytest.mark.slow
@every_model
def test_page_of_a_row_has_the_name_of_the_row_as_its_title_and_shows_no_empty_json(
    scenario: Scenario, operator: Client, model: type[Model]
) -> None:
    row = ROWS[model](scenario)

    page = operator.get(admin_url(model, "change", row.pk)).text

    title = re.search(r"<title>\s*(.*?)\s*</title>", page)
    assert title is not None
    name = getattr(admin.site._registry[model], "describe_row", str)(row)
    assert html.unescape(title[1]).startswith(f"{name} | ")
    assert "Queued" not in title[1]  # the page of a scan updates its status, and not its title
    assert re.findall(r'class="readonly[^>]*>\s*(?:<pre[^>]*>)?(?:\[\]|\{\})', page) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [model for model in admin.site._registry if model is not User],
    ids=lambda model: model._meta.label,
)
def test_list_without_rows_says_how_to_fill_it(operator: Client, model: type[Model]) -> None:
    page = LexborHTMLParser(operator.get(admin_url(model, "changelist")).text)

    sentence, button = page.css_first(".k-empty p"), page.css_first(".k-empty a")
    words = [element.text(strip=True) for element in (sentence, button) if element]
    assert words != []
    assert [text for text in words if not re.fullmatch(r"[A-Z“].{20,}\.|Add .+", text)] == []


@every_model
def test_name_of_a_row_contains_neither_identifiers_nor_raw_dates(db: None, model: type[Model]) -> None:
    scenario = factories.scenario()
    row = ROWS[model](scenario)
    # The prefix of an API key is random, and may have an underscore.
    keys = (scenario.project.slug, getattr(row, "key_prefix", "-"), "check_key", getattr(row, "key", "-"))

    name = str(row)
    for known in keys:
        name = name.replace(str(known), "")
    assert not re.search(r"_|[0-9a-f]{8}-[0-9a-f]{4}-|\d{4}-\d\d-\d\d", name)


def test_list_names_the_organisation_only_to_people_of_several(scenario: Scenario) -> None:
    other = factories.scenario()
    user = staff.member_of(scenario.organization, "owner")
    client, url = staff.logged_in_client(user), admin_url(Project, "changelist")

    alone = client.get(url).context["cl"].list_display
    Membership.objects.create(organization=other.organization, user=user, role="viewer")
    several = client.get(url).context["cl"].list_display

    assert ("organization" in alone, "organization" in several) == (False, True)


def test_account_menu_has_the_name_of_the_person(scenario: Scenario) -> None:
    user = staff.member_of(scenario.organization, "viewer")
    User.objects.filter(pk=user.pk).update(name="Ada Lovelace")

    page = LexborHTMLParser(staff.logged_in_client(user).get("/admin/").text)

    words = page.css_first("button.k-account").text(separator=" ").split()
    assert words[-4:-1] == ["Ada", "Lovelace", user.email]
