"""The registry: every check by its key, with what it needs, what it means and how to fix a failure."""

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from scanner.outcome import Measurement, Outcome

if TYPE_CHECKING:
    from scanner.page.context import PageContext

type Domain = Literal["security", "performance", "accessibility", "seo"]
type Severity = Literal["critical", "high", "medium", "low"]
# "markup": judged on the rendered page where a browser is there, else on the HTML as sent where that says enough.
# "lab": timed on loads with throttling.
type Kind = Literal["http", "tls", "markup", "browser", "lab"]
type CheckFunction = Callable[["PageContext"], Outcome | Measurement]

CRITICAL: Severity = "critical"
HIGH: Severity = "high"
MEDIUM: Severity = "medium"
LOW: Severity = "low"

# The modules with checks, below scanner.checks. A new module is one line here.
CHECK_MODULES = (
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
    "accessibility.presentation",
    "performance.web_vitals",
    "performance.resource_loading",
    "seo.metadata",
    "seo.crawling",
    "seo.links",
    "seo.structured_data",
)

# Former key -> current key. Keys are permanent: a check with a new key is still found by its former one.
ALIASES: dict[str, str] = {}

REGISTRY: dict[str, "Check"] = {}


@dataclass(frozen=True)
class Metric:
    unit: str
    threshold: float
    # A value passes at or below the threshold (“max”), or at or above it (“min”).
    direction: Literal["max", "min"] = "max"

    def allows(self, value: float, threshold: float) -> bool:
        return value <= threshold if self.direction == "max" else value >= threshold

    def worst(self, values: Iterable[float]) -> float:
        return max(values) if self.direction == "max" else min(values)


@dataclass(frozen=True)
class Fix:
    summary: str
    steps: tuple[str, ...]
    references: tuple[str, ...]
    snippets: Mapping[str, str] = field(default_factory=dict)  # software → configuration

    def as_recommended_fix(self) -> dict[str, Any]:
        """Return `{summary, steps, references}`; each snippet is a step that starts with its software."""
        snippets = [f"{software}: {text}" for software, text in self.snippets.items()]
        return {
            "summary": self.summary,
            "steps": [*self.steps, *snippets],
            "references": list(self.references),
        }


@dataclass(frozen=True)
class Check:
    """One rule that is evaluated on a page."""

    key: str
    domain: Domain
    severity: Severity
    needs: frozenset[str]  # facts of PageContext; `run` reads no other
    title: str
    why: str
    fix: Fix
    run: CheckFunction
    version: int = 1  # of the rule: outcomes of the same version are comparable
    kind: Kind = "http"
    metric: Metric | None = None
    headers: tuple[str, ...] = ()  # response headers that are stored as evidence
    oracle: Mapping[str, str] = field(default_factory=dict)  # tool or standard → its rule for the same fault
    in_frames: bool = False  # after a fix, a frame of the page must not have the fault either
    confirm: bool = True  # repeat a failure before it is reported
    scope: Literal["page", "site"] = "page"  # "site": the same outcome on every page

    @property
    def may_use_browser(self) -> bool:
        return self.kind not in ("http", "tls")

    @property
    def needs_browser(self) -> bool:
        """Whether the check is inconclusive without a browser."""
        return self.kind in ("browser", "lab")

    @property
    def rule(self) -> str:
        """The rule in one sentence: the first paragraph of the function's docstring."""
        return " ".join((self.run.__doc__ or "").strip().split("\n\n")[0].split())


def check(
    key: str, *, needs: Iterable[str] = ("page",), **fields: Any
) -> Callable[[CheckFunction], CheckFunction]:
    """Register the decorated function as the check `key`, in the domain of its folder; `fields` are those of `Check`.

    Raises ValueError for an invalid key.
    """
    if not re.fullmatch(r"[a-z0-9_]+", key) or key in REGISTRY or key in ALIASES:
        raise ValueError(f"the check key {key!r} is malformed or taken")

    def register(run: CheckFunction) -> CheckFunction:
        domain = cast("Domain", run.__module__.split(".")[2])
        REGISTRY[key] = Check(key=key, domain=domain, needs=frozenset(needs), run=run, **fields)
        return run

    return register


@cache
def load() -> None:
    """Import every module with checks, so that REGISTRY is complete."""
    for module in CHECK_MODULES:
        importlib.import_module(f"scanner.checks.{module}")


def get(key: str) -> Check | None:
    load()
    return REGISTRY.get(ALIASES.get(key, key))


def rule_of(key: str) -> str:
    """Return the rule of a check; empty for one that does not exist any more."""
    known = get(key)
    return known.rule if known else ""


def keys(domain: Domain | None = None) -> list[str]:
    """Return the keys of all checks, or of one domain, in the order of registration."""
    load()
    return [key for key, known in REGISTRY.items() if domain in (None, known.domain)]
