"""Content-Security-Policy as a browser reads it (CSP Level 3), judged as MDN HTTP Observatory 1.4 judges it.

Where several policies are sent each is enforced, so a resource must pass all of them: something is safe as
soon as one policy makes it safe. (Observatory merges them, which calls some safe pages unsafe.)
"""

from dataclasses import dataclass

from scanner.page import Page

BROAD = frozenset({"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"})
INLINE = frozenset({"'unsafe-inline'", "data:"})
NONCE_OR_HASH = ("'nonce-", "'sha256-", "'sha384-", "'sha512-")
PASSIVE = ("img-src", "media-src")
REPEATABLE = ("report-uri", "report-to")
IGNORED_IN_META = ("frame-ancestors", "report-uri", "sandbox")

DIRECTIVES = frozenset(
    [
        "base-uri",
        "block-all-mixed-content",
        "child-src",
        "connect-src",
        "default-src",
        "fenced-frame-src",
        "font-src",
        "form-action",
        "frame-ancestors",
        "frame-src",
        "img-src",
        "manifest-src",
        "media-src",
        "navigate-to",
        "object-src",
        "plugin-types",
        "prefetch-src",
        "report-to",
        "report-uri",
        "require-sri-for",
        "require-trusted-types-for",
        "sandbox",
        "script-src",
        "script-src-attr",
        "script-src-elem",
        "style-src",
        "style-src-attr",
        "style-src-elem",
        "trusted-types",
        "upgrade-insecure-requests",
        "worker-src",
    ]
)


@dataclass(frozen=True)
class Policy:
    """One policy: its directives with their sources in lower case, and what is wrong with its text."""

    directives: dict[str, tuple[str, ...]]
    faults: tuple[str, ...] = ()

    def sources(self, *names: str) -> frozenset[str]:
        """Return the sources of the first directive that is there; everything ("*") when none is."""
        for name in names:
            if name in self.directives:
                return frozenset(self.directives[name])
        return frozenset({"*"})

    def fetches(self, name: str) -> frozenset[str]:
        """Return what a fetch directive allows in effect: nonces and hashes switch 'unsafe-inline' off, and a
        script-src with 'strict-dynamic' ignores hosts and schemes.
        """
        sources = self.sources(name, "default-src")
        if not any(source.startswith(NONCE_OR_HASH) for source in sources):
            return sources
        sources -= {"'unsafe-inline'"}
        if name == "script-src" and "'strict-dynamic'" in sources:
            return frozenset(s for s in sources if not s.startswith(tuple(BROAD)) and s != "'self'")
        return sources

    def all_sources(self) -> frozenset[str]:
        """Return every source that lets something in: what script-src ignores is left out."""
        others = (set(listed) for name, listed in self.directives.items() if name != "script-src")
        scripts = self.fetches("script-src") if "script-src" in self.directives else frozenset()
        return frozenset().union(scripts, *others)


def parse(text: str) -> Policy:
    """Parse one serialized policy. What a browser would ignore is named in `faults`."""
    directives: dict[str, tuple[str, ...]] = {}
    faults = []
    for part in text.split(";"):
        name, *sources = part.split() or [""]
        name = name.lower()
        if not name:
            continue
        if name in directives:
            if name not in REPEATABLE:
                faults.append(f"{name} is repeated; a browser ignores all but the first")
            continue
        if name not in DIRECTIVES:
            faults.append(f"{name[:60]} is not a directive")
        nothing = ("'none'",) if name.endswith("-src") else ()
        directives[name] = tuple(source.lower() for source in sources) or nothing
    return Policy(directives, tuple(faults))


def split(values: list[str]) -> list[str]:
    """Split header values into policies: a comma separates policies and can be no part of one."""
    return [part.strip() for line in values for part in line.split(",") if part.strip()]


def enforced(page: Page) -> list[Policy]:
    """Return the policies that are in force: from headers, and from meta elements in the head."""
    policies = [parse(text) for text in split(page.header_lines("content-security-policy"))]
    return policies + [_as_meta(parse(text)) for text in _in_metas(page)]


def from_headers(page: Page) -> list[Policy]:
    """Return the policies of the headers alone."""
    return [parse(text) for text in split(page.header_lines("content-security-policy"))]


def is_usable(policy: Policy) -> bool:
    """Say whether a browser would enforce anything of it."""
    return not DIRECTIVES.isdisjoint(policy.directives)


def _in_metas(page: Page) -> list[str]:
    if not page.is_html:
        return []
    return split(page.metas("content-security-policy", "http-equiv"))


def _as_meta(policy: Policy) -> Policy:
    kept = {name: listed for name, listed in policy.directives.items() if name not in IGNORED_IN_META}
    return Policy(kept, policy.faults)
