"""Problems that other tools report, and the findings that they become."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from findings.models import Severity
from findings.services.evidence_limits import truncate
from findings.services.identity import MAX_TITLE_LENGTH, source_key_of_check
from findings.services.ingestion import FindingReport
from scanner import registry

MAX_TEXT_LENGTH, MAX_ASSET_LENGTH = 5000, 2000
MAX_ASSETS, MAX_REFERENCES = 100, 20

# No part matches the sign with which the whole begins: texts of millions of such signs would take many seconds, in
# which no other thread of the web runs.
TAG = re.compile(r"<[^<>]{1,200}>")
LINK = re.compile(r"\[([^\[\]]{1,500})\]\([^)\s\[]{1,2000}\)")

type Asset = tuple[str, str]  # type and value


@dataclass(frozen=True)
class Problem:
    """A rule that another tool reports as violated, with the locations."""

    tool: str
    rule: str
    title: str
    domain: str = "security"
    severity: str = ""  # empty if the tool has none
    description: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    assets: tuple[Asset, ...] = ()
    details: tuple[dict[str, Any], ...] = ()  # what the tool observed, for the evidence
    check: str | None = None  # the key of our check of the same rule


@dataclass
class _Merged:
    first: Problem
    rules: dict[str, None] = field(default_factory=dict)
    assets: dict[Asset, None] = field(default_factory=dict)
    details: list[dict[str, Any]] = field(default_factory=list)
    severities: list[str] = field(default_factory=list)


def reports_of(problems: Iterable[Problem]) -> list[FindingReport]:
    """Return one report for each rule, with the assets of all of its problems."""
    merged: dict[tuple[str, str], _Merged] = {}
    for problem in map(_as_our_check, problems):
        if not problem.title:
            continue
        group = merged.setdefault((problem.domain, problem.title), _Merged(problem))
        group.rules[problem.rule] = None
        group.assets |= dict.fromkeys(problem.assets)
        group.details += problem.details
        group.severities.append(problem.severity)
    return [_report(group) for group in merged.values()]


def _as_our_check(problem: Problem) -> Problem:
    known = registry.get(problem.check) if problem.check else None
    title = " ".join((known.title if known else problem.title or problem.rule).split())
    return replace(
        problem,
        title=title[:MAX_TITLE_LENGTH],
        domain=known.domain if known else problem.domain,
        severity=problem.severity or (known.severity if known else "medium"),
        check=known.key if known else None,
    )


def _report(merged: _Merged) -> FindingReport:
    problem, known = merged.first, registry.get(merged.first.check or "")
    evidence = {
        "source": problem.tool[:100],
        "rules": list(merged.rules)[:MAX_REFERENCES],
        "seen": merged.details[:MAX_ASSETS],
    }
    assets = list(merged.assets)[:MAX_ASSETS]
    return FindingReport(
        domain=problem.domain,
        title=problem.title,
        # The severity that a person has set stays.
        first_severity=min(merged.severities, key=Severity.values.index),
        description=known.why if known else problem.description[:20_000],
        affected_assets=[{"type": kind, "value": value[:MAX_ASSET_LENGTH]} for kind, value in assets],
        evidence=truncate(evidence),
        recommended_fix=known.fix.as_recommended_fix() if known else _fix(problem),
        checks=[known.key] if known else None,
        source_key=source_key_of_check(known.key) if known else None,
        is_addition=True,
    )


def _fix(problem: Problem) -> dict[str, Any]:
    references = [url[:MAX_ASSET_LENGTH] for url in problem.references if url][:MAX_REFERENCES]
    return {"summary": problem.fix[:MAX_TEXT_LENGTH], "steps": [], "references": references}


@cache
def checks_of(tool: str) -> dict[str, str]:
    """Return our check key for each rule of a tool that a check names as its oracle."""
    registry.load()
    return {
        rule.strip(): key
        for key, known in registry.REGISTRY.items()
        for rule in known.oracle.get(tool, "").split(",")
        if rule.strip()
    }


def without_markup(text: str) -> str:
    """Return HTML or Markdown links as plain text."""
    return " ".join(LINK.sub(r"\1", TAG.sub(" ", text)).split())


def urls_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"https?://[^\s<>\"')\]]+", text)))
