"""Requests to a vendor's token endpoint (RFC 6749)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

# RFC 6749, section 5.2, and GitHub's own codes. All other errors may pass.
GRANT_ERRORS = frozenset({"invalid_grant", "bad_refresh_token"})
CLIENT_ERRORS = frozenset(
    {
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "incorrect_client_credentials",
    }
)


@dataclass(frozen=True)
class TokenRequest:
    url: str
    encoding: str  # “form” or “json”
    fields: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OAuth:
    token_url: str
    encoding: str = "form"
    repeated_fields: tuple[str, ...] = ()  # of the code exchange, in every refresh too: `redirect_uri`
    scope: str = ""  # of a service account's request, for vendors that have service accounts
    authorize_url: str = ""  # the page on which a person signs in
    authorize_fields: tuple[tuple[str, str], ...] = ()  # parameters besides those of RFC 6749
    requested_scope: str = ""  # what the person grants
    has_pkce: bool = False  # the vendor documents RFC 7636

    def web_url(self, api_url: str) -> str:
        """Return the web address of the self-hosted server whose API is at `api_url`; empty for the vendor's own."""
        return ""

    def on_server(self, url: str, api_url: str) -> str:
        """Return the address of one of the vendor's pages at the server whose API is at `api_url`."""
        # A self-hosted server issues its own tokens, by the paths of the vendor's own.
        server = self.web_url(api_url)
        return f"{server}{urlsplit(url).path}" if server else url

    def token_request(self, api_url: str, token_url: str, fields: Mapping[str, str]) -> TokenRequest:
        """Return the request to send; `token_url` is the operator's setting, which takes precedence."""
        return TokenRequest(token_url or self.on_server(self.token_url, api_url), self.encoding, fields)

    def read(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a response with the field names of RFC 6749."""
        return body

    def error_code(self, status: int, body: Mapping[str, Any]) -> str:
        """Return the error code of RFC 6749 in a response; empty without one."""
        code = body.get("error")
        return code if isinstance(code, str) else ""

    def recovery_request(self, api_url: str, fields: Mapping[str, str]) -> TokenRequest | None:
        """Return the request for new tokens without a refresh token, if the vendor has one."""
        return None
