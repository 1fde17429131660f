"""Which hosts belong together: the registrable domain, told without a list from the network.

The Public Suffix List has 10,000 rules and changes weekly; a wrong answer here costs little (an off-site
redirect is inconclusive, a script counts as somebody else's), so the rules that matter in practice are
written out.
"""

import ipaddress
from urllib.parse import urlsplit

# Second-level labels under a country's top level that are sold as suffixes: example.co.uk, example.com.au.
_SECOND_LEVEL = frozenset(
    [
        "ac",
        "co",
        "com",
        "edu",
        "go",
        "gob",
        "gov",
        "gouv",
        "ltd",
        "me",
        "mil",
        "ne",
        "net",
        "nhs",
        "nom",
        "or",
        "org",
        "plc",
        "sch",
    ]
)

# Hosts under which every customer has a name of their own.
_SHARED_HOSTING = [
    "github.io",
    "gitlab.io",
    "pages.dev",
    "workers.dev",
    "netlify.app",
    "vercel.app",
    "herokuapp.com",
    "web.app",
    "firebaseapp.com",
    "azurewebsites.net",
    "cloudfront.net",
    "blogspot.com",
    "wordpress.com",
    "myshopify.com",
    "fly.dev",
    "onrender.com",
    "s3.amazonaws.com",
    "appspot.com",
    "surge.sh",
    "glitch.me",
    "readthedocs.io",
    "wixsite.com",
    "webflow.io",
]


def registrable(host: str) -> str:
    """Return the registrable domain of a host name; an address or a single label is returned as it is."""
    name = host.lower().rstrip(".")
    if _is_address(name):
        return name
    labels = name.split(".")
    for suffix in _SHARED_HOSTING:
        if name.endswith(f".{suffix}"):
            return ".".join(labels[-suffix.count(".") - 2 :])
    wide = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3 if wide else -2 :])


def same_site(one: str, other: str) -> bool:
    """Say whether two hosts are of one registrable domain."""
    return registrable(one) == registrable(other)


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, or an empty string when it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def origin_of(url: str) -> str:
    """Return scheme://host:port of a URL, with the port written out; empty when it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}" if parts.hostname and port else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
