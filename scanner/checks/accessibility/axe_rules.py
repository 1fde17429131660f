"""Register rules of axe-core as checks, which are inconclusive without a browser."""

from scanner.axe_keys import key_of
from scanner.axe_verdict import judge_rule
from scanner.outcome import Outcome
from scanner.page.context import PageContext
from scanner.page.rendered import AXE_RULE_PREFIX
from scanner.registry import Fix, Severity, check

RULES = "https://dequeuniversity.com/rules/axe/4.11"
WCAG = "https://www.w3.org/WAI/WCAG22/Understanding"


def axe_rule(
    rule: str,
    *,
    severity: Severity,
    title: str,
    why: str,
    passes_when: str,
    summary: str,
    steps: tuple[str, ...],
    example: str,
    criterion: str = "",
) -> None:
    """Register a rule of axe-core; `criterion` is its page of Understanding WCAG 2.2."""

    def run(context: PageContext) -> Outcome:
        return judge_rule(context, rule)

    run.__doc__ = passes_when
    register = check(
        key_of(rule),
        severity=severity,
        needs={"page", f"{AXE_RULE_PREFIX}{rule}"},
        title=title,
        why=why,
        fix=Fix(summary, steps, _references(rule, criterion), {"html": example}),
        kind="browser",
        oracle={"axe": rule},
    )
    register(run)


def _references(rule: str, criterion: str) -> tuple[str, ...]:
    return (f"{RULES}/{rule}", *((f"{WCAG}/{criterion}",) if criterion else ()))
