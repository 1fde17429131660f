"""Connect each provider by its form in the admin, and by a sign-in."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.urls import reverse

from accounts import services as accounts
from accounts.actors import SYSTEM
from accounts.models import Membership, Project
from integrations import services
from integrations.admin.connection_pages import SIGN_IN_KEY, SIGN_IN_SECONDS
from integrations.credentials import open_credentials
from integrations.models import Integration
from integrations.providers.registry import PROVIDER_CLASSES, PROVIDERS
from tests import factories, staff
from tests.fakes.token_endpoint import CLIENT_ID, CLIENT_SECRET
from tests.fakes.vendor_server import Answer, Request, listen
from tests.fakes.vendors import Vendor, serve
from tests.staff import messages_of
from tests.unit.integrations.oauth.service_account_key import KEY

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(params=PROVIDERS)
def vendor(
    request: pytest.FixtureRequest, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Vendor]:
    """Each provider in turn, with a token endpoint that issues the token that the vendor accepts."""
    with serve(request.param) as served:
        token = (served.signed_in or served.credentials).get("token")

        def issue(received: Request) -> Answer:
            served.requests.append(received)
            return 200, {}, {"access_token": token, "refresh_token": "rt-1234567", "expires_in": 3600}

        with listen(issue) as tokens:
            monkeypatch.setenv(f"KRAFTER_{request.param.upper()}_URL", f"{served.url}{served.base}")
            monkeypatch.setenv(f"KRAFTER_{request.param.upper()}_TOKEN_URL", f"{tokens}/token")
            yield served


@pytest.fixture
def client_of_ours(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """An OAuth client of the installation at the provider."""
    monkeypatch.setenv(f"KRAFTER_{vendor.name.upper()}_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv(f"KRAFTER_{vendor.name.upper()}_CLIENT_SECRET", CLIENT_SECRET)


def url(name: str, project: Project, provider: str) -> str:
    return reverse(f"admin:integrations_integration_{name}", args=[project.pk, provider])


def form_values(vendor: Vendor) -> dict[str, str]:
    """Return what a person enters for the vendor's credentials."""
    if vendor.name not in ("ga4", "gsc"):
        return dict(vendor.credentials)
    choices = {name: value for name, value in vendor.credentials.items() if name != "token"}
    return {"service_account": json.dumps(KEY), **choices}


def secrets_in(values: dict[str, str], provider: str) -> list[str]:
    return [
        value for name, value in values.items() if name not in PROVIDER_CLASSES[provider].public_credentials
    ]


def test_form_explains_tests_and_connects_each_provider(vendor: Vendor, project: Project) -> None:
    browser, values = staff.logged_in_client(), form_values(vendor)

    form = browser.get(url("connect", project, vendor.name)).content.decode()
    empty = browser.post(url("test", project, vendor.name), {}, headers={"hx-request": "true"})
    tested = browser.post(url("test", project, vendor.name), values, headers={"hx-request": "true"})
    stored_before = Integration.objects.filter(credentials__isnull=False).count()
    page = browser.post(url("connect", project, vendor.name), values, follow=True)

    row = Integration.objects.get(project=project, provider=vendor.name)
    title = PROVIDER_CLASSES[vendor.name].title
    assert all(
        field.help in form.replace("&gt;", ">").replace("&amp;", "&")
        for field in PROVIDER_CLASSES[vendor.name].credential_fields
    )
    assert "This field is required." in empty.content.decode()
    assert (f"{title} accepts the credentials." in tested.content.decode(), stored_before) == (True, 0)
    assert messages_of(page) == [f"{title} is connected. A sync has started."]
    assert (row.status, open_credentials(row)) == ("syncing", values)
    shown = form + tested.content.decode() + page.content.decode()
    shown += browser.get(url("connect", project, vendor.name)).content.decode()
    assert [secret for secret in secrets_in(values, vendor.name) if secret in shown] == []


