"""What all checks that stand in for a rule of axe-core share: its page, its fix, how it is registered."""

from collections.abc import Callable, Mapping

from selectolax.lexbor import LexborNode

from findings.checks.accessible_name import text_of
from findings.checks.facts import Facts
from findings.checks.obstacles import CannotLook
from findings.checks.outcome import Outcome, passed, verdict
from findings.checks.page import Page, snippet
from findings.checks.registry import ACCESSIBILITY, Fix, Run, Severity, check

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
    """Register the function below as the static stand-in for a rule of axe-core; `criterion` is a page of
    WCAG.
    """
    references = (f"{RULES}/{rule}", *((f"{WCAG}/{criterion}",) if criterion else ()))
    snippets: Mapping[str, str] = {"html": example}
    return check(
        f"a11y_{rule.replace('-', '_')}",
        domain=ACCESSIBILITY,
        severity=severity,
        needs={"page"},
        title=title,
        why=why,
        fix=Fix(summary, steps, references, snippets),
        oracle={"axe": rule},
        static=True,
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
