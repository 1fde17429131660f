"""Parse Content-Security-Policy (CSP Level 3), with the definitions of MDN HTTP Observatory 1.4."""

import re
from dataclasses import dataclass, replace

from scanner.page.page import Page, attribute_value
from scanner.parsing.registrable_domain import is_public_suffix

BROAD_SOURCES = frozenset(
    {"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
)
UPGRADE_DIRECTIVE = "upgrade-insecure-requests"
META_SELECTOR = 'head meta[http-equiv="content-security-policy" i]'
INLINE_SOURCES = frozenset({"'unsafe-inline'", "data:"})
# CSP 3, 2.3.1, in lower case. Browsers ignore a nonce or hash without a value, as of an empty template variable.
_NONCE_OR_HASH = re.compile(r"'(?:nonce|sha256|sha384|sha512)-[a-z0-9+/_-]+={0,2}'")
# Any host, perhaps on one port, below a name or at one path, as in `*:443`, `https://*.com` and `https://*/a`.
_ANY_HOST = re.compile(r"((?:[a-z]+://)?\*)(?:\.([^/:]+))?(?::(?:\*|\d+))?(?:/.*)?")
PASSIVE_DIRECTIVES = ("img-src", "media-src")
REPEATABLE_DIRECTIVES = ("report-uri", "report-to")
# HTML, 4.2.5.3: these directives have no effect in a meta element.
DIRECTIVES_IGNORED_IN_META = ("frame-ancestors", "report-uri", "sandbox")

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
class CspPolicy:
    """One policy: its directives with their sources in lower case, and what a browser ignores in its text."""

    directives: dict[str, tuple[str, ...]]
    faults: tuple[str, ...] = ()

    def sources(self, *names: str) -> frozenset[str]:
        """Return the sources of the first of the directives that is set; "*" when none is."""
        for name in names:
            if name in self.directives:
                return frozenset(self.directives[name])
        return frozenset({"*"})

    def fetches_of_elements_and_attributes(self, name: str) -> frozenset[str]:
        """Return the sources in effect of script-src or style-src, for elements and for attributes."""
        return self.fetches(f"{name}-elem", name) | self.fetches(f"{name}-attr", name)

    def fetches(self, *names: str) -> frozenset[str]:
        """Return the sources in effect of the first of the directives that is set, else of default-src."""
        sources = self.sources(*names, "default-src")
        if not has_nonce_or_hash(sources):
            return sources
        # CSP 3, 6.7.3.2: a nonce or a hash disables 'unsafe-inline'.
        sources -= {"'unsafe-inline'"}
        # 'strict-dynamic' makes browsers ignore hosts and schemes.
        if names[-1] == "script-src" and "'strict-dynamic'" in sources:
            return frozenset(
                source
                for source in sources
                if not source.startswith(tuple(BROAD_SOURCES)) and source != "'self'"
            )
        return sources

    def with_any_host_as_star(self) -> "CspPolicy":
        """Return the policy with `*` for any host, also on a port, at a path or below a public suffix."""
        return replace(
            self,
            directives={
                name: tuple(map(_any_host_as_star, listed)) for name, listed in self.directives.items()
            },
        )

    def all_sources(self) -> frozenset[str]:
        others = (set(listed) for name, listed in self.directives.items() if name != "script-src")
        scripts = self.fetches("script-src") if "script-src" in self.directives else frozenset()
        return frozenset().union(scripts, *others)


def _any_host_as_star(source: str) -> str:
    found = _ANY_HOST.fullmatch(source)
    return found[1] if found and (not found[2] or is_public_suffix(found[2])) else source


def parse(text: str) -> CspPolicy:
    """Parse one serialized policy; `faults` describes what a browser ignores."""
    directives: dict[str, tuple[str, ...]] = {}
    faults = []
    for part in text.split(";"):
        name, *sources = part.split() or [""]
        name = name.lower()
        if not name:
            continue
        if name in directives:
            if name not in REPEATABLE_DIRECTIVES:
                faults.append(f"{name} is set more than once; browsers use only the first")
            continue
        if name not in DIRECTIVES:
            faults.append(f"{name[:60]} is not a known directive")
        # A directive without a source allows nothing (CSP 3).
        nothing = ("'none'",) if name.endswith("-src") else ()
        directives[name] = tuple(source.lower() for source in sources) or nothing
    return CspPolicy(directives, tuple(faults))


def split_policies(values: list[str]) -> list[str]:
    return [part.strip() for line in values for part in line.split(",") if part.strip()]


def enforced_policies(page: Page) -> list[CspPolicy]:
    """Return the enforced policies of headers and meta elements."""
    # Observatory merges policies and so reports some safe pages as unsafe: one safe policy makes a page safe.
    return header_policies(page) + [_as_meta(parse(text)) for text in _meta_policy_texts(page)]


def header_policies(page: Page) -> list[CspPolicy]:
    return [parse(text) for text in split_policies(page.header_lines("content-security-policy"))]


def disables_scripts(page: Page) -> bool:
    """Return whether a policy puts the document into a sandbox in which no script and no timer runs."""
    sandboxes = [
        policy.directives["sandbox"] for policy in header_policies(page) if "sandbox" in policy.directives
    ]
    return any("allow-scripts" not in allowed for allowed in sandboxes)


def upgrades_requests(page: Page) -> bool:
    """Return whether a policy makes browsers request http: URLs of subresources and forms over HTTPS."""
    return any(UPGRADE_DIRECTIVE in policy.directives for policy in enforced_policies(page))


def has_nonce_or_hash(sources: frozenset[str]) -> bool:
    return any(_NONCE_OR_HASH.fullmatch(source) for source in sources)


def is_usable(policy: CspPolicy) -> bool:
    """Return whether a policy has a directive that browsers support."""
    return not DIRECTIVES.isdisjoint(policy.directives)


def _meta_policy_texts(page: Page) -> list[str]:
    if not page.is_html:
        return []
    # HTML, 4.2.5.3: outside of the head it is ignored.
    metas = page.css(META_SELECTOR)
    return split_policies([attribute_value(node, "content") for node in metas])


def _as_meta(policy: CspPolicy) -> CspPolicy:
    kept = {
        name: listed for name, listed in policy.directives.items() if name not in DIRECTIVES_IGNORED_IN_META
    }
    return CspPolicy(kept, policy.faults)