def test_rejected_credentials_are_not_stored_and_not_shown(project: Project, github: Any) -> None:
    values = {"token": "ghp_rejected_0001", "repository": "acme/web-app"}

    page = staff.logged_in_client().post(url("connect", project, "github"), values)

    assert "GitHub does not accept the token: connect again." in page.content.decode()
    assert ("ghp_rejected_0001" in page.content.decode(), Integration.objects.count()) == (False, 0)


def test_unavailable_provider_can_be_connected_without_a_test(
    project: Project, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRAFTER_GITHUB_URL", "http://127.0.0.1:9")
    values = {"token": "ghp_0001", "repository": "acme/web-app"}

    refused = staff.logged_in_client().post(url("connect", project, "github"), values)
    stored_before = Integration.objects.count()
    staff.logged_in_client().post(url("connect", project, "github"), {**values, "without_test": "on"})

    assert ("The provider did not answer." in refused.content.decode(), stored_before) == (True, 0)
    assert Integration.objects.get().status == "syncing"


def test_reconnecting_with_another_choice_keeps_the_token(project: Project, github: Any) -> None:
    services.connect(
        project, "github", credentials={**github.credentials, "repository": "acme/old"}, by=SYSTEM
    )

    form = staff.logged_in_client().get(url("connect", project, "github")).content.decode()
    staff.logged_in_client().post(url("connect", project, "github"), {"repository": github.repository})

    assert 'value="acme/old"' in form
    assert open_credentials(Integration.objects.get()) == github.credentials


@pytest.mark.parametrize("page", ["connect", "test"])
def test_another_site_requires_the_token_again(project: Project, page: str) -> None:
    stored = {"email": "a@acme.example", "api_token": "jt-123456", "site": "acme", "project_key": "SHOP"}
    services.connect(project, "jira", credentials=stored, by=SYSTEM)
    values = {"site": "other", "project_key": "SHOP", "without_test": "on"}

    shown = staff.logged_in_client().post(url(page, project, "jira"), values)

    errors = shown.context["form"].errors
    assert errors == dict.fromkeys(
        ("email", "api_token"), ["Enter it too: the stored credentials are replaced."]
    )
    assert open_credentials(Integration.objects.get()) == stored


def test_replacing_one_secret_requires_the_others(project: Project) -> None:
    stored = {"email": "a@acme.example", "api_token": "jt-123456", "site": "acme", "project_key": "SHOP"}
    services.connect(project, "jira", credentials=stored, by=SYSTEM)
    values = {"site": "acme", "project_key": "SHOP", "email": "b@acme.example"}

    page = staff.logged_in_client().post(url("connect", project, "jira"), values)

    assert "Enter it too: the stored credentials are replaced." in page.content.decode()
    assert open_credentials(Integration.objects.get()) == stored


def test_sign_in_stores_the_tokens_with_the_choices_of_the_form(
    vendor: Vendor, client_of_ours: None, project: Project
) -> None:
    browser = staff.logged_in_client()
    public = PROVIDER_CLASSES[vendor.name].public_credentials
    choices = {
        name: value for name, value in {"site": "acme", **vendor.credentials}.items() if name in public
    }

    page = browser.post(url("signin", project, vendor.name), choices)
    query = parse_qs(urlsplit(page.context["url"]).query)
    back = browser.get(urlsplit(query["redirect_uri"][0]).path, {"code": "c0de", "state": query["state"][0]})

    stored = open_credentials(Integration.objects.get())
    exchange = vendor.requests[-1].body
    assert (back.status_code, page["refresh"]) == (302, f"0; url={page.context['url']}")
    assert (exchange["code"], exchange["redirect_uri"]) == ("c0de", query["redirect_uri"][0])
    assert ("code_challenge" in query) == ("code_verifier" in exchange)
    assert stored["token"] == (vendor.signed_in or vendor.credentials).get("token")
    assert {name: stored[name] for name in choices if name != "issue_type"} == choices


@pytest.mark.parametrize("vendor", ["github"], indirect=True)
def test_answer_of_a_sign_in_that_this_person_did_not_start_is_refused(
    client_of_ours: None, vendor: Vendor, project: Project
) -> None:
    browser, address = staff.logged_in_client(), reverse("admin:integrations_integration_signedin")
    browser.post(url("signin", project, vendor.name), {"repository": "acme/web-app"})

    refused = browser.get(address, {"code": "c0de", "state": "guessed"}, follow=True)
    repeated = browser.get(address, {"code": "c0de", "state": "guessed"}, follow=True)

    assert (
        messages_of(refused) + messages_of(repeated) == ["The sign-in was not completed. Start it again."] * 2
    )
    assert not Integration.objects.exists()


@pytest.mark.parametrize("vendor", ["github"], indirect=True)
def test_answer_of_a_sign_in_that_took_too_long_is_refused(
    client_of_ours: None, vendor: Vendor, project: Project, time_machine: Any
) -> None:
    browser, address = staff.logged_in_client(), reverse("admin:integrations_integration_signedin")
    started = browser.post(url("signin", project, vendor.name), {"repository": "acme/web-app"})
    [state] = parse_qs(urlsplit(started.context["url"]).query)["state"]

    time_machine.move_to(time.time() + SIGN_IN_SECONDS + 1)
    refused = browser.get(address, {"code": "c0de", "state": state}, follow=True)

    assert messages_of(refused) == ["The sign-in was not completed. Start it again."]
    assert not Integration.objects.exists()


@pytest.mark.parametrize("vendor", ["github"], indirect=True)
def test_sign_in_needs_the_choices_of_the_form(
    client_of_ours: None, vendor: Vendor, project: Project
) -> None:
    browser = staff.logged_in_client()

    page = browser.post(url("signin", project, vendor.name), {"repository": ""})

    assert page.context["form"].errors == {"repository": ["This field is required."]}
    assert SIGN_IN_KEY not in browser.session


@pytest.mark.parametrize("vendor", ["github"], indirect=True)
def test_sign_in_needs_a_client_of_the_installation(vendor: Vendor, project: Project) -> None:
    page = staff.logged_in_client().post(url("signin", project, vendor.name), {"repository": "acme/web-app"})

    assert page.status_code == 404


def test_tiles_show_every_provider_with_its_state(project: Project) -> None:
    services.connect(project, "jira", credentials={"api_token": "jt-123456"}, by=SYSTEM)

    page = staff.logged_in_client().get(
        reverse("admin:integrations_integration_add"), {"project": project.pk}
    )

    states = {
        tile["provider_class"].name: next((label for label, _ in tile["states"]), None)
        for tile in page.context["tiles"]
    }
    assert states == {**dict.fromkeys(PROVIDERS), "jira": "Connected"}


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("member", 403), ("admin", 200)])
def test_connecting_is_for_administrators_of_the_organisation(
    project: Project, role: str, status: int
) -> None:
    browser = staff.logged_in_client(staff.member_of(project.organization, role))
    other = factories.project()
    values = {"token": "ghp_0001", "repository": "acme/web-app", "without_test": "on"}

    own = [browser.get(reverse("admin:integrations_integration_add")).status_code]
    own += [browser.get(url("connect", project, "github")).status_code]
    foreign = [
        browser.post(url(name, other, "github"), values).status_code for name in ("connect", "test", "signin")
    ]

    assert (own, foreign) == ([status] * 2, [404] * 3)
    assert not Integration.objects.exists()


