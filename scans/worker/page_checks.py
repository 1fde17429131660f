import logging
import time
from collections.abc import Iterable, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from findings import policy_rules
from findings.models import Domain
from scanner import engine, lab_builds, registry
from scanner.confirmation import CONFIRM_EVERYTHING, Confirmation
from scanner.outcome import Outcome, inconclusive
from scanner.page.context import PageContext
from scanner.page.substitute import Substitute
from scanner.preconditions import Inconclusive
from scans.models import Scan, Scanner

logger = logging.getLogger(__name__)
CHECK_KINDS: Mapping[Scanner, Set[str]] = {
    Scanner.HTTP: {"http", "tls"},
    Scanner.BROWSER: {"browser", "markup"},
    Scanner.LAB: {"lab"},
}


@dataclass(frozen=True)
class CheckResult:
    key: str
    outcome: Outcome
    duration_ms: float


@dataclass
class PageResults:
    results: list[CheckResult] = field(default_factory=list)
    # Domains whose checks raised an error.
    failed_domains: set[str] = field(default_factory=set)
    duration_ms: float = 0
    build: str = ""
    substitute: Substitute | None = None


@dataclass(frozen=True)
class CheckSelection:
    """The checks that a scanner runs in a scan, and their thresholds."""

    keys: Set[str]
    thresholds: Mapping[str, float]

    @classmethod
    def for_scan(cls, scan: Scan, scanner: str) -> "CheckSelection":
        config = policy_rules.config_of(scan.project)
        keys = check_keys_of(scanner) - policy_rules.disabled_checks(config)
        return cls(keys, policy_rules.thresholds(config))

    def only(self, keys: Set[str]) -> "CheckSelection":
        return replace(self, keys=self.keys & keys)

    def by_domain(self, *, is_start: bool) -> dict[str, list[str]]:
        """Return `{domain: keys}` for a page. Checks of the whole site run on the start page only."""
        return {
            domain: [
                key
                for key in registry.keys(domain)  # type: ignore[arg-type]  # the same four words
                if key in self.keys and (is_start or registry.REGISTRY[key].scope == "page")
            ]
            for domain in Domain.values
        }

    def on_page(self, *, is_start: bool) -> list[str]:
        return [key for keys in self.by_domain(is_start=is_start).values() for key in keys]


def check_keys_of(scanner: str) -> set[str]:
    registry.load()
    return {key for key, check in registry.REGISTRY.items() if check.kind in CHECK_KINDS[Scanner(scanner)]}


def run_checks(
    context: PageContext,
    selection: CheckSelection,
    *,
    is_start: bool,
    confirmation: Confirmation = CONFIRM_EVERYTHING,
) -> PageResults:
    """Run the checks on a page, the domains in parallel. An error in one domain does not stop the others."""
    started = time.monotonic()
    page = PageResults()
    with ThreadPoolExecutor(max_workers=len(Domain)) as pool:
        jobs = {
            domain: pool.submit(run_in_order, context, keys, selection.thresholds, confirmation)
            for domain, keys in selection.by_domain(is_start=is_start).items()
            if keys
        }
    for domain, job in jobs.items():
        error = job.exception()
        if error is None:
            page.results.extend(job.result())
        else:
            logger.error("The %s checks of %s raised an error", domain, context.url, exc_info=error)
            page.failed_domains.add(domain)
    page.results = [
        # Only now all requests for the page are known, also those of the other domains.
        replace(result, outcome=engine.inconclusive_if_outage(result.key, result.outcome, context))
        for result in page.results
    ]
    page.duration_ms = (time.monotonic() - started) * 1000
    return page


def run_checks_in_browser(
    context: PageContext,
    selection: CheckSelection,
    *,
    is_start: bool,
    confirmation: Confirmation = CONFIRM_EVERYTHING,
) -> PageResults:
    """Run the checks on a page in the thread that owns the browser; all of them share one visit."""
    started = time.monotonic()
    keys = selection.on_page(is_start=is_start)
    results = run_in_order(context, keys, selection.thresholds, confirmation)
    return PageResults(results, duration_ms=(time.monotonic() - started) * 1000)


def build_of_page(context: PageContext) -> str:
    """Return the build of a page that the browser has visited; empty if it could not."""
    try:
        return lab_builds.build_of(context.rendered.visits()[0])
    except Inconclusive:
        return ""


def inconclusive_results(
    selection: CheckSelection, reason: str, detail: str, *, is_start: bool
) -> PageResults:
    """Return an inconclusive result of every check, for a page on which they could not run."""
    keys = selection.on_page(is_start=is_start)
    return PageResults([CheckResult(key, inconclusive(reason, detail), 0) for key in keys])


def run_in_order(
    context: PageContext, keys: Iterable[str], thresholds: Mapping[str, float], confirmation: Confirmation
) -> list[CheckResult]:
    results, started = [], time.monotonic()
    outcomes = engine.run_checks(context, keys, thresholds=thresholds, confirmation=confirmation)
    for key, outcome in outcomes:
        now = time.monotonic()
        results.append(CheckResult(key, outcome, (now - started) * 1000))
        started = now
    return results
