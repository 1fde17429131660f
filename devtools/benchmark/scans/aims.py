"""The cases of the benchmark and their aims, on two quiet cores and loopback."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from devtools.benchmark.scans.measurement import Figures
from devtools.benchmark.sites import realistic, trivial

SCAN_TRIVIAL, SCAN_REALISTIC = "scan, 25 trivial pages", "scan, 12 realistic pages, four builds"
SCAN_ONE_BUILD = "scan, 12 realistic pages, one build"
HEADER_FAILED, HEADER_PASSED = "verify a header, failed, 25 pages", "verify a header, passed, 25 pages"
AXE_FAILED, AXE_PASSED = "verify an axe rule, failed, 25 pages", "verify an axe rule, passed, 5 pages"
LCP, COMPRESSION = "verify lcp, 1 realistic page", "verify text_compression, 25 pages"
CHECK_HTTP, CHECK_BROWSER = "check 1 page, no browser", "check 1 page, browser, no lab metrics"
BARE_REQUESTS = "plain requests, 25 trivial pages"
BARE_AXE_TRIVIAL = "bare axe, 25 trivial pages"
BARE_AXE_REALISTIC, BARE_AXE_ONE_BUILD = (
    "bare axe, 12 realistic pages, four builds",
    "bare axe, 12 realistic pages, one build",
)
LIGHTHOUSE, OBSERVATORY = "Lighthouse, 1 realistic page", "Observatory, 25 trivial pages"

NIGHT = "night with 1,000 sites, simulated"

# The outcome of each case of the running system, as the planted faults call for it.
OUTCOMES = {
    SCAN_TRIVIAL: "completed",
    SCAN_REALISTIC: "completed",
    SCAN_ONE_BUILD: "completed",
    HEADER_FAILED: "failed",
    HEADER_PASSED: "passed",
    AXE_FAILED: "failed",
    AXE_PASSED: "passed",
    COMPRESSION: "failed",
    LCP: "failed",
}


@dataclass(frozen=True)
class ScanAim:
    """A figure of a case, its upper limit if it has one, and the case that it is compared with, per page."""

    case: str
    figure: str
    limit: float | None = None
    bare: str = ""


def _aims_of_scan(
    case: str, bare: str, *, seconds: float, cpu: float, requests: float
) -> tuple[ScanAim, ...]:
    return (
        ScanAim(case, "seconds", seconds, bare),
        ScanAim(case, "first_finding", 2),
        ScanAim(case, "cpu_per_page", cpu, bare),
        ScanAim(case, "requests_per_page", requests, bare),
        ScanAim(case, "megabytes", None, bare),
    )


AIMS = (
    *_aims_of_scan(SCAN_TRIVIAL, BARE_AXE_TRIVIAL, seconds=25, cpu=1.5, requests=8),
    *_aims_of_scan(SCAN_REALISTIC, BARE_AXE_REALISTIC, seconds=40, cpu=4, requests=30),
    *_aims_of_scan(SCAN_ONE_BUILD, BARE_AXE_ONE_BUILD, seconds=40, cpu=4, requests=30),
    ScanAim(HEADER_FAILED, "seconds", 0.7, BARE_REQUESTS),
    ScanAim(HEADER_PASSED, "seconds", 1.5, BARE_REQUESTS),
    ScanAim(AXE_FAILED, "seconds", 2.5, BARE_AXE_TRIVIAL),
    ScanAim(AXE_PASSED, "seconds", 6, BARE_AXE_TRIVIAL),
    ScanAim(LCP, "seconds", 20, LIGHTHOUSE),
    ScanAim(COMPRESSION, "seconds", None, BARE_REQUESTS),
    ScanAim(CHECK_HTTP, "seconds", 1.5),
    ScanAim(CHECK_BROWSER, "seconds", 5, BARE_AXE_TRIVIAL),
)
EXPECTED_FINDINGS = {
    SCAN_TRIVIAL: len(trivial.FAULTS),
    **dict.fromkeys((SCAN_REALISTIC, SCAN_ONE_BUILD), len(realistic.FAULTS)),
}
UNITS = {
    "seconds": "s",
    "first_finding": "s until the first finding",
    "cpu_per_page": "CPU s a page",
    "requests_per_page": "requests a page",
    "megabytes": "MB peak",
    "findings": "findings",
}


@dataclass(frozen=True)
class ComparedFigure:
    """A figure beside its aim."""

    case: str
    figure: str
    value: float | None
    limit: float | None
    ratio: float | None = None  # the figure a page relative to the bare case; memory as a whole
    exact: bool = False

    @property
    def met(self) -> bool:
        if self.limit is None:
            return True
        if self.value is None:
            return False
        return self.value == self.limit if self.exact else self.value <= self.limit

    def as_dict(self) -> dict[str, Any]:
        return {
            "case": self.case,
            "figure": UNITS[self.figure],
            "value": self.value,
            "aim": self.limit,
            "ratio_to_bare": self.ratio,
            "met": self.met,
        }


def compare(measured: Mapping[str, Figures]) -> Iterator[ComparedFigure]:
    """Compare the measured cases with their aims, and found with planted faults."""
    for aim in AIMS:
        figures = measured.get(aim.case)
        if figures is not None:
            value: float | None = getattr(figures, aim.figure)
            ratio = _ratio(aim, figures, measured.get(aim.bare))
            rounded = None if value is None else round(value, 2)
            yield ComparedFigure(aim.case, aim.figure, rounded, aim.limit, ratio)
    for case, number in EXPECTED_FINDINGS.items():
        if case in measured:
            yield ComparedFigure(case, "findings", measured[case].findings, number, exact=True)


def _ratio(aim: ScanAim, ours: Figures, bare: Figures | None) -> float | None:
    ours_value: float | None = getattr(ours, aim.figure)
    bare_value: float | None = getattr(bare, aim.figure) if bare else None
    if not bare or not ours_value or not bare_value:
        return None
    if aim.figure == "seconds":
        return round(ours_value / ours.pages / (bare_value / bare.pages), 2)
    return round(ours_value / bare_value, 2)


def wrong_outcomes(measured: Mapping[str, Figures]) -> list[str]:
    """Return a sentence for each case with another outcome than the planted faults."""
    return [
        f"{case}: {measured[case].outcome} instead of {expected}"
        for case, expected in OUTCOMES.items()
        if case in measured and measured[case].outcome != expected
    ]
