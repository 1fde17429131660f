"""Parse robots.txt (RFC 9309): which agent may fetch what, and which lines are invalid."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

MAX_CHARACTERS = 500_000  # RFC 9309, 2.5: at least 500 KiB must be parsed
_GROUP_RULES = ("allow", "disallow", "crawl-delay")
# Records that only some crawlers support; they belong to no group.
_OTHER_RECORDS = (
    "sitemap",
    "host",
    "clean-param",
    "noindex",
    "request-rate",
    "visit-time",
    "indexpage",
    "content-signal",
)
_KNOWN_RECORDS = frozenset(("user-agent", *_GROUP_RULES, *_OTHER_RECORDS))
_LINE_END = re.compile(r"\r\n|\r|\n")  # RFC 9309, 2.2; str.splitlines splits at seven others
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_RULE_COST = 10  # of a rule with an empty pattern
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass
class Group:
    """The rules of some user agents: (is_allow, pattern) in the order of the file."""

    agents: list[str] = field(default_factory=list)
    rules: list[tuple[bool, str]] = field(default_factory=list)
    crawl_delay: float | None = None


# Protego 0.7 was tried: it copies each rule to every agent of its group, so a file of 64 KB took 8 s and 200 MB.
# It also matches agents by prefix ("google" for Googlebot), and ends a group at an unknown line.
@dataclass
class Robots:
    groups: list[Group] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # one for each invalid line
    _rules: dict[str, list[tuple[int, bool, str]]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> "Robots":
        """Parse a robots.txt. Never raises."""
        robots = cls()
        in_agents = False
        for number, line in enumerate(_LINE_END.split(text[:MAX_CHARACTERS].lstrip("\ufeff")), 1):
            content = line.split("#", 1)[0].strip()
            if not content:
                continue
            name, colon, value = content.partition(":")
            name, value = name.strip().lower(), value.strip()
            fault = _fault(name, colon, value, in_group=bool(robots.groups))
            if fault:
                robots.faults.append(f"line {number}: {fault}")
            in_agents = robots._add(name, value, in_agents)
        return robots

    def _add(self, name: str, value: str, in_agents: bool) -> bool:
        if name == "user-agent":
            if not in_agents:
                self.groups.append(Group())
            # RFC 9309, 2.2.1: only the product token; crawlers ignore a version, as in `Googlebot/2.1`.
            self.groups[-1].agents.append(value.partition("/")[0].strip().lower())
            return True
        if name == "sitemap" and value:
            self.sitemaps.append(value)
            return in_agents
        if self.groups and name in ("allow", "disallow"):
            self.groups[-1].rules.append((name == "allow", value))
        if self.groups and name == "crawl-delay":
            self.groups[-1].crawl_delay = _seconds(value)
        return in_agents and name not in _GROUP_RULES

    def allows(self, agent: str, url: str) -> bool:
        parts = urlsplit(url)
        path = _normalized((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        best = (-1, True)
        for length, is_allow, pattern in self._rules_of(agent):
            # RFC 9309, 2.2.2: the longest match decides, and allow wins a tie.
            if (length, is_allow) > best and _matches(pattern, path):
                best = (length, is_allow)
        return best[1]

    def cost(self, agent: str) -> int:
        """Return about how many characters one call of `allows` compares."""
        return sum(_RULE_COST + len(pattern) for _, _, pattern in self._rules_of(agent))

    def _rules_of(self, agent: str) -> list[tuple[int, bool, str]]:
        """Return (length as written, is_allow, normalised pattern) of each rule for an agent; made once."""
        if agent not in self._rules:
            rules = [rule for group in self._groups_of(agent) for rule in group.rules]
            self._rules[agent] = [
                (len(pattern), is_allow, _normalized(pattern)) for is_allow, pattern in rules if pattern
            ]
        return self._rules[agent]

    def crawl_delay(self, agent: str) -> float:
        return max((group.crawl_delay or 0.0 for group in self._groups_of(agent)), default=0.0)

    def _groups_of(self, agent: str) -> list[Group]:
        name = agent.lower()
        own = [group for group in self.groups if name in group.agents]
        # RFC 9309, 2.2.1: the groups of * apply only to agents that no group names.
        return own or [group for group in self.groups if "*" in group.agents]


def _fault(name: str, colon: str, value: str, *, in_group: bool) -> str | None:
    if not colon:
        return "no colon"
    if name not in _KNOWN_RECORDS:
        return f"unknown directive {name[:40]!r}"
    if name == "user-agent":
        return None if value else "no user agent given"
    if name == "sitemap":
        return None if _is_absolute(value) else "the sitemap URL is not absolute"
    if name in ("allow", "disallow"):
        return _pattern_fault(value) or (None if in_group else "no user agent before this rule")
    return None


def _pattern_fault(pattern: str) -> str | None:
    if pattern and not pattern.startswith(("/", "*")):
        return "the pattern does not start with / or *"
    if "$" in pattern[:-1]:
        return "$ is only allowed at the end of a pattern"
    return None


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https", "ftp") and bool(parts.hostname)


def _seconds(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", value) else None


def _normalized(path: str) -> str:
    # RFC 9309, 2.2.2: `/%7Efoo` and `/~foo` are equal.
    decoded = _ESCAPE.sub(
        lambda found: char if (char := chr(int(found[1], 16))) in _UNRESERVED else found[0].upper(), path
    )
    return quote(decoded, safe="/%*$?=&;:,@!+'()~-._")


def _matches(pattern: str, path: str) -> bool:
    # Linear time: a regular expression made of a site's text may take longer.
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
