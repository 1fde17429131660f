"""How a vendor's token endpoint is called (RFC 6749)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TokenRequest:
    """A request to a token endpoint. `encoding` is "form" or "json"."""

    url: str
    encoding: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class OAuth:
    """A vendor's token endpoint.

    `repeated_fields`: fields of the code exchange that every refresh repeats, such as `redirect_uri`. `scope`: the
    scope of a service account's request, for vendors that have service accounts.
    """

    token_url: str
    encoding: str = "form"
    repeated_fields: tuple[str, ...] = ()
    scope: str = ""

    def token_url_for(self, api_url: str) -> str:
        """Return the token endpoint of the server whose API is at `api_url`; empty means the vendor's own."""
        return self.token_url

    def token_request(self, api_url: str, token_url: str, fields: Mapping[str, str]) -> TokenRequest:
        """Return the request to send; `token_url` is the operator's setting and wins where set."""
        return TokenRequest(token_url or self.token_url_for(api_url), self.encoding, fields)

    def read(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a response with the field names of RFC 6749."""
        return body
