"""Single sign-on by OpenID Connect: staff are found by their verified e-mail address."""

import base64
import json
import logging
from dataclasses import dataclass
from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.datakit import parse_bool_safely
from allauth.socialaccount import app_settings
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.admin import site
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csp import csp_override

from accounts.models import User
from accounts.sign_in.account_events import log_account_event
from accounts.sign_in.group_mapping import create_from_groups
from krafter_audit.api.throttling.rate_limits import client_address
from krafter_audit.http.client import Client, HttpError, Limits, Response

logger = logging.getLogger(__name__)
PROVIDER_ID = "sso"
SIGNATURE_ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
LIMITS = Limits(total=10.0, body=1024 * 1024)


class IdentityProviderAdapter(OpenIDConnectOAuth2Adapter):
    """The identity provider, whose ID tokens' signatures are verified."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        id_token = self._verified(app, str(kwargs["response"].get("id_token", "")))
        userinfo = self._fetch_user_info(token.token)
        # OpenID Connect Core 1.0, section 5.3.2: otherwise the claims belong to another user.
        if not id_token.get("sub") or userinfo.get("sub") != id_token["sub"]:
            raise OAuth2Error("The subject of the user info is not that of the ID token.")
        if len(id_token["sub"]) > app_settings.UID_MAX_LENGTH or "\0" in id_token["sub"]:
            raise OAuth2Error("The subject is too long, or has a NUL character.")
        data = {"id_token": id_token, "userinfo": {**id_token, **userinfo}}
        return self.get_provider().sociallogin_from_response(request, data)

    def _verified(self, app: Any, id_token: str) -> dict[str, Any]:
        # allauth relies on TLS and skips the signature. A symmetric one could be made with the public key.
        try:
            algorithm = jwt.get_unverified_header(id_token).get("alg")
        except jwt.PyJWTError as error:
            raise OAuth2Error("There is no valid ID token.") from error
        if algorithm not in SIGNATURE_ALGORITHMS:
            raise OAuth2Error("The ID token has no asymmetric signature.")
        return jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def get_requests_session(self) -> "RequestsSession":
        return RequestsSession()

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Return the identity provider of the settings; those in the database have no effect."""
        if not settings.KRAFTER_OIDC_URL or provider not in (None, PROVIDER_ID, "openid_connect"):
            return []
        options = {
            "server_url": settings.KRAFTER_OIDC_URL,
            "oauth_pkce_enabled": True,
            "verified_email": settings.KRAFTER_OIDC_TRUSTED_DOMAINS,
        }
        app = SocialApp(provider="openid_connect", provider_id=PROVIDER_ID, name=settings.KRAFTER_OIDC_NAME)
        app.client_id, app.secret = settings.KRAFTER_OIDC_CLIENT_ID, settings.KRAFTER_OIDC_CLIENT_SECRET
        app.settings = options
        return [app]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        # The query of the start may name another process: connecting accounts has no page here.
        sociallogin.state.pop("process", None)
        email = _verified_address(sociallogin)
        user = User.objects.by_email(email) if email else None
        if user is None and email:
            user = create_from_groups(email, _groups(sociallogin))
        if user is None or not user.is_active or not user.is_staff:
            log_account_event(
                "sign_in.refused", user=user, request=request, email=email, address=client_address(request)
            )
            raise ImmediateHttpResponse(refused_page(request, email))
        sociallogin.user = user

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        logger.warning(
            "Single sign-on failed: %s", kwargs.get("exception") or "the answer has no valid state or code"
        )
        raise ImmediateHttpResponse(refused_page(request, ""))


def _verified_address(sociallogin: SocialLogin) -> str:
    claim = _claims(sociallogin).get("email_verified")
    # A trusted domain replaces a missing claim, but no negative one.
    if claim is not None and not parse_bool_safely(claim):
        return ""
    return next((address.email.lower() for address in sociallogin.email_addresses if address.verified), "")


def _claims(sociallogin: SocialLogin) -> dict[str, Any]:
    claims: dict[str, Any] = sociallogin.account.extra_data.get("userinfo", {})
    return claims


def _groups(sociallogin: SocialLogin) -> list[str]:
    groups = _claims(sociallogin).get("groups", [])
    return [str(group) for group in groups] if isinstance(groups, list) else []


@csp_override(settings.ADMIN_CSP)
def refused_page(request: HttpRequest, email: str) -> HttpResponse:
    """Return the page that says why single sign-on failed; `email` is the verified address, if any."""
    context = {**site.each_context(request), "title": "Single sign-on failed", "email": email}
    page = render_to_string("sign_in/sso_refused.html", context, request)
    return HttpResponse(page, status=403, headers={"cache-control": "no-store"})


class RequestsSession:
    """The methods of a session of `requests` that allauth calls; the project's HTTP client sends its requests."""

    def __enter__(self) -> "RequestsSession":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def get(self, url: str, **options: Any) -> "RequestsResponse":
        return self.request("GET", url, **options)

    def request(self, method: str, url: str, *, auth: Any = None, **options: Any) -> "RequestsResponse":
        """Send a request; `auth` has a username and a password. Raises OAuth2Error."""
        headers = dict(options.get("headers") or {})
        if auth is not None:
            pair = base64.b64encode(f"{auth.username}:{auth.password}".encode()).decode()
            headers["authorization"] = f"Basic {pair}"
        try:
            with Client(limits=LIMITS) as client:
                response = client.request(
                    method, url, headers=headers, params=options.get("params"), data=options.get("data")
                )
        except HttpError as error:
            raise OAuth2Error(f"The identity provider cannot be reached: {error}") from error
        return RequestsResponse(response)


@dataclass(frozen=True)
class RequestsResponse:
    response: Response

    @property
    def status_code(self) -> int:
        return self.response.status

    @property
    def headers(self) -> Any:
        return {name.lower(): value for name, value in self.response.headers.items()}

    @property
    def text(self) -> str:
        return self.response.body.decode("utf-8", "replace")

    @property
    def content(self) -> bytes:
        return self.response.body

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise OAuth2Error(f"The identity provider answered {self.status_code}.")

    def json(self) -> Any:
        try:
            return json.loads(self.response.body)
        except ValueError as error:
            raise OAuth2Error("The identity provider sent no JSON.") from error


def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _respond(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sign in the person whom the identity provider has redirected."""
    return _respond(OAuth2CallbackView, request, provider_id)


def _respond(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    if provider_id != PROVIDER_ID or not settings.KRAFTER_OIDC_URL:
        raise Http404
    try:
        response: HttpResponse = view.adapter_view(IdentityProviderAdapter(request, PROVIDER_ID))(request)
    # The response of the identity provider may lack a key, or have a value of another type.
    except (OAuth2Error, LookupError, TypeError, ValueError, AttributeError):
        logger.warning("Single sign-on failed.", exc_info=True)
        return refused_page(request, "")
    return response
