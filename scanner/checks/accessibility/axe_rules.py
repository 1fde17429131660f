"""Register rules of axe-core as checks. Only a rendered page is judged: without a browser they are inconclusive."""

from scanner.axe_verdict import judge_rule, key_of
from scanner.browser_context import RULE
from scanner.outcome import Outcome
from scanner.page_context import Facts
from scanner.registry import ACCESSIBILITY, Fix, Severity, check

RULES = "https://dequeuniversity.com/rules/axe/4.11"
WCAG = "https://www.w3.org/WAI/WCAG22/Understanding"


def axe_rule(
    rule: str,
    *,
    severity: Severity,
    title: str,
    why: str,
    holds: str,
    summary: str,
    steps: tuple[str, ...],
    example: str,
    criterion: str = "",
) -> None:
    """Register a rule of axe-core; `holds` says when it passes, `criterion` is a page of Understanding WCAG 2.2."""

    def run(facts: Facts) -> Outcome:
        return judge_rule(facts, rule)

    run.__doc__ = holds
    register = check(
        key_of(rule),
        domain=ACCESSIBILITY,
        severity=severity,
        needs={"page", f"{RULE}{rule}"},
        title=title,
        why=why,
        fix=Fix(summary, steps, _references(rule, criterion), {"html": example}),
        kind="browser",
        oracle={"axe": rule},
    )
    register(run)


def _references(rule: str, criterion: str) -> tuple[str, ...]:
    return (f"{RULES}/{rule}", *((f"{WCAG}/{criterion}",) if criterion else ()))
