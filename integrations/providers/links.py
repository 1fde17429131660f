"""URLs of a vendor: origins, a self-hosted server's address, and the Link header of a page."""

from urllib.parse import urlsplit

from integrations.providers.errors import ProviderRefused

type Origin = tuple[str, str, int | None]


def origin(url: str) -> Origin | None:
    """Return scheme, host and port of a URL; None without a host, or with user information."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.lower(), port


def server_url(given: object, *, title: str, example: str) -> str:
    """Return the `base_url` of the credentials without a trailing slash; empty where none is given.

    Raises ProviderRefused for anything but scheme, host, port and path: a token is sent there.
    """
    if given is None or given == "":
        return ""
    url = given.strip().rstrip("/") if isinstance(given, str) else ""
    is_plain = url.isascii() and url.isprintable() and not any(sign in url for sign in "@?#\\ ")
    found = origin(url) if is_plain else None
    if found is None or found[0] not in ("http", "https"):
        raise ProviderRefused(f"The base_url of {title} must be a URL such as {example}.")
    return url


def next_page(link: str) -> str | None:
    """Return the URL of rel="next" in a Link header (RFC 8288)."""
    for part in link.split(","):
        url, *parameters = part.split(";")
        if any(parameter.strip().lower() in ('rel="next"', "rel=next") for parameter in parameters):
            return url.strip().removeprefix("<").removesuffix(">")
    return None
