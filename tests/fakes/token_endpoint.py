"""A token endpoint on loopback whose refresh tokens rotate, with faults before and after a refresh."""

from dataclasses import dataclass, field
from typing import Any

import jwt

from tests.fakes.vendor_server import Answer, RawAnswer, Request

CLIENT_ID, CLIENT_SECRET = "client-of-ours", "client-secret-of-ours-0123456789abcdef"
SENTRY_GRANT_TYPE = "urn:sentry:params:oauth:grant-type:jwt-bearer"
INSTALLATION_PATH = "/authorizations/"


@dataclass
class TokenEndpoint:
    """Issues `access_token` for the current refresh token, which each refresh replaces.

    `has_leeway`: the refresh token before the current one is accepted, too, as at vendors that expect lost answers.
    """

    access_token: str
    refresh_token: str = "rt-0000000"
    has_leeway: bool = True
    # Answers instead of a refresh.
    faults: list[Answer | RawAnswer] = field(default_factory=list)
    # Answers after a refresh that has succeeded: the client does not receive the new tokens.
    losses: list[Answer | RawAnswer] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    previous: str = ""

    def answer(self, request: Request) -> Answer | RawAnswer:
        """Answer one request."""
        self.requests.append(request)
        if self.faults:
            return self.faults.pop(0)
        is_installation = request.path.endswith(INSTALLATION_PATH)
        if not self._is_accepted(request):
            refusal = {"detail": "Unauthorized"} if is_installation else {"error": "invalid_grant"}
            return (403 if is_installation else 400), {}, refusal
        self.previous, self.refresh_token = self.refresh_token, f"rt-{len(self.requests):07}"
        issued = self._tokens(is_installation)
        return self.losses.pop(0) if self.losses else (200, {}, issued)

    def _is_accepted(self, request: Request) -> bool:
        if request.body["grant_type"] == SENTRY_GRANT_TYPE:
            sent = request.headers["authorization"].removeprefix("Bearer ")
            claims = jwt.decode(sent, CLIENT_SECRET, algorithms=["HS256"])
            return {"iat", "exp", "jti"} <= set(claims) and claims["iss"] == claims["sub"] == CLIENT_ID
        accepted = {self.refresh_token, self.previous if self.has_leeway else self.refresh_token}
        return request.body["refresh_token"] in accepted

    def _tokens(self, is_installation: bool) -> dict[str, Any]:
        if is_installation:
            return {"token": self.access_token, "refreshToken": self.refresh_token}
        return {"access_token": self.access_token, "refresh_token": self.refresh_token, "expires_in": 3600}
