"""Admin pages of scans."""

import pytest
from django.test import Client

from accounts.actors import SYSTEM
from events.models import Event
from scanner import registry
from scans import jobs
from scans.admin.site_credentials import COOKIES_HELP_TEXT, HEADERS_HELP_TEXT
from scans.models import Scan, ScanPage, ScanResult, Site, SiteCredentials
from scans.services import scans
from scans.site_credentials.services import credentials_for
from tests import factories, staff
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite
from tests.staff import admin_url, messages_of, run_action

pytestmark = pytest.mark.slow


@pytest.fixture
def operator(db: None) -> Client:
    """Return a client that is logged in as a superuser."""
    return staff.logged_in_client()


def test_scan_now_queues_a_scan_and_logs_the_operator(scenario: Scenario, site: FaultySite) -> None:
    user = staff.superuser()
    scenario.project.site_url = site.url
    scenario.project.save()

    messages = messages_of(run_action(staff.logged_in_client(user), "scan_now", scenario.project))

    scan = Scan.objects.get()
    event = Event.objects.get(subject_id=scan.pk)
    assert messages == [f"production-website: a scan of {scan.url} is queued."]
    assert (scan.requested_by, event.actor, event.actor_id) == (user, "admin", user.pk)
    assert event.request_id


def test_scan_now_shows_a_message_for_each_project(operator: Client, site: FaultySite) -> None:
    fine, spent, inside = factories.scenario(), factories.scenario(ai_quota=0), factories.scenario()
    for scenario, url in ((fine, site.url), (spent, site.url), (inside, "http://169.254.169.254/")):
        scenario.project.site_url = url
        scenario.project.save()

    messages = messages_of(run_action(operator, "scan_now", fine.project, spent.project, inside.project))

    assert len(messages) == 3
    assert "is queued" in messages[0]
    assert messages[1].endswith("The organisation's quota for this month is used up.")
    assert "queued" not in messages[2]
    assert Scan.objects.get().project == fine.project


def test_form_shows_the_error_for_a_url_that_is_not_allowed(operator: Client, scenario: Scenario) -> None:
    form = {"project": scenario.project.pk, "url": "http://127.0.0.1/"}

    page = operator.post(admin_url(Scan, "add"), form)

    assert page.status_code == 200
    assert page.context["adminform"].form.errors == {
        "__all__": [
            "127.0.0.1 does not resolve to a public address. An operator can allow its network with the setting"
            " KRAFTER_ALLOWED_NETWORKS."
        ]
    }
    assert not Scan.objects.exists()


def test_page_of_a_running_scan_shows_its_progress_and_refreshes(
    operator: Client, scenario: Scenario, site: FaultySite
) -> None:
    scenario.project.site_url = site.url
    scenario.project.save()
    scan = scans.run(scenario.project, by=SYSTEM)
    waiting = operator.get(admin_url(Scan, "change", scan.pk))
    jobs.run_scan(str(scan.pk))
    half = operator.get(admin_url(Scan, "change", scan.pk))
    jobs.run_scan(str(scan.pk), "browser")

    over = operator.get(admin_url(Scan, "change", scan.pk))
    page = ScanPage.objects.get(part__scan=scan, part__scanner="http")
    failed = operator.get(
        admin_url(ScanResult, "changelist"), {"page__id__exact": page.pk, "outcome__exact": "failed"}
    )

    assert [response.headers.get("Refresh") for response in (waiting, half, over)] == ["5", "5", None]
    assert "HTTP: 1 of 1 page, " in half.content.decode()
    assert "pending" in half.content.decode()
    assert "pending" not in over.content.decode()
    rows = ScanResult.objects.filter(page=page, outcome="failed")
    assert failed.context["cl"].result_count == rows.count() > 0


def test_result_and_site_are_shown_in_words(operator: Client) -> None:
    result = staff.ROWS[ScanResult](factories.scenario())
    site = staff.ROWS[Site](factories.scenario())

    page = operator.get(admin_url(ScanResult, "change", result.pk)).content.decode()
    sites = operator.get(admin_url(Site, "changelist")).content.decode()

    for words in (
        "Failed",
        "700 ms (threshold 600 ms)",
        "700, 700, 700 ms",
        ">12 ms<",
        registry.get("ttfb").rule,
    ):
        assert words in page
    assert (str(site) in sites, "Not verified" in sites, "unverified" in sites) == (True, True, False)


