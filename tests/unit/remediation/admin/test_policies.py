"""Pages of a policy: its form, the preview of a change, the change itself, and earlier versions."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from accounts.actors import SYSTEM
from accounts.models import Membership, User
from remediation.admin.policies import presentation
from remediation.models import Policy, PolicyVersion
from remediation.services import policies, recalculations
from remediation.sla.models import SlaRecalculation
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, member_of, messages_of, run_action

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def user(scenario: Scenario) -> User:
    """Return an administrator of the organisation."""
    return member_of(scenario.organization, Membership.Role.ADMIN)


def page_url(policy: Policy, page: str) -> str:
    return reverse(f"admin:remediation_policy_{page}", args=[policy.pk])


def form_values(operator: Client, policy: Policy, **values: Any) -> dict[str, Any]:
    """Return what the form of the policy sends with these values, by the names of their fields."""
    form = operator.get(admin_url(Policy, "change", policy.pk)).context["detail"]["form"]
    shown = {field.html_name: field.value() for field in form}
    sent = {name: value for name, value in {**shown, **values}.items() if value not in (None, False, "")}
    return {**sent, "base": json.dumps(policy.config), "etag": values.get("etag", "")}


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_preview_changes_nothing_and_its_plan_changes_what_it_lists(operator: Client, scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, severity="critical"))
    policy, due = policies.current(scenario.project), task.sla_due_at

    page = operator.post(
        page_url(policy, "preview"), form_values(operator, policy, **{"sla_hours.critical": "48"})
    )
    untouched = Policy.objects.get(pk=policy.pk).version
    sent = {name: page.context[name] for name in ("name", "etag", "plan_token")}
    sent["config"] = page.context["config_json"]
    operator.post(page_url(policy, "replace"), {**sent, "apply": "1"})

    task.refresh_from_db()
    policy.refresh_from_db()
    assert (page.context["impact"], untouched) == ([("Due dates of tasks move", 1)], 1)
    assert page.context["changes"] == [("SLA deadlines · Critical", "24 hours", "48 hours")]
    assert (policy.version, policy.config["sla_hours"]["critical"]) == (2, 48)
    assert (task.sla_due_at - due).total_seconds() == pytest.approx(86400, abs=2)


def test_preview_says_what_the_present_policy_would_change_without_the_edit(
    operator: Client, scenario: Scenario
):
    factories.task(scenario, of=factories.finding(scenario, domain="security", severity="low"))
    policy = policies.current(scenario.project)

    page = operator.post(
        page_url(policy, "preview"), form_values(operator, policy, **{"sla_hours.medium": "48"})
    )

    already_due = [("Open findings change from low to critical", 1), ("Due dates of tasks move", 1)]
    assert (page.context["impact"], page.context["impact_of_present"]) == (already_due, already_due)
    assert "Without this edit" in text_of(page)


def test_policy_for_new_tasks_alone_moves_no_due_date(operator: Client, scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, severity="critical"))
    policy, due = policies.current(scenario.project), task.sla_due_at
    page = operator.post(
        page_url(policy, "preview"), form_values(operator, policy, **{"sla_hours.critical": "48"})
    )
    sent = {name: page.context[name] for name in ("name", "etag", "plan_token")}

    operator.post(page_url(policy, "replace"), {**sent, "config": page.context["config_json"]})

    task.refresh_from_db()
    assert (policies.current(scenario.project).config["sla_hours"]["critical"], task.sla_due_at) == (48, due)


def test_login_that_leads_to_the_change_shows_the_policy_without_an_error(
    operator: Client, scenario: Scenario
):
    policy = policies.current(scenario.project)

    page = operator.get(page_url(policy, "replace"), follow=True)

    assert (page.redirect_chain, messages_of(page)) == ([(admin_url(Policy, "change", policy.pk), 302)], [])


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("sla_hours.critical", "soon", "Enter a number."),
        ("approvals.high", "11", "Ensure this value is less than or equal to 10."),
        ("guard.low", "7 days", "It must be a list of at most 10 times"),
    ],
)
def test_invalid_value_is_named_at_its_field(
    operator: Client, scenario: Scenario, name: str, value: str, error: str
):
    policy = policies.current(scenario.project)

    page = operator.post(page_url(policy, "preview"), form_values(operator, policy, **{name: value}))

    form = page.context["detail"]["form"]
    assert list(form.errors) == [name]
    assert form.errors[name][0].startswith(error)
    assert Policy.objects.get().version == 1


def test_each_invalid_field_is_described_by_its_error(operator: Client, scenario: Scenario) -> None:
    policy = policies.current(scenario.project)
    invalid = {"policy_name": "n" * 201, "sla_hours.critical": "soon", "checks.ttfb.threshold": "slow"}

    page = LexborHTMLParser(
        operator.post(page_url(policy, "preview"), form_values(operator, policy, **invalid)).content
    )
    described = [field.attributes["aria-describedby"] for field in page.css("form [aria-describedby]")]

    assert described == [f"policy_{name}_error" for name in invalid]
    assert [len(page.css(f'[id="{name}"]')) for name in described] == [1, 1, 1]


def test_business_hours_are_entered_as_fields_and_need_a_time_zone(operator: Client, scenario: Scenario):
    policy, hours = policies.current(scenario.project), "sla.business_hours"
    values = {f"{hours}.days.monday": "09:00-12:00, 13:00-17:00", f"{hours}.holidays": "AT"}

    refused = operator.post(page_url(policy, "preview"), form_values(operator, policy, **values))
    accepted = operator.post(
        page_url(policy, "preview"),
        form_values(operator, policy, **values, **{f"{hours}.time_zone": "Europe/Vienna"}),
    )

    assert list(refused.context["detail"]["form"].errors) == [f"{hours}.time_zone"]
    assert json.loads(accepted.context["config_json"])["sla"] == {
        "business_hours": {
            "time_zone": "Europe/Vienna", "days": {"monday": ["09:00-12:00", "13:00-17:00"]}, "holidays": "AT",
        }
    }  # fmt: skip
    assert ("SLA clock · Time zone", "all hours count", "Europe/Vienna") in accepted.context["changes"]


def test_form_warns_of_stored_parts_without_effect_and_shows_no_json(operator: Client, scenario: Scenario):
    config = {"sla_hours": {"critical": "soon"}, "alert_ruoting": {}}
    policy = policies.replace(scenario.project, config=config, name=None, by=SYSTEM)

    page = operator.get(admin_url(Policy, "change", policy.pk))

    shown = text_of(page)
    assert "alert_ruoting is ignored: did you mean alert_routing?" in shown
    assert "The stored value has no effect. It must be a number from 0" in shown


def test_change_since_the_preview_shows_a_new_preview(operator: Client, scenario: Scenario):
    policy = policies.current(scenario.project)
    page = operator.post(page_url(policy, "preview"), {"name": "Ours", "config": '{"sla_hours": {}}'})
    sent = {name: page.context[name] for name in ("name", "etag", "plan_token")}
    policies.replace(scenario.project, config={"scans": {}}, name="Theirs", by=SYSTEM)

    again = operator.post(page_url(policy, "replace"), {**sent, "config": page.context["config_json"]})

    assert "has changed since the preview" in text_of(again)
    assert again.context["changes"] == [("Schedule", "{}", "none"), ("SLA deadlines", "none", "{}")]
    assert Policy.objects.get().name == "Theirs"


def test_earlier_version_is_compared_and_restored_by_its_preview(operator: Client, scenario: Scenario):
    policy = policies.current(scenario.project)
    policies.replace(scenario.project, config={"sla_hours": {"critical": 1}}, name="Strict", by=SYSTEM)
    version = policy.versions.get()

    page = operator.get(page_url(policy, "compare"), {"before": version.pk})
    sent = {"name": version.name, "config": page.context["config_json"]}
    preview = operator.post(page_url(policy, "preview"), sent)
    operator.post(page_url(policy, "replace"), {**sent, "etag": preview.context["etag"]})

    policy.refresh_from_db()
    assert ("SLA deadlines · Critical", "24 hours", "1 hour") in page.context["changes"]
    assert (policy.name, policy.config, policy.version) == (version.name, policies.DEFAULT_CONFIG, 3)


def test_draft_returns_to_the_form_and_json_that_is_no_object_is_refused(
    operator: Client, scenario: Scenario
):
    policy = policies.current(scenario.project)

    draft = operator.post(
        page_url(policy, "preview"), {"name": "Ours", "config": '{"sla_hours": {"low": 7}}', "edit": "1"}
    )
    refused = operator.post(page_url(policy, "preview"), {"name": "Ours", "config": "[1]"}, follow=True)

    assert draft.context["detail"]["form"]["sla_hours.low"].value() == 7
    assert refused.context["adminform"].form["config"].value() == "[1]"
    assert staff.messages_of(refused) != []
    assert Policy.objects.get().version == 1


@pytest.mark.parametrize(
    ("step", "config"),
    [("preview", "[" * 100_000), ("preview", '{"a": NaN}'), ("replace", '{"a": NaN}')],
    ids=["very deep", "preview", "replace"],
)
def test_json_that_the_api_rejects_is_refused(operator: Client, scenario: Scenario, step: str, config: str):
    policy = policies.current(scenario.project)

    refused = operator.post(page_url(policy, step), {"name": "Ours", "config": config}, follow=True)

    assert refused.status_code == 200
    assert staff.messages_of(refused) != []
    assert Policy.objects.get().version == 1


@pytest.mark.parametrize("is_newest", [True, False])
def test_recalculation_that_ended_with_an_error_is_shown_until_the_next(
    operator: Client, scenario: Scenario, is_newest: bool
):
    policy = policies.current(scenario.project)
    ended = {"project": scenario.project, "policy_version": 2, "finished_at": timezone.now()}
    SlaRecalculation.objects.create(**ended, checked=312, error=recalculations.TOO_MANY_ATTEMPTS)
    if not is_newest:
        SlaRecalculation.objects.create(**ended)

    shown = text_of(operator.get(admin_url(Policy, "change", policy.pk)))

    says = "Due dates could not be recalculated by version 2 of the policy"
    assert (says in shown, recalculations.TOO_MANY_ATTEMPTS in shown) == (is_newest, is_newest)


@pytest.mark.parametrize("page", ["preview", "replace"])
def test_viewer_sees_the_policy_and_changes_nothing(scenario: Scenario, page: str):
    client = staff.logged_in_client(member_of(scenario.organization, Membership.Role.VIEWER))
    policy = policies.current(scenario.project)

    shown = client.get(admin_url(Policy, "change", policy.pk))
    posted = client.post(page_url(policy, page), {"name": "Mine", "config": "{}"})

    assert (shown.status_code, "Preview the changes" in text_of(shown)) == (200, False)
    assert (posted.status_code, Policy.objects.get().version) == (403, 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [(2.5, "2.5 hours"), (1, "1 hour"), (1_500_000, "1500000 hours"), (10**400, f"1{'0' * 400} hours")],
)
def test_number_of_any_size_is_shown_as_it_is(value: float, words: str) -> None:
    shown = presentation.changes({}, {"sla_hours": {"critical": value}})

    assert shown == [("SLA deadlines · Critical", "no due date", words)]


@pytest.mark.parametrize("value", ["{}", "[1]", '"hourly"', "1"])
def test_choice_of_an_invalid_type_is_shown_as_json(operator: Client, scenario: Scenario, value: str) -> None:
    policy = policies.current(scenario.project)
    config = f'{{"scans": {{"schedule": {value}}}}}'

    page = operator.post(page_url(policy, "preview"), {"name": "Ours", "config": config})

    assert page.status_code == 200
    assert value in [after for _, _, after in page.context["changes"]]


NO_VERSIONS = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}


def test_policy_form_replaces_the_config_with_its_key_order(
    operator: Client, user: User, scenario: Scenario
) -> None:
    policy = policies.current(scenario.project)
    config = '{"sla_hours": {"low": 1, "high": 2}, "alert_routing": {}}'

    operator.post(admin_url(Policy, "change", policy.pk), {"name": "Ours", "config": config, **NO_VERSIONS})

    policy.refresh_from_db()
    kept = PolicyVersion.objects.get()
    assert (policy.name, json.dumps(policy.config), policy.version) == ("Ours", config, 2)
    assert (kept.version, kept.name, kept.replaced_by) == (1, "Default Audit Policy", user)


@pytest.mark.parametrize("config", ["[1]", "{", "null", ""])
def test_policy_config_must_be_an_object(operator: Client, scenario: Scenario, config: str) -> None:
    policy = policies.current(scenario.project)

    page = operator.post(
        admin_url(Policy, "change", policy.pk), {"name": "Ours", "config": config, **NO_VERSIONS}
    )

    assert page.status_code == 200
    assert Policy.objects.get().version == 1


def test_policy_test_action_changes_nothing(operator: Client, scenario: Scenario) -> None:
    factories.finding(scenario, severity="critical")
    policy = policies.current(scenario.project)

    messages = messages_of(run_action(operator, "test", policy))

    assert messages == ["Default Audit Policy: 1 finding, 1 of them critical."]
    assert not PolicyVersion.objects.exists()


def test_policy_form_says_which_parts_are_ignored(operator: Client, scenario: Scenario) -> None:
    policy = policies.current(scenario.project)
    body = {"name": "Ours", "config": '{"sla": {"warnings": ["soon"]}}', **NO_VERSIONS}

    page = operator.post(admin_url(Policy, "change", policy.pk), body, follow=True)

    assert any("sla.warnings is ignored: it must be a list" in line for line in messages_of(page))
