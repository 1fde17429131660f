"""How the vendors turn a code, or a refresh token, into tokens. Source: RFC 6749 and the vendors' own pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Endpoint:
    """Where to send what. `body` is "form" or "json"."""

    url: str
    body: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class OAuth:
    """A vendor's token endpoint: its address and whether it reads a form or JSON.

    `refreshed_with`: what came with the code and is to come with every refresh again, as `redirect_uri`. `scope`: what
    a service account asks for, where the vendor has such accounts.
    """

    token_url: str
    body: str = "form"
    refreshed_with: tuple[str, ...] = ()
    scope: str = ""

    def at(self, api_url: str) -> str:
        """Return the token endpoint that belongs to the API's address; an empty one is the vendor's own."""
        return self.token_url

    def endpoint(self, api_url: str, token_url: str, asked: Mapping[str, str]) -> Endpoint:
        """Return where and how to ask; `token_url` is the operator's word where he has one."""
        return Endpoint(token_url or self.at(api_url), self.body, asked)

    def read(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an answer in the words of RFC 6749."""
        return told


def web_root(api_url: str, end: str) -> str:
    """Return the address without the API's path at its end."""
    return api_url.rstrip("/").removesuffix(end)


class GitLabOAuth(OAuth):
    """A GitLab of one's own gives its own tokens, under its web address."""

    def at(self, api_url: str) -> str:
        """Return `https://HOST[/relative]/oauth/token`."""
        return f"{web_root(api_url, '/api/v4')}/oauth/token" if api_url else self.token_url


class GitHubOAuth(OAuth):
    """GitHub Enterprise gives its own tokens: a server at its host, a tenant of ghe.com without the `api.`."""

    def at(self, api_url: str) -> str:
        """Return `https://HOST/login/oauth/access_token`."""
        parts = urlsplit(api_url)
        if not parts.netloc or parts.netloc == "api.github.com":
            return self.token_url
        host = parts.netloc.removeprefix("api.") if parts.netloc.endswith(".ghe.com") else parts.netloc
        return f"{parts.scheme}://{host}/login/oauth/access_token"


class SentryOAuth(OAuth):
    """Sentry has two ways: OAuth applications, and installations of a public integration, with JSON of their own."""

    def at(self, api_url: str) -> str:
        """Return `https://HOST/oauth/token/`; the regions of sentry.io share one."""
        host = urlsplit(api_url).hostname or "sentry.io"
        shared = host == "sentry.io" or host.endswith(".sentry.io")
        return self.token_url if shared else f"{_sentry_root(api_url)}/oauth/token/"

    def endpoint(self, api_url: str, token_url: str, asked: Mapping[str, str]) -> Endpoint:
        """Ask for an installation's tokens where it is named."""
        installation = asked.get("installation_id")
        if not installation:
            return super().endpoint(api_url, token_url, asked)
        root = _sentry_root(api_url) or "https://sentry.io"
        fields = {name: value for name, value in asked.items() if name != "installation_id"}
        return Endpoint(
            f"{root}/api/0/sentry-app-installations/{installation}/authorizations/", "json", fields
        )

    def read(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """Installations answer in words of Sentry's own."""
        if "token" not in told:
            return told
        names = {"access_token": "token", "refresh_token": "refreshToken", "expires_at": "expiresAt"}
        return {ours: told[theirs] for ours, theirs in names.items() if told.get(theirs)}


def _sentry_root(api_url: str) -> str:
    return web_root(api_url, "/api/0")
