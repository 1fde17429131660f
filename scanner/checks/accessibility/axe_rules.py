"""What the checks that are rules of axe-core share: how they are registered, and the page of a stand-in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from scanner.axe_verdict import judge_rule, key_of
from scanner.browser_context import RULE
from scanner.outcome import Measurement, Outcome, passed, verdict
from scanner.page import Page, snippet
from scanner.page_context import Facts
from scanner.parsing.accessible_name import text_of
from scanner.preconditions import CannotLook
from scanner.registry import ACCESSIBILITY, Fix, Run, Severity, check

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

RULES = "https://dequeuniversity.com/rules/axe/4.11"
WCAG = "https://www.w3.org/WAI/WCAG22/Understanding"
_CONTENT = (
    "img, svg, a, button, input, select, textarea, video, audio, iframe, canvas, object, h1, h2, h3, li"
)


def markup(facts: Facts) -> Page:
    """Return the page as HTML.

    Raises CannotLook where scripts make all of its content: there is nothing to see.
    """
    page = facts.document
    body = page.first("body")
    if (
        body is not None
        and page.first("script")
        and not page.css(f"body :is({_CONTENT})")
        and not text_of(body)
    ):
        raise CannotLook("not_available", "Scripts make the whole content; only a browser can see it.")
    return page


def axe_rule(
    rule: str,
    *,
    severity: Severity,
    title: str,
    why: str,
    summary: str,
    steps: tuple[str, ...],
    example: str,
    criterion: str = "",
) -> Callable[[Run], Run]:
    """Register a rule of axe-core; `criterion` is a page of WCAG.

    Where there is a browser, axe-core judges the rendered page. The function below is its stand-in where there is
    none, and looks at the markup as it was sent.
    """
    register = _as_check(
        rule,
        severity,
        title,
        why,
        Fix(summary, steps, _references(rule, criterion), {"html": example}),
        static=True,
    )

    def with_stand_in(stand_in: Run) -> Run:
        @wraps(stand_in)
        def run(facts: Facts) -> Outcome | Measurement:
            return judge_rule(facts, rule) if facts.browsing.browser else stand_in(facts)

        register(run)
        return stand_in

    return with_stand_in


def rendered_rule(
    rule: str,
    *,
    severity: Severity,
    title: str,
    why: str,
    holds: str,
    summary: str,
    steps: tuple[str, ...],
    example: str,
    criterion: str,
) -> None:
    """Register a rule of axe-core that only a rendered page can be asked about; `holds` says when it passes."""

    def run(facts: Facts) -> Outcome:
        return judge_rule(facts, rule)

    run.__doc__ = holds
    fix = Fix(summary, steps, _references(rule, criterion), {"html": example})
    _as_check(rule, severity, title, why, fix, static=False)(run)


def _references(rule: str, criterion: str) -> tuple[str, ...]:
    return (f"{RULES}/{rule}", *((f"{WCAG}/{criterion}",) if criterion else ()))


def _as_check(
    rule: str, severity: Severity, title: str, why: str, fix: Fix, *, static: bool
) -> Callable[[Run], Run]:
    return check(
        key_of(rule),
        domain=ACCESSIBILITY,
        severity=severity,
        needs={"page", f"{RULE}{rule}"},
        title=title,
        why=why,
        fix=fix,
        kind="browser",
        oracle={"axe": rule},
        static=static,
    )


def judge_elements(
    elements: list[LexborNode], is_fine: Callable[[LexborNode], bool], *, what: str, lack: str
) -> Outcome:
    """Fail with those elements that are not fine; `what` names them in the plural, `lack` says what is
    wrong.
    """
    if not elements:
        return passed(f"The page has no {what}.")
    bad = [node for node in elements if not is_fine(node)]
    return verdict(
        bad, show=snippet, fine=f"All {what} are fine.", wrong=f"Some {what} {lack}.", looked_at=len(elements)
    )