def test_member_of_two_organisations_connects_where_the_role_allows_it(project: Project) -> None:
    other = factories.project()
    user = staff.member_of(project.organization, Membership.Role.ADMIN)
    Membership.objects.create(organization=other.organization, user=user, role=Membership.Role.VIEWER)

    page = staff.logged_in_client(user).get(reverse("admin:integrations_integration_add"))

    assert page.context["projects"] == [project]


# ---- The filters of the list

FILTERS = "status__exact=error&q=acme"
KEPT = {"_changelist_filters": FILTERS}
GITHUB = {"token": "ghp_0001", "repository": "acme/web-app"}


def filters_of(address: str) -> list[str]:
    return parse_qs(urlsplit(address).query).get("_changelist_filters", [])


def test_providers_are_shown_of_the_chosen_project_or_the_only_one(project: Project) -> None:
    browser = staff.logged_in_client(staff.member_of(project.organization, Membership.Role.ADMIN))

    def shown(**query: str) -> Project | None:
        page = browser.get(reverse("admin:integrations_integration_add"), query)
        return page.context["project"]

    only = shown()
    other = accounts.create_project(project.organization, slug="shop", site_url="https://shop.example.com")
    among_two = [shown(), shown(project=str(other.pk)), shown(project=str(project.pk))]
    accounts.update_project(other, changes={"archived": True}, by=SYSTEM)

    assert [only, *among_two, shown()] == [project, None, other, project, project]


