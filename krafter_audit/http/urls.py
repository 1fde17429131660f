import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

from krafter_audit.http.addresses import normalise_host, parse_address
from krafter_audit.http.errors import InvalidUrl, RefusedAddress

SCHEME_PORTS = {"http": 80, "https": 443}
_MAX_URL_LENGTH = 8192
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_SAFE = "%/?:@!$&'()*+,;=-._~[]|"  # not percent-encoded in a path or query


@dataclass(frozen=True)
class ParsedUrl:
    """A normalised http(s) URL."""

    scheme: str
    host: str  # without brackets
    port: int
    path: str  # with the query

    @classmethod
    def parse(cls, url: str) -> Self:
        """Parse a URL. Raises InvalidUrl, or RefusedAddress for other schemes, userinfo and unusual IP addresses."""
        # Parsers disagree about these characters: what one takes for the host is a path to another.
        if _UNSAFE.search(url) or len(url) > _MAX_URL_LENGTH:
            raise InvalidUrl("The URL contains spaces, control characters or backslashes, or is too long.")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise InvalidUrl("The URL's host or port is not valid.") from None
        scheme = parts.scheme.lower()
        if scheme not in SCHEME_PORTS:
            raise RefusedAddress("Only http and https URLs are allowed.")
        if "@" in parts.netloc:
            raise RefusedAddress("A URL with a user name or password is not allowed.")
        if not parts.hostname or port == 0:
            raise InvalidUrl("The URL has no host or no valid port.")
        query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
        path = quote(parts.path or "/", safe=_SAFE) + query
        return cls(scheme, normalise_host(_host(parts.netloc)), port or SCHEME_PORTS[scheme], path)

    def join(self, location: str) -> Self:
        """Resolve a Location header against this URL. Raises InvalidUrl."""
        # Browsers drop tabs and line breaks, and encode spaces.
        cleaned = _UNSAFE.sub(lambda found: quote(found[0]), re.sub(r"[\t\r\n]", "", location).strip())
        try:
            return self.parse(urljoin(self.url, cleaned))
        except ValueError:
            raise InvalidUrl("The Location header is not a valid URL.") from None

    @property
    def bracketed_host(self) -> str:
        address = parse_address(self.host)
        return f"[{self.host}]" if address and address.version == 6 else self.host

    @property
    def origin(self) -> str:
        port = "" if self.port == SCHEME_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.bracketed_host}{port}"

    @property
    def url(self) -> str:
        return self.origin + self.path


def _host(netloc: str) -> str:
    # As written and without brackets, which only an IPv6 address may have.
    found = re.fullmatch(r"\[([^\]]*:[^\]]*)\](?::\d*)?|([^\[\]:]*)(?::\d*)?", netloc)
    if not found:
        raise InvalidUrl("The URL's host is not valid.")
    return found[1] or found[2]
