from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.test import Client, RequestFactory
from pytest_httpserver import HTTPServer

from accounts.models import Membership, User
from accounts.sign_in.single_sign_on import RequestsSession, SocialAccountAdapter
from events.models import Event
from tests import staff
from tests.factories import Scenario
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, new_key

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

START, CALLBACK = "/admin/sign-on/sso/start/", "/admin/sign-on/sso/callback/"


@pytest.fixture
def provider(settings: Any, httpserver: HTTPServer) -> IdentityProvider:
    claims = {"sub": "person-1", "email": "Ada@Example.com", "email_verified": True}
    made = IdentityProvider(httpserver, claims)
    made.start()
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    settings.KRAFTER_OIDC_URL = made.issuer
    settings.KRAFTER_OIDC_CLIENT_ID, settings.KRAFTER_OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    return made


def create_user_ada(**fields: Any) -> User:
    return User.objects.create_user("ada@example.com", staff.PASSWORD, **{"is_staff": True, **fields})


def sign_on(provider: IdentityProvider, query: str = "") -> tuple[Client, Any]:
    client = Client()
    redirect = client.get(START + query)
    return client, client.get(CALLBACK, provider.authorize(redirect["location"]))


def outcome(client: Client, response: Any) -> tuple[int, bool]:
    return response.status_code, client.get("/admin/second-factor/").status_code == 200


def test_staff_sign_in_by_their_verified_address(provider: IdentityProvider) -> None:
    user = create_user_ada()

    client, response = sign_on(provider, "?next=/admin/sessions/")

    assert (outcome(client, response), response["location"]) == ((302, True), "/admin/sessions/")
    assert Event.objects.filter(name="sign_in.succeeded", subject_id=user.pk).count() == 1
    user.refresh_from_db()
    assert user.check_password(staff.PASSWORD)


def test_redirect_has_state_and_code_challenge(provider: IdentityProvider) -> None:
    location = Client().get(START)["location"]

    assert location.startswith(f"{provider.issuer}/authorize?client_id={CLIENT_ID}&redirect_uri=http")
    assert all(name in location for name in ("state=", "code_challenge=", "code_challenge_method=S256"))


@pytest.mark.parametrize(
    "fault",
    [
        {"claims": {"sub": "person-1", "email": "ada@example.com", "email_verified": False}},
        {"claims": {"sub": "person-1", "email": "ada@example.com"}},
        {"userinfo": {"sub": "another"}},
        {"claims": {"email": "ada@example.com", "email_verified": True}},
        {"id_token": {"iss": "https://attacker.example"}},
        {"id_token": {"aud": "another client"}},
        {"id_token": {"exp": 1_000_000_000}},
        {"signing_key": new_key()},
        {"algorithm": "HS256", "signing_key": "a symmetric secret of thirty-two bytes"},
        {"algorithm": "none", "signing_key": ""},
    ],
    ids=[
        "not verified",
        "no claim",
        "other subject",
        "no subject",
        "issuer",
        "audience",
        "expired",
        "signature",
        "HS256",
        "none",
    ],
)
def test_faulty_responses_of_the_provider_are_refused_without_a_sign_in(
    provider: IdentityProvider, fault: dict[str, Any]
) -> None:
    create_user_ada()
    for name, value in fault.items():
        setattr(provider, name, value)
    if fault.get("algorithm") == "none":
        provider.signing_key = None
        provider.key = None

    assert outcome(*sign_on(provider)) == (403, False)


@pytest.mark.parametrize("kind", ["unknown", "inactive", "not staff"])
def test_only_active_staff_sign_in(provider: IdentityProvider, kind: str) -> None:
    if kind != "unknown":
        create_user_ada(is_active=kind != "inactive", is_staff=kind != "not staff")
    users = User.objects.count()

    client, response = sign_on(provider)

    assert (outcome(client, response), User.objects.count()) == ((403, False), users)
    assert "ada@example.com has no access" in response.content.decode()
    assert Event.objects.filter(name="sign_in.refused").count() == 1


def test_state_of_another_browser_is_refused(provider: IdentityProvider) -> None:
    create_user_ada()
    query = provider.authorize(Client().get(START)["location"])
    victim = Client()
    victim.get(START)

    assert outcome(victim, victim.get(CALLBACK, query)) == (403, False)


def test_mapped_group_creates_a_member_with_its_role(
    provider: IdentityProvider, scenario: Scenario, settings: Any
) -> None:
    settings.KRAFTER_OIDC_GROUPS = [f"audit-team={scenario.organization.pk}:member"]
    provider.claims["groups"] = ["everybody", "audit-team"]

    client, response = sign_on(provider)

    [membership] = Membership.objects.filter(user__email="ada@example.com")
    assert outcome(client, response) == (302, True)
    assert (membership.organization, membership.role) == (scenario.organization, "member")
    assert (membership.user.is_staff, membership.user.is_superuser, membership.user.has_usable_password()) == (
        True, False, False,
    )  # fmt: skip


