"""robots.txt as RFC 9309 and Lighthouse 12 read it: who may fetch what, and which lines make no sense."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

MOST_CHARACTERS = 500_000
_GROUP_RULES = ("allow", "disallow", "crawl-delay")
# Rules that some crawlers know; they stand anywhere.
_OTHERS = (
    "sitemap",
    "host",
    "clean-param",
    "noindex",
    "request-rate",
    "visit-time",
    "indexpage",
    "content-signal",
)
_KNOWN = frozenset(("user-agent", *_GROUP_RULES, *_OTHERS))


@dataclass
class Group:
    """The rules for some user agents: (allow?, pattern) in the order of the file."""

    agents: list[str] = field(default_factory=list)
    rules: list[tuple[bool, str]] = field(default_factory=list)
    crawl_delay: float | None = None


@dataclass
class Robots:
    """A parsed robots.txt. `faults` says what is wrong with which line."""

    groups: list[Group] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @classmethod
    def parse(cls, text: str) -> "Robots":
        """Parse the text of a robots.txt (its first 500,000 characters); nothing in it raises."""
        robots = cls()
        naming = False
        for number, line in enumerate(text[:MOST_CHARACTERS].lstrip("\ufeff").splitlines(), 1):
            content = line.split("#", 1)[0].strip()
            if not content:
                continue
            name, colon, said = content.partition(":")
            name, said = name.strip().lower(), said.strip()
            fault = _fault(name, colon, said, started=bool(robots.groups))
            if fault:
                robots.faults.append(f"line {number}: {fault}")
            naming = robots._take(name, said, naming)
        return robots

    def _take(self, name: str, said: str, naming: bool) -> bool:
        """Take one line in; return whether user agents are being named (several name one group)."""
        if name == "user-agent":
            if not naming:
                self.groups.append(Group())
            self.groups[-1].agents.append(said.lower())
            return True
        if name == "sitemap" and said:
            self.sitemaps.append(said)
            return naming
        if self.groups and name in ("allow", "disallow"):
            self.groups[-1].rules.append((name == "allow", said))
        if self.groups and name == "crawl-delay":
            self.groups[-1].crawl_delay = _seconds(said)
        return naming and name not in _GROUP_RULES

    def allows(self, agent: str, url: str) -> bool:
        """Say whether the agent may fetch the URL: the longest matching pattern decides, allow wins a tie."""
        parts = urlsplit(url)
        path = _comparable((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        best = (-1, True)
        for allow, pattern in self._rules_for(agent):
            if pattern and _matches(_comparable(pattern), path):
                best = max(best, (len(pattern), allow))
        return best[1]

    def _rules_for(self, agent: str) -> list[tuple[bool, str]]:
        """Return the rules of the groups that name the agent; of those for everybody when none does."""
        name = agent.lower()
        own = [group for group in self.groups if name in group.agents]
        groups = own or [group for group in self.groups if "*" in group.agents]
        return [rule for group in groups for rule in group.rules]

    def crawl_delay(self, agent: str) -> float:
        """Return the seconds to wait between requests, 0 where nothing is said."""
        name = agent.lower()
        own = [group for group in self.groups if name in group.agents]
        groups = own or [group for group in self.groups if "*" in group.agents]
        return max((group.crawl_delay or 0.0 for group in groups), default=0.0)


def _fault(name: str, colon: str, said: str, *, started: bool) -> str | None:
    if not colon:
        return "there is no colon"
    if name not in _KNOWN:
        return f"{name[:40]!r} is no known rule"
    if name == "user-agent":
        return None if said else "no user agent is named"
    if name == "sitemap":
        return None if _is_absolute(said) else "the sitemap's address is not absolute"
    if name in ("allow", "disallow"):
        return _pattern_fault(said) or (None if started else "no user agent is named before it")
    return None


def _pattern_fault(pattern: str) -> str | None:
    if pattern and not pattern.startswith(("/", "*")):
        return "the pattern should begin with / or *"
    if "$" in pattern[:-1]:
        return "$ may stand only at the end of a pattern"
    return None


def _is_absolute(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https", "ftp") and bool(parts.hostname)


def _seconds(said: str) -> float | None:
    return float(said) if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", said) else None


def _comparable(path: str) -> str:
    """Write %-escapes one way, so that the same path compares equal however it was escaped."""
    return quote(unquote(path, errors="replace"), safe="/%*$?=&;:,@!+'()~-._")


def _matches(pattern: str, path: str) -> bool:
    """Match * (anything) and a final $ (the end) in linear time: no regular expression from foreign text."""
    ends = pattern.endswith("$")
    first, *rest = (pattern[:-1] if ends else pattern).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1] if ends else rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if not ends:
        return True
    last = rest[-1] if rest else ""
    return path.endswith(last) and len(path) - len(last) >= at if rest else at == len(path)
