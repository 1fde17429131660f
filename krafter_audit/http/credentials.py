"""What lets a look into a site behind a login, and what keeps it from everybody else.

It is sent to one https origin and to no other, and it is taken out of whatever that origin answers.
"""

import base64
import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

HIDDEN = "[hidden]"
SHORTEST = 4  # characters; a shorter value is no secret, and hiding it would tear texts apart


@dataclass(frozen=True, repr=False)
class Access:
    """Headers, cookies and a Basic login for one https origin, as `https://staging.example.com`.

    A page shows that it let us in by an element that `selector` finds or by `text` in it; where both are empty,
    nothing is asked of it. `broken` is the sentence that says why what is kept can't be used.
    """

    origin: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    basic: tuple[str, str] | None = None
    selector: str = ""
    text: str = ""
    broken: str = ""

    def __repr__(self) -> str:
        return f"Access({self.origin!r})"

    def sent_to(self, origin: str) -> dict[str, str]:
        """The headers that a request to this origin carries: all of it for the very origin, else none."""
        if origin != self.origin or not origin.startswith("https://"):
            return {}
        sent = {name.lower(): value for name, value in self.headers.items()}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.basic:
            sent["authorization"] = f"Basic {self._login}"
        return sent

    def hide(self, value: Any) -> Any:
        """A JSON value without the secrets, whichever way they are written in it."""
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, HIDDEN)
            return value
        if isinstance(value, Mapping):
            return {self.hide(key): self.hide(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.hide(one) for one in value]
        return value

    def hide_bytes(self, body: bytes) -> bytes:
        """A body without the secrets."""
        for secret in self._secrets:
            body = body.replace(secret.encode(), HIDDEN.encode())
        return body

    @property
    def _login(self) -> str:
        return base64.b64encode(":".join(self.basic or ()).encode()).decode()

    @cached_property
    def _secrets(self) -> tuple[str, ...]:
        """Every secret as it is and as pages write it, the longest first, so that none is left in halves."""
        known = {*self.headers.values(), *self.cookies.values()}
        known |= {word for value in self.headers.values() for word in value.split()}
        if self.basic:
            known |= {self.basic[1], self._login, ":".join(self.basic)}
        written = {form for secret in known if len(secret) >= SHORTEST for form in _forms(secret)}
        return tuple(sorted(written, key=len, reverse=True))


def _forms(secret: str) -> Iterable[str]:
    return {secret, html.escape(secret), quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1]}
