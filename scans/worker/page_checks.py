"""Looking at one page: its checks, the four domains side by side."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from findings import policy_rules
from findings.models import Domain
from scanner import engine, registry
from scanner.outcome import Outcome, inconclusive
from scanner.page_context import PageContext
from scans.models import Scan, Scanner

logger = logging.getLogger(__name__)
Look = Callable[[str, Iterable[str]], Iterator[tuple[str, Outcome]]]


@dataclass(frozen=True)
class Seen:
    """What one check said about a page."""

    key: str
    outcome: Outcome
    duration_ms: float


@dataclass
class Sight:
    """All that was seen of a page, and the domains whose look broke off."""

    seen: list[Seen] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    duration_ms: float = 0


@dataclass(frozen=True)
class Asking:
    """Which checks a scan asks, and by which thresholds they judge."""

    keys: Set[str]
    thresholds: Mapping[str, float]

    @classmethod
    def of(cls, scan: Scan, scanner: str) -> "Asking":
        """Return what the project's policy lets the scanner ask."""
        config = policy_rules.config_of(scan.project)
        return cls(keys_of(scanner) - policy_rules.switched_off(config), policy_rules.thresholds(config))

    def on(self, *, is_start: bool) -> dict[str, list[str]]:
        """Return `{domain: keys}` for a page; what is about the whole site is asked on the first page alone."""
        return {
            domain: [
                key
                for key in registry.keys(domain)  # type: ignore[arg-type]  # the same four words
                if key in self.keys and (is_start or registry.REGISTRY[key].scope == "page")
            ]
            for domain in Domain.values
        }


def keys_of(scanner: str) -> set[str]:
    """Return the keys of the checks that a scanner asks."""
    browsing = scanner == Scanner.BROWSER
    every = registry.keys()
    return {key for key in every if (registry.REGISTRY[key].kind == "browser") is browsing}


def look(context: PageContext, asking: Asking, *, is_start: bool) -> Sight:
    """Look at a page in all domains at once; one that breaks off does not stop the others."""
    began = time.monotonic()
    sight = Sight()
    with ThreadPoolExecutor(max_workers=len(Domain)) as pool:
        asked = asking.on(is_start=is_start).items()
        answers = {
            domain: pool.submit(ask, context, keys, asking.thresholds) for domain, keys in asked if keys
        }
    for domain, answer in answers.items():
        error = answer.exception()
        if error is None:
            sight.seen.extend(answer.result())
        else:
            logger.error("the %s look at %s broke off", domain, context.url, exc_info=error)
            sight.broken.add(domain)
    sight.duration_ms = (time.monotonic() - began) * 1000
    return sight


def look_one_by_one(context: PageContext, asking: Asking, *, is_start: bool) -> Sight:
    """Look at a page in the thread that the browser belongs to; one visit serves all the keys."""
    began = time.monotonic()
    keys = [key for group in asking.on(is_start=is_start).values() for key in group]
    seen = ask(context, keys, asking.thresholds)
    return Sight(seen, duration_ms=(time.monotonic() - began) * 1000)


def ask(context: PageContext, keys: Iterable[str], thresholds: Mapping[str, float]) -> list[Seen]:
    """Ask some checks about a page, one after the other."""
    seen, began = [], time.monotonic()
    for key, outcome in engine.run_checks(context.url, keys, thresholds=thresholds, context=context):
        now = time.monotonic()
        seen.append(Seen(key, outcome, (now - began) * 1000))
        began = now
    return seen


def not_looked(asking: Asking, reason: str, detail: str, *, is_start: bool) -> Sight:
    """Return what is said of a page that could not be looked at: every check is inconclusive."""
    keys = [key for group in asking.on(is_start=is_start).values() for key in group]
    return Sight([Seen(key, inconclusive(reason, detail), 0) for key in keys])
