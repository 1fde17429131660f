"""The registry: every check by its key, with what it needs, what it means and how its fault is mended."""

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from scanner.outcome import Measurement, Outcome

if TYPE_CHECKING:
    from scanner.page_context import Facts

type Domain = Literal["security", "performance", "accessibility", "seo"]
type Severity = Literal["critical", "high", "medium", "low"]
type Kind = Literal["http", "tls", "browser"]
type Run = Callable[["Facts"], Outcome | Measurement]

SECURITY: Domain = "security"
PERFORMANCE: Domain = "performance"
ACCESSIBILITY: Domain = "accessibility"
SEO: Domain = "seo"

CRITICAL: Severity = "critical"
HIGH: Severity = "high"
MEDIUM: Severity = "medium"
LOW: Severity = "low"

# The modules that hold checks. A new file is one line here.
SUBJECTS = (
    "security.csp",
    "security.headers",
    "security.transport",
    "security.cookies",
    "security.embedded_content",
    "security.information_disclosure",
    "security.tls",
    "performance.server_response",
    "performance.rendering",
    "accessibility.accessible_names",
    "accessibility.structure",
    "accessibility.aria",
    "accessibility.rendered",
    "performance.web_vitals",
    "performance.resource_loading",
    "seo.metadata",
    "seo.crawling",
    "seo.links",
    "seo.structured_data",
)

# Old key -> key of today. A key is stable for ever: when one is renamed, its old name moves here.
ALIASES: dict[str, str] = {}

REGISTRY: dict[str, "Check"] = {}


@dataclass(frozen=True)
class Metric:
    """What a numeric check measures. It passes at or below `threshold` ("max") or at or above it ("min")."""

    unit: str
    threshold: float
    direction: Literal["max", "min"] = "max"

    def allows(self, value: float, threshold: float) -> bool:
        """Say whether the value (in the metric's unit) is good enough."""
        return value <= threshold if self.direction == "max" else value >= threshold

    def worst(self, values: Iterable[float]) -> float:
        """Return the value that is furthest from good."""
        return max(values) if self.direction == "max" else min(values)


@dataclass(frozen=True)
class Fix:
    """How the fault is mended: one sentence, the steps, what to paste where, and where to read on."""

    summary: str
    steps: tuple[str, ...]
    references: tuple[str, ...]
    snippets: Mapping[str, str] = field(default_factory=dict)

    def as_recommended_fix(self) -> dict[str, Any]:
        """Return `{summary, steps, references}`; each snippet becomes a step that begins with its
        software.
        """
        pasted = [f"{software}: {text}" for software, text in self.snippets.items()]
        return {"summary": self.summary, "steps": [*self.steps, *pasted], "references": list(self.references)}


@dataclass(frozen=True)
class Check:
    """One look at one thing.

    `needs` names the facts that `run` may read; nothing else is fetched for it. `version` is the version of
    the rule: two answers are comparable when it is the same. `headers` are the response headers that belong
    into the evidence. `confirm` says that a failure is looked at again before it is believed. A check whose
    `scope` is the site says the same on each of its pages, so a scan asks it once.
    """

    key: str
    domain: Domain
    severity: Severity
    needs: frozenset[str]
    title: str
    why: str
    fix: Fix
    run: Run
    version: int = 1
    kind: Kind = "http"
    metric: Metric | None = None
    headers: tuple[str, ...] = ()
    oracle: Mapping[str, str] = field(default_factory=dict)
    confirm: bool = True
    scope: Literal["page", "site"] = "page"

    @property
    def rule(self) -> str:
        """The rule in one sentence: the docstring of the function."""
        return (self.run.__doc__ or "").strip().split("\n\n")[0]


def check(
    key: str,
    *,
    domain: Domain,
    severity: Severity,
    needs: Iterable[str],
    title: str,
    why: str,
    fix: Fix,
    **more: Any,
) -> Callable[[Run], Run]:
    """Register the function below as the check `key`. Raises ValueError for a bad or a doubled key."""
    if not re.fullmatch(r"[a-z0-9_]+", key) or key in REGISTRY or key in ALIASES:
        raise ValueError(f"the check key {key!r} is malformed or taken")

    def register(run: Run) -> Run:
        REGISTRY[key] = Check(
            key=key,
            domain=domain,
            severity=severity,
            needs=frozenset(needs),
            title=title,
            why=why,
            fix=fix,
            run=run,
            **more,
        )
        return run

    return register


@cache
def load() -> None:
    """Import every subject, so that REGISTRY is complete."""
    for subject in SUBJECTS:
        importlib.import_module(f"scanner.checks.{subject}")


def get(key: str) -> Check | None:
    """Return the check of this key or of this old key, or None."""
    load()
    return REGISTRY.get(ALIASES.get(key, key))


def keys(domain: Domain | None = None) -> list[str]:
    """Return the keys of all checks, or of one domain, in the order in which they are written."""
    load()
    return [key for key, known in REGISTRY.items() if domain in (None, known.domain)]


def finding_template(known: Check) -> dict[str, Any]:
    """Return what a finding of this check says: title, description, severity, domain, recommended_fix,
    checks.
    """
    return {
        "domain": known.domain,
        "title": known.title,
        "description": known.why,
        "severity": known.severity,
        "recommended_fix": known.fix.as_recommended_fix(),
        "checks": [known.key],
    }