def test_address_that_no_user_can_have_is_refused(
    provider: IdentityProvider, scenario: Scenario, settings: Any
) -> None:
    provider.claims |= {"groups": ["audit-team"], "email": "İ@example.com"}
    settings.KRAFTER_OIDC_GROUPS = [f"audit-team={scenario.organization.pk}:member"]
    before = User.objects.count()

    client, response = sign_on(provider)

    assert (outcome(client, response), User.objects.count()) == ((403, False), before)


@pytest.mark.parametrize("subject", ["x" * 192, "person\0", ["person-1"]], ids=["long", "NUL", "list"])
def test_subject_that_cannot_be_stored_is_refused(provider: IdentityProvider, subject: Any) -> None:
    create_user_ada()
    provider.claims |= {"sub": subject}

    assert outcome(*sign_on(provider)) == (403, False)


def test_subject_of_191_characters_signs_in(provider: IdentityProvider) -> None:
    create_user_ada()
    provider.claims |= {"sub": "x" * 191}

    assert outcome(*sign_on(provider)) == (302, True)


def test_address_of_a_trusted_domain_needs_no_claim(provider: IdentityProvider, settings: Any) -> None:
    create_user_ada()
    settings.KRAFTER_OIDC_TRUSTED_DOMAINS = ["example.com"]
    del provider.claims["email_verified"]

    assert outcome(*sign_on(provider)) == (302, True)


@pytest.mark.parametrize("claim", [False, "false"])
def test_address_that_the_provider_calls_unverified_is_not_trusted(
    provider: IdentityProvider, settings: Any, claim: Any
) -> None:
    create_user_ada()
    settings.KRAFTER_OIDC_TRUSTED_DOMAINS = ["example.com"]
    provider.claims["email_verified"] = claim

    assert outcome(*sign_on(provider)) == (403, False)


@pytest.mark.parametrize("process", ["connect", "redirect", "other"])
def test_other_processes_of_allauth_are_a_sign_in(provider: IdentityProvider, process: str) -> None:
    create_user_ada()

    assert outcome(*sign_on(provider, f"?process={process}")) == (302, True)


@pytest.mark.parametrize("url", ["https://attacker.example/", "//attacker.example", "/\\attacker.example"])
def test_sign_in_leads_to_no_other_site(provider: IdentityProvider, url: str) -> None:
    create_user_ada()

    _, response = sign_on(provider, f"?next={url}")

    assert response["location"] == "/admin/"


def test_redirect_of_the_provider_signs_in_once(provider: IdentityProvider) -> None:
    create_user_ada()
    client = Client()
    query = provider.authorize(client.get(START)["location"])
    client.get(CALLBACK, query)
    client.post("/admin/logout/")

    assert outcome(client, client.get(CALLBACK, query)) == (403, False)


def test_required_second_factor_is_that_of_the_provider(provider: IdentityProvider, settings: Any) -> None:
    settings.KRAFTER_REQUIRE_SECOND_FACTOR = True
    create_user_ada()

    client, _ = sign_on(provider)

    assert client.get("/admin/").status_code == 200


def test_own_second_factor_is_needed_as_well(provider: IdentityProvider) -> None:
    TOTP.activate(create_user_ada(), "GEZDGNBVGY3TQOJQ")

    client, response = sign_on(provider)

    assert (response["location"], client.get("/admin/").status_code) == ("/admin/second-factor/code/", 302)


def test_provider_on_an_internal_address_is_not_requested(provider: IdentityProvider, settings: Any) -> None:
    settings.KRAFTER_ALLOWED_NETWORKS = ""

    response = Client().get(START)

    assert (response.status_code, provider.server.log) == (403, [])


def test_sign_in_page_offers_it_where_it_is_configured(provider: IdentityProvider, settings: Any) -> None:
    settings.KRAFTER_OIDC_NAME = "Example ID"

    shown = Client().get("/admin/login/?next=/admin/sessions/").content.decode()
    settings.KRAFTER_OIDC_URL = ""
    hidden = Client().get("/admin/login/").content.decode()

    assert 'href="/admin/sign-on/sso/start/?next=%2Fadmin%2Fsessions%2F"' in shown
    assert ("Sign in with Example ID" in " ".join(shown.split()), "Example ID" in hidden) == (True, False)
    assert Client().get(START).status_code == 404


@pytest.mark.parametrize(
    ("provider_id", "apps"), [(None, 1), ("sso", 1), ("openid_connect", 1), ("google", 0)]
)
def test_provider_of_the_settings_is_the_only_one(
    provider: IdentityProvider, settings: Any, provider_id: str | None, apps: int
) -> None:
    adapter, request = SocialAccountAdapter(), RequestFactory().get("/")

    found = adapter.list_apps(request, provider_id)
    settings.KRAFTER_OIDC_URL = ""

    assert (len(found), adapter.list_apps(request, provider_id)) == (apps, [])


@pytest.mark.parametrize("status", [400, 503])
def test_error_response_of_the_provider_raises_a_message_with_its_status(
    provider: IdentityProvider, status: int
) -> None:
    provider.server.expect_request("/faulty").respond_with_json({"sub": "person-1"}, status=status)

    answer = RequestsSession().get(provider.server.url_for("/faulty"))

    with pytest.raises(OAuth2Error, match=f"The identity provider answered {status}."):
        answer.raise_for_status()
