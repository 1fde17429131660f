"""Problems of a site, from the API or from an offline check, in the form that gates and outputs share."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from krafter_client.generated.models import FindingWithGuard
from krafter_client.generated.types import Unset

SEVERITIES = ("critical", "high", "medium", "low")  # worst first
NEVER = "never"  # the `fail_on` of a gate that nothing fails


@dataclass(frozen=True)
class Problem:
    """A rule that is violated. `fingerprint` is the same in the next run, also on another host.

    `fails` is set by the gate: the exit status is 1 because of it. `known`: it is in the baseline.
    """

    fingerprint: str
    rule: str
    title: str
    severity: str
    domain: str
    message: str = ""
    urls: tuple[str, ...] = ()
    description: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    finding_id: str = ""
    known: bool = False
    fails: bool = False


@dataclass(frozen=True)
class CheckedRule:
    """A check that did not fail on a URL; `reason` says why it is inconclusive."""

    rule: str
    title: str
    url: str
    reason: str = ""


@dataclass(frozen=True)
class Result:
    """The problems and checks that a command found, the worst first."""

    problems: tuple[Problem, ...]
    passed: tuple[CheckedRule, ...] = ()
    inconclusive: tuple[CheckedRule, ...] = ()
    unreachable: tuple[str, ...] = ()  # URLs of which no check had an outcome
    has_gate: bool = False
    has_baseline: bool = False

    @property
    def failing(self) -> list[Problem]:
        """The problems that the gate does not let pass."""
        return [problem for problem in self.problems if problem.fails]

    def counts(self) -> dict[str, int]:
        """Return the number of problems by severity."""
        return {
            severity: sum(problem.severity == severity for problem in self.problems)
            for severity in SEVERITIES
        }


def rank(severity: str) -> int:
    """Return 0 for critical to 3 for low; unknown severities are last."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def worst_first(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems sorted by severity, rule and URL."""
    return tuple(sorted(problems, key=lambda problem: (rank(problem.severity), problem.rule, problem.urls)))


def fingerprint(*parts: str) -> str:
    """Return a short hash of the parts."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:24]


def path_of(url: str) -> str:
    """Return path and query of a URL: a preview deployment has another host and the same problems."""
    try:
        parsed = urlsplit(url)
    except ValueError:
        return url
    return f"{parsed.path or '/'}?{parsed.query}" if parsed.query else parsed.path or "/"


def from_finding(finding: FindingWithGuard) -> Problem:
    """Return the problem of a finding."""
    evidence = finding.evidence if isinstance(finding.evidence, dict) else {}
    keys = checks_of(finding)
    rule = keys[0] if len(keys) == 1 else f"{finding.domain}-{fingerprint(finding.title)[:8]}"
    description = "" if isinstance(finding.description, Unset) else finding.description
    return Problem(
        fingerprint=fingerprint(str(finding.domain), *(sorted(keys) or [finding.title])),
        rule=rule,
        title=finding.title,
        severity=str(finding.severity),
        domain=str(finding.domain),
        message=str(evidence.get("detail") or ""),
        urls=tuple(asset.value for asset in finding.affected_assets),
        description=description,
        fix=finding.recommended_fix.summary,
        references=tuple(finding.recommended_fix.references),
        finding_id=str(finding.id),
    )


def checks_of(finding: FindingWithGuard) -> list[str]:
    """Return the keys of the checks that verify a finding."""
    evidence = finding.evidence if isinstance(finding.evidence, dict) else {}
    keys = evidence.get("checks")
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []


def apply_gate(result: Result, *, fail_on: str | None, known: Mapping[str, Any] | None) -> Result:
    """Mark the known problems, and those that fail: new ones of severity `fail_on` or worse.

    With a baseline (`known`) and no `fail_on`, every new problem fails; without both, and with `never`, none.
    """
    lowest = fail_on or ("low" if known is not None else NEVER)
    marked = []
    for problem in result.problems:
        is_known = known is not None and problem.fingerprint in known
        fails = lowest != NEVER and not is_known and rank(problem.severity) <= rank(lowest)
        marked.append(replace(problem, known=is_known, fails=fails))
    return replace(result, problems=tuple(marked), has_gate=lowest != NEVER, has_baseline=known is not None)
