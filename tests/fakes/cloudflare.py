"""A small Cloudflare: one zone and its settings."""

from typing import Any

from tests.fakes.vendor_server import Answer, Request

TOKEN = "cfut_Zm9yLXRlc3RzLW9ubHk0NzEx"
ZONE_ID = "023e105f4ecef8ad9ca31a8372d0c353"
ACCOUNT_ID = "a1"
CREDENTIALS = {"api_token": TOKEN, "zone_id": ZONE_ID}
SIX_MONTHS = 15_552_000


def hsts(enabled: bool = True, max_age: float = SIX_MONTHS) -> dict[str, Any]:
    """Return the value of the setting `security_header`."""
    return {"strict_transport_security": {"enabled": enabled, "max_age": max_age, "preload": False}}


SECURE: dict[str, Any] = {
    "ssl": "strict",
    "always_use_https": "on",
    "min_tls_version": "1.2",
    "tls_1_3": "on",
    "automatic_https_rewrites": "on",
    "security_header": hsts(),
    "security_level": "medium",
    "browser_check": "on",
    "development_mode": "off",
    "http3": "on",
    "brotli": "on",
    "early_hints": "on",
    "dnssec": "active",
}


def failure(code: int, message: str) -> dict[str, Any]:
    """Return an envelope with an error."""
    return {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}


def success(result: Any) -> dict[str, Any]:
    """Return an envelope with a result."""
    return {"success": True, "errors": [], "messages": [], "result": result}


class FakeZone:
    """Routes requests to the zone and its settings."""

    def __init__(self) -> None:
        self.settings = dict(SECURE)
        self.token_status = "active"
        # Settings that the token may not read.
        self.denied: set[str] = set()
        # The message does not tell a permission from a token.
        self.denial = "Invalid access token"
        # API tokens of an account are not those of a user.
        self.is_account_token = False

    def __call__(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 403, {}, failure(9109, "Invalid access token")
        if request.path.endswith("/tokens/verify"):
            return self._verify(request.path)
        if request.path.rpartition("/")[2] in self.denied:
            return 403, {}, failure(9109, self.denial)
        start = f"/zones/{ZONE_ID}"
        if request.path == start:
            return 200, {}, success({"id": ZONE_ID, "name": "example.com", "account": {"id": ACCOUNT_ID}})
        if request.path == f"{start}/dnssec":
            return 200, {}, success({"status": self.settings["dnssec"]})
        name = request.path.removeprefix(f"{start}/settings/")
        if name in self.settings:
            return 200, {}, success({"id": name, "value": self.settings[name], "editable": True})
        return 404, {}, failure(7003, "No route for the URI")

    def _verify(self, path: str) -> Answer:
        owner = f"/accounts/{ACCOUNT_ID}" if self.is_account_token else "/user"
        if path != f"{owner}/tokens/verify":
            return 401, {}, failure(1000, "Invalid API Token")
        if self.token_status == "revoked":
            return 401, {}, failure(1000, "Invalid API Token")
        return 200, {}, success({"id": "ed17574386854bf78a67040be0a770b0", "status": self.token_status})
