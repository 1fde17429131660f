"""Where an address leads, and which one a Link header names next."""

from urllib.parse import urlsplit

from integrations.providers.errors import Refused


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


def address_of(named: object, title: str, example: str) -> str:
    """Return the address that somebody named as `base_url`, without a slash at its end; empty where none is named.

    Raises Refused for anything but scheme, host, port and path: a token is going to be sent there.
    """
    if named is None or named == "":
        return ""
    bare = named.strip().rstrip("/") if isinstance(named, str) else ""
    is_plain = bare.isascii() and bare.isprintable() and not any(sign in bare for sign in "@?#\\ ")
    found = origin(bare) if is_plain else None
    if found is None or found[0] not in ("http", "https"):
        raise Refused(f"The base_url of {title} must be an address such as {example}.")
    return bare


def next_page(link: str) -> str | None:
    """Return the address of rel="next" in a Link header."""
    for part in link.split(","):
        address, *parameters = part.split(";")
        if any(parameter.strip().lower() in ('rel="next"', "rel=next") for parameter in parameters):
            return address.strip().removeprefix("<").removesuffix(">")
    return None
