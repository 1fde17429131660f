"""Credentials for pages behind a login: sent to their https origin only, and redacted from its responses."""

import base64
import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

REDACTED = "[hidden]"
MIN_SECRET_LENGTH = 4  # redacting shorter values would damage ordinary text


@dataclass(frozen=True, repr=False)
class RequestCredentials:
    """Headers, cookies and Basic authentication for one https origin."""

    origin: str  # `https://staging.example.com`
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    basic: tuple[str, str] | None = None
    selector: str = ""  # a page counts as logged in if this selector finds an element
    text: str = ""  # and this text occurs
    unusable_reason: str = ""  # why the credentials cannot be used, a sentence

    def __repr__(self) -> str:
        return f"RequestCredentials({self.origin!r})"

    def headers_for(self, origin: str) -> dict[str, str]:
        # Credentials are sent to no other origin, and never in clear text.
        if origin != self.origin or not origin.startswith("https://"):
            return {}
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.basic:
            headers["authorization"] = f"Basic {self._basic_token}"
        return headers

    def redact(self, value: Any) -> Any:
        """Return a JSON value with every secret replaced."""
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, REDACTED)
            return value
        if isinstance(value, Mapping):
            return {self.redact(key): self.redact(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.redact(item) for item in value]
        return value

    def redact_bytes(self, body: bytes) -> bytes:
        for secret in self._secrets:
            body = body.replace(secret.encode(), REDACTED.encode())
        return body

    @property
    def _basic_token(self) -> str:
        return base64.b64encode(":".join(self.basic or ()).encode()).decode()

    @cached_property
    def _secrets(self) -> tuple[str, ...]:
        secrets = {*self.headers.values(), *self.cookies.values()}
        secrets |= {word for value in self.headers.values() for word in value.split()}
        if self.basic:
            secrets |= {self.basic[1], self._basic_token, ":".join(self.basic)}
        forms = {form for secret in secrets if len(secret) >= MIN_SECRET_LENGTH for form in _forms(secret)}
        # The longest first, so that no secret is replaced only in part.
        return tuple(sorted(forms, key=len, reverse=True))


def _forms(secret: str) -> Iterable[str]:
    # The forms in which a page may repeat a value that it received.
    return {secret, html.escape(secret), quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1]}
