"""Where an address leads, and which one a Link header names next."""

from urllib.parse import urlsplit


def origin(address: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port of an address; None where it has none, or more in it than that."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.lower(), port


def next_page(link: str) -> str | None:
    """Return the address of rel="next" in a Link header."""
    for part in link.split(","):
        address, *parameters = part.split(";")
        if any(parameter.strip().lower() in ('rel="next"', "rel=next") for parameter in parameters):
            return address.strip().removeprefix("<").removesuffix(">")
    return None