def test_provider_that_was_chosen_before_the_project_is_opened(project: Project) -> None:
    accounts.create_project(project.organization, slug="shop", site_url="https://shop.example.com")
    browser = staff.logged_in_client(staff.member_of(project.organization, Membership.Role.ADMIN))

    tiles = browser.get(reverse("admin:integrations_integration_changelist")).context["tiles"]
    [jira] = [tile["url"] for tile in tiles if tile["provider_class"].name == "jira"]
    question = browser.get(jira)
    answered = browser.get(jira, {"project": str(project.pk), "provider": "jira"})

    assert 'name="provider" value="jira"' in question.content.decode()
    assert answered.headers["location"] == url("connect", project, "jira")


def test_links_of_connecting_keep_the_filters_of_the_list(project: Project) -> None:
    row = services.connect(project, "github", credentials=GITHUB, by=SYSTEM)
    browser = staff.logged_in_client()
    change = reverse("admin:integrations_integration_change", args=[row.pk])

    page = browser.get(change, KEPT)
    form = browser.get(page.context["detail"]["connect_url"])
    providers = browser.get(reverse("admin:integrations_integration_add"), {"project": project.pk, **KEPT})
    stored = browser.post(page.context["detail"]["connect_url"], {**GITHUB, "without_test": "on"})
    webhook = reverse("admin:integrations_integration_webhook", args=[row.pk])
    secret = browser.post(f"{webhook}?{urlencode(KEPT)}", {"secret": "x" * 20})

    addresses = [
        form.context["back"],
        *[tile["url"] for tile in providers.context["tiles"]],
        stored["location"],
        secret["location"],
    ]
    assert [filters_of(address) for address in addresses] == [[FILTERS]] * len(addresses)
    assert f"{url('test', project, 'github')}?_changelist_filters=" in form.content.decode()


@pytest.mark.parametrize("vendor", ["github"], indirect=True)
@pytest.mark.parametrize("answer", [{}, {"code": "c0de"}])
def test_sign_in_keeps_the_filters_of_the_list(
    client_of_ours: None, vendor: Vendor, project: Project, answer: dict[str, str]
) -> None:
    browser = staff.logged_in_client()
    choices = {"repository": "acme/web-app"}
    page = browser.post(f"{url('signin', project, vendor.name)}?{urlencode(KEPT)}", choices)
    state = parse_qs(urlsplit(page.context["url"]).query)["state"][0]

    back = browser.get(reverse("admin:integrations_integration_signedin"), {"state": state, **answer})

    assert [filters_of(page.context["back"]), filters_of(back["location"])] == [[FILTERS]] * 2


def test_tiles_of_the_list_keep_its_filters(project: Project) -> None:
    services.connect(project, "github", credentials=GITHUB, by=SYSTEM)
    query = {"status__exact": "connected", "p": "0"}

    page = staff.logged_in_client().get(reverse("admin:integrations_integration_changelist"), query)

    urls = {tile["provider_class"].name: tile["url"] for tile in page.context["tiles"]}
    assert parse_qs(urls["github"].removeprefix("?")) == {
        "status__exact": ["connected"],
        "provider__exact": ["github"],
    }
    assert filters_of(urls["jira"]) == ["status__exact=connected&p=0"]
