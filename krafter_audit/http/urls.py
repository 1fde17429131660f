"""A URL, taken apart, checked and put together again in one spelling."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

from krafter_audit.http.addresses import address_of, normalise_host
from krafter_audit.http.errors import BadUrl, RefusedAddress

SCHEME_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_KEPT = "%/?:@!$&'()*+,;=-._~[]|"  # left as it is in a path or query; everything else is percent-encoded


@dataclass(frozen=True)
class Target:
    """Where a request goes: `path` includes the query, `host` is normalised and has no brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Take a URL apart.

        Raises BadUrl for what is none; RefusedAddress for other schemes, userinfo, odd forms of addresses.
        """
        if _UNSAFE.search(url) or len(url) > 8192:
            raise BadUrl("The URL holds spaces, control characters or backslashes, or is too long.")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise BadUrl("The URL's host or port is not valid.") from None
        scheme = parts.scheme.lower()
        if scheme not in SCHEME_PORTS:
            raise RefusedAddress("Only http and https are asked.")
        if "@" in parts.netloc:
            raise RefusedAddress("A URL with a user name or password is not asked.")
        if not parts.hostname or port == 0:
            raise BadUrl("The URL names no host or no valid port.")
        path = quote(parts.path or "/", safe=_KEPT) + (
            f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
        )
        return cls(scheme, normalise_host(_host(parts.netloc)), port or SCHEME_PORTS[scheme], path)

    def redirected(self, location: str) -> Self:
        """Where a Location header leads to; blanks in it are encoded, as browsers do."""
        cleaned = _UNSAFE.sub(lambda found: quote(found[0]), re.sub(r"[\t\r\n]", "", location).strip())
        try:
            return self.parse(urljoin(self.url, cleaned))
        except ValueError:
            raise BadUrl("The Location is not a valid URL.") from None

    @property
    def bracketed(self) -> str:
        address = address_of(self.host)
        return f"[{self.host}]" if address and address.version == 6 else self.host

    @property
    def origin(self) -> str:
        port = "" if self.port == SCHEME_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.bracketed}{port}"

    @property
    def url(self) -> str:
        return self.origin + self.path


def _host(netloc: str) -> str:
    """The host as it was written; what stands in brackets has to be an IPv6 address."""
    found = re.fullmatch(r"\[([^\]]*:[^\]]*)\](?::\d*)?|([^\[\]:]*)(?::\d*)?", netloc)
    if not found:
        raise BadUrl("The URL's host is not valid.")
    return found[1] or found[2]
