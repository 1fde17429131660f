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

from accounts.models import User
from findings.models import Finding
from krafter_audit.admin import base
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import ROWS, address

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
    return staff.browser()


def opened(operator: Client, path: str) -> tuple[Any, int]:
    """Open a page and return it with the number of statements that it cost."""
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as captured:
        page = operator.get(path)
    assert page.status_code == 200
    return page, len(captured)


@every_model
def test_a_list_costs_as_many_statements_with_five_rows_as_with_one(
    operator: Client, model: type[Model]
) -> None:
    ROWS[model](factories.scenario())
    path = address(model, "changelist")
    _, with_one = opened(operator, path)

    for _ in range(4):
        ROWS[model](factories.scenario())

    page, with_five = opened(operator, path)
    assert page.context["cl"].result_count >= 5
    assert with_five == with_one


def test_a_list_counts_no_further_than_it_must(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MAX_COUNTED", 3)
    scenario = factories.scenario()
    for _ in range(5):
        factories.finding(scenario)

    page = operator.get(reverse("admin:findings_finding_changelist"))

    assert "more than 3" in page.content.decode()


@every_model
def test_every_page_opens_and_shows_no_secret(operator: Client, model: type[Model]) -> None:
    row = ROWS[model](factories.scenario())
    secrets = [str(getattr(row, name)) for name in SECRETS - {"key"} if getattr(row, name, None)]
    page = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = staff.superuser()

    pages = {
        "list": operator.get(address(model, "changelist")),
        "row": operator.get(address(model, "change", row.pk)),
    }
    pages["history"] = operator.get(address(model, "history", row.pk))
    pages["search"] = operator.get(address(model, "changelist"), {"q": str(row.pk)})
    pages["gone"] = operator.get(address(model, "change", "no-such-id"))
    if page.has_add_permission(request):
        pages["add"] = operator.get(address(model, "add"))

    assert pages.pop("gone")["location"] == "/admin/"
    assert {name: response.status_code for name, response in pages.items()} == dict.fromkeys(pages, 200)
    html = "".join(response.content.decode() for response in pages.values())
    assert not [secret for secret in secrets if secret in html]


def test_what_is_gone_is_told_on_the_first_page(operator: Client) -> None:
    page = operator.get(address(Finding, "change", "no-such-id"), follow=True)

    assert page.redirect_chain == [("/admin/", 302)]
    assert "doesn’t exist. Perhaps it was deleted?" in page.content.decode()


@every_model
def test_no_form_has_a_status_or_a_secret(db: None, model: type[Model]) -> None:
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
def test_nothing_the_record_depends_on_can_be_deleted(operator: Client, model: type[Model]) -> None:
    row = ROWS[model](factories.scenario())

    refused = operator.post(address(model, "delete", row.pk), {"post": "yes"})

    kept = model._default_manager.filter(pk=row.pk).exists()
    assert (refused.status_code, kept) == ((302, False) if model._meta.label == "auth.Group" else (403, True))


STRANGE_EVERYWHERE: list[dict[str, Any]] = [
    {"q": "\x00"}, {"p": "99999999"}, {"project__id__exact": "\x00"}, {"status__exact": "\x00"},
]  # fmt: skip
STRANGE: list[dict[str, Any]] = [
    {"q": "%_\\'\""}, {"p": "x"}, {"o": "9.-9"}, {"all": ""}, {"no_such__field": "1"}, {"is_active__exact": "\x00"},
    {"project__id__exact": "x"}, {"status__exact": "no such"},
]  # fmt: skip


@every_model
def test_the_strange_is_told_and_breaks_nothing(operator: Client, model: type[Model]) -> None:
    ROWS[model](factories.scenario())
    path = address(model, "changelist")
    strange = STRANGE_EVERYWHERE + (STRANGE if model is Finding else [])

    answered = [operator.get(path, params) for params in strange]
    for action in ("no_such", *(admin.site._registry[model].actions or ())):
        chosen = {"action": getattr(action, "__name__", action), "_selected_action": ["x"], "index": "x"}
        answered.append(operator.post(path, chosen))
    led_to = {urljoin(path, response["location"]) for response in answered if response.status_code == 302}
    followed = [operator.get(place, follow=True) for place in sorted(led_to)]

    assert {response.status_code for response in answered} <= {200, 302, 400}
    assert {response.status_code for response in followed} <= {200}


def test_the_first_page_tells_where_projects_stand_at_a_constant_cost(operator: Client) -> None:
    scenario = factories.scenario()
    factories.verification(
        scenario, of=factories.task(scenario, of=factories.finding(scenario, severity="critical"))
    )
    _, with_one = opened(operator, "/admin/")
    for _ in range(5):
        factories.verification(factories.scenario())

    page, with_six = opened(operator, "/admin/")

    row = next(row for row in page.context["projects"] if row["project"] == scenario.project)
    assert {name: row[name] for name in ("open", "critical", "ready", "pending")} == {
        "open": 1, "critical": 1, "ready": 0, "pending": 1,
    }  # fmt: skip
    assert with_six == with_one


def test_the_admin_alone_may_evaluate_scripts(operator: Client, scenario: Scenario) -> None:
    allowed = [operator.get(path)["content-security-policy"] for path in ("/admin/", "/admin/accounts/user/")]
    allowed.append(Client().get("/admin/login/")["content-security-policy"])
    docs = operator.get("/api/docs")["content-security-policy"]
    strict = scenario.client.ask("get", "tasks")["content-security-policy"]

    assert all("script-src 'self' 'unsafe-eval'" in policy for policy in allowed)
    assert "script-src 'self';" in docs
    assert "default-src 'none'" in strict
    assert "script-src" not in strict


def test_docs_page_has_no_inline_script(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    scripts = re.findall(r'<script src="([^"]+)"', page)
    script = client.get(scripts[-1])

    assert page.count("<script") == len(scripts)
    assert [finders.find(name.removeprefix("/static/")) is not None for name in scripts[:-1]] == [True, True]
    assert script["content-type"] == "application/javascript"
    assert b"SwaggerUIBundle(" in script.content


def test_staff_see_what_they_may_see_and_no_more(scenario: Scenario) -> None:
    user = User.objects.create_user("viewer@example.com", staff.PASSWORD, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_finding"))
    client = staff.browser(user)

    page = client.get("/admin/")
    sections = {section["title"] for section in page.context["sidebar_navigation"]}
    elsewhere = client.get(reverse("admin:remediation_task_changelist"))

    assert (page.status_code, elsewhere.status_code) == (200, 403)
    assert sections == {"Findings"}
    assert "projects" not in page.context
    assert "recent_events" not in page.context


def test_strangers_and_people_who_are_not_staff_are_sent_to_the_way_in(db: None, scenario: Scenario) -> None:
    stranger = Client().get("/admin/")
    member = staff.browser(scenario.owner).get("/admin/")

    assert [response.status_code for response in (stranger, member)] == [302, 302]
