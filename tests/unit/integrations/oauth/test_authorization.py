"""The sign-in pages of the providers."""

from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.oauth.authorization import authorization_url, is_offered
from integrations.providers.registry import PROVIDER_CLASSES

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
# Where each vendor documents its sign-in page, and the scopes.
DOCUMENTED = {
    "ga4": (
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://www.googleapis.com/auth/analytics.readonly",
    ),
    "gsc": (
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://www.googleapis.com/auth/webmasters.readonly",
    ),
    "sentry": ("https://sentry.io/oauth/authorize/", "org:read project:read event:read event:write"),
    "github": ("https://github.com/login/oauth/authorize", "repo security_events"),
    "gitlab": ("https://gitlab.com/oauth/authorize", "api"),
    "jira": (
        "https://auth.atlassian.com/authorize",
        "read:jira-work write:jira-work read:jira-user offline_access",
    ),
    "linear": ("https://linear.app/oauth/authorize", "read,write"),
    "cloudflare": ("https://dash.cloudflare.com/oauth2/auth", ""),
}


@pytest.mark.parametrize("provider", PROVIDER_CLASSES)
def test_sign_in_page_is_the_documented_one(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"KRAFTER_{provider.upper()}_CLIENT_ID", "id-of-ours")
    without_secret = is_offered(PROVIDER_CLASSES[provider])
    monkeypatch.setenv(f"KRAFTER_{provider.upper()}_CLIENT_SECRET", "secret-of-ours")

    url = authorization_url(
        PROVIDER_CLASSES[provider],
        redirect_uri="https://audit.example/back",
        state="s",
        code_verifier=VERIFIER,
    )

    query = parse_qs(urlsplit(url).query)
    assert (without_secret, is_offered(PROVIDER_CLASSES[provider])) == (False, True)
    assert (url.partition("?")[0], query.get("scope", [""])[0]) == DOCUMENTED[provider]
    assert (query["client_id"], query["state"], query["response_type"]) == (["id-of-ours"], ["s"], ["code"])
    assert query["code_challenge"] == ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"]
    assert "secret-of-ours" not in url


@pytest.mark.parametrize(
    ("provider", "server", "page"),
    [
        ("github", "https://github.acme.example/api/v3", "https://github.acme.example/login/oauth/authorize"),
        ("github", "https://api.acme.ghe.com", "https://acme.ghe.com/login/oauth/authorize"),
        ("gitlab", "https://gitlab.acme.example/api/v4", "https://gitlab.acme.example/oauth/authorize"),
        ("sentry", "https://sentry.acme.example", "https://sentry.acme.example/oauth/authorize/"),
        ("sentry", "https://de.sentry.io", "https://sentry.io/oauth/authorize/"),
    ],
)
def test_self_hosted_server_has_its_own_sign_in_page(
    provider: str, server: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"KRAFTER_{provider.upper()}_URL", server)

    url = authorization_url(PROVIDER_CLASSES[provider], redirect_uri="https://audit.example/back", state="s")

    assert url.partition("?")[0] == page