def test_measurement_without_a_unit_has_no_space_for_it(operator: Client) -> None:
    result = staff.ROWS[ScanResult](factories.scenario())
    ScanResult.objects.filter(pk=result.pk).update(key="cls", value=0.25, threshold=0.1, unit="")

    page = operator.get(admin_url(ScanResult, "change", result.pk)).content.decode()

    assert "0.25 (threshold 0.1)" in page


CREDENTIALS = {"origin": "https://staging.example.com", "username": "ada", "password": "pa55word with blanks"}


def test_form_of_site_credentials_stores_them_and_never_shows_them(
    operator: Client, scenario: Scenario
) -> None:
    form = {
        **CREDENTIALS, "project": str(scenario.project.pk), "headers": "X-Key: k3y-4-staging",
        "cookies": "session=c00kie-v4lue\nother=1", "selector": ".who",
    }  # fmt: skip

    page = operator.post(admin_url(SiteCredentials, "add"), form, follow=True)

    assert messages_of(page) == [
        "The site credentials “https://staging.example.com” were added successfully."
    ]
    stored = credentials_for(scenario.project)
    assert stored is not None
    assert (stored.headers, stored.cookies, stored.basic) == (
        {"X-Key": "k3y-4-staging"},
        {"session": "c00kie-v4lue", "other": "1"},
        ("ada", CREDENTIALS["password"]),
    )
    row = operator.get(admin_url(SiteCredentials, "change", SiteCredentials.objects.get().pk))
    shown = page.content.decode() + row.content.decode()
    assert [
        secret for secret in ("k3y-4-staging", "c00kie-v4lue", CREDENTIALS["password"]) if secret in shown
    ] == []


@pytest.mark.parametrize(
    ("field", "expected"), [("headers", HEADERS_HELP_TEXT), ("cookies", COOKIES_HELP_TEXT)]
)
def test_form_of_site_credentials_says_how_a_line_of_headers_and_cookies_is_written(
    field: str, expected: str, operator: Client, scenario: Scenario
) -> None:
    form = {
        "project": str(scenario.project.pk),
        "origin": CREDENTIALS["origin"],
        field: "k3y-4-staging",
    }

    page = operator.post(admin_url(SiteCredentials, "add"), form)

    assert page.context["adminform"].form.errors == {field: [expected]}
    assert not SiteCredentials.objects.exists()


def test_form_of_site_credentials_has_no_words_of_the_database(operator: Client, scenario: Scenario) -> None:
    project = str(scenario.project.pk)
    form = {**CREDENTIALS, "project": project, "origin": "http://plain.example", "headers": "no colon"}

    page = operator.post(admin_url(SiteCredentials, "add"), form)

    assert page.context["adminform"].form.errors == {"headers": [HEADERS_HELP_TEXT]}


def test_invalid_form_of_site_credentials_does_not_show_the_password(
    operator: Client, scenario: Scenario
) -> None:
    form = {**CREDENTIALS, "project": str(scenario.project.pk), "origin": "http://plain.example"}

    page = operator.post(admin_url(SiteCredentials, "add"), form).content.decode()

    assert ("https origin" in page, CREDENTIALS["password"] in page) == (True, False)
    assert not SiteCredentials.objects.exists()


def test_page_of_a_site_updates_itself_while_its_ownership_is_verified(operator: Client) -> None:
    site = staff.ROWS[Site](factories.scenario())
    before = operator.get(admin_url(Site, "change", site.pk))

    run_action(operator, "verify", site)
    during = operator.get(admin_url(Site, "change", site.pk))
    Site.objects.filter(pk=site.pk).update(check_requested=False)
    after = operator.get(admin_url(Site, "change", site.pk))

    pages = [(page.headers.get("Refresh"), b"data-live" in page.content) for page in (before, during, after)]
    assert pages == [(None, False), ("5", True), (None, False)]
