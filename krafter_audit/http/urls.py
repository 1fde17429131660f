import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

from krafter_audit.http.addresses import normalise_host, parse_address
from krafter_audit.http.errors import InvalidUrl, RefusedAddress

SCHEME_PORTS = {"http": 80, "https": 443}
USE_WEB_URL = "Use a URL that begins with http:// or https://, such as https://example.com."
MAX_STORED_LENGTH = 2000  # characters of a URL in the database
MAX_LENGTH = 8192  # characters of a URL that is requested
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
# WHATWG URL, 4.4: the basic URL parser.
_STRIPPED = "".join(map(chr, range(33)))
_DROPPED = re.compile(r"[\t\n\r]")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_RELATIVE_PATH = re.compile(r"(?![a-zA-Z][a-zA-Z0-9+.-]*:)[^/?#]")
_SCHEME_AND_SLASHES = re.compile(r"((?:https?:)?)(/*)", re.IGNORECASE)
_WITHOUT_HOST = re.compile(r"(?:https?:)?/{2,}(?:[?#]|\Z)", re.IGNORECASE)
_BEFORE_QUERY = re.compile(r"\A[^?#]+")
_DOT_SEGMENT = re.compile(r"https?:[^?#]*/\.\.?(?:[/?#]|\Z)")
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
        # Parsers disagree about these characters: the host of one parser is the path of another.
        if _UNSAFE.search(url) or len(url) > MAX_LENGTH:
            raise InvalidUrl("The URL contains spaces, control characters or backslashes, or is too long.")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise InvalidUrl("The URL's host or port is not valid.") from None
        scheme = parts.scheme.lower()
        if scheme not in SCHEME_PORTS:
            raise RefusedAddress(USE_WEB_URL)
        if "@" in parts.netloc:
            raise RefusedAddress("A URL with a user name or password is not allowed.")
        if not parts.hostname or port == 0:
            raise InvalidUrl("The URL has no host or no valid port.")
        query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
        path = quote(parts.path or "/", safe=_SAFE) + query
        return cls(scheme, normalise_host(_host(parts.netloc)), port or SCHEME_PORTS[scheme], path)

    def join(self, location: str) -> Self:
        """Resolve a Location header against this URL. Raises InvalidUrl."""
        try:
            return self.parse(resolve(self.url, location))
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


def resolve(base: str, reference: str) -> str:
    """Resolve a reference against a URL as browsers do. Raises ValueError."""
    cleaned = _with_two_slashes(base, _cleaned(reference))
    if _WITHOUT_HOST.match(cleaned):
        raise ValueError("the URL has no host")  # urljoin would return the base
    if _RELATIVE_PATH.match(cleaned):
        # urljoin leaves out empty segments of a relative path, also those of the base.
        parts = urlsplit(base)
        cleaned = f"{parts.scheme}://{parts.netloc}{parts.path.rpartition('/')[0]}/{cleaned}"
    url = urljoin(base, cleaned)
    if "/." not in url or not _DOT_SEGMENT.match(url):
        return url
    # Resolved once more, the path of a URL that was absolute has none.
    return urljoin(url, urlsplit(url)._replace(scheme="", netloc="").geturl())


def _cleaned(reference: str) -> str:
    text = _DROPPED.sub("", reference.strip(_STRIPPED))
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in SCHEME_PORTS:
        return text
    # A backslash is a slash only before the query.
    path = _BEFORE_QUERY.sub(lambda found: found[0].replace("\\", "/"), text, count=1)
    return _UNSAFE.sub(lambda found: quote(found[0]), path)


def _with_two_slashes(base: str, reference: str) -> str:
    """Put two slashes before the host of a reference that names one: it may have more, or none after another scheme."""
    found = _SCHEME_AND_SLASHES.match(reference)
    scheme, slashes = found.groups() if found else ("", "")
    is_other_scheme = bool(scheme) and not base.lower().startswith(scheme.lower())
    if len(slashes) < 2 and not is_other_scheme:
        return reference
    return f"{scheme}//{reference[len(scheme) + len(slashes) :]}"


def _host(netloc: str) -> str:
    # As written and without brackets, which only an IPv6 address may have.
    found = re.fullmatch(r"\[([^\]]*:[^\]]*)\](?::\d*)?|([^\[\]:]*)(?::\d*)?", netloc)
    if not found:
        raise InvalidUrl("The URL's host is not valid.")
    return found[1] or found[2]
