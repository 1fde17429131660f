"""How axe-core's answer about a rule becomes an outcome: a violation fails, what it cannot tell does not pass."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scanner.outcome import Outcome, failed, inconclusive, passed
from scanner.page import Page
from scanner.tool_versions import changed_tools

if TYPE_CHECKING:
    from scanner.page_context import Facts
    from scanner.page_visit.axe import Verdict

MOST_EXPLAINED = 5


def key_of(rule: str) -> str:
    """Return the key of the check that is a rule of axe-core."""
    return f"a11y_{rule.replace('-', '_')}"


def judge_rule(facts: "Facts", rule: str) -> Outcome:
    """Ask axe-core for a rule on the rendered page and judge its answer.

    What needs a person's review is inconclusive, except the very elements that needed it already when the fault was
    found: they were no part of it. Where another axe found it, a pass must have judged the elements that failed.
    """
    said = facts.browsing.verdict(rule)
    earlier = facts.browsing.earlier.get(key_of(rule))
    known = earlier.evidence if earlier else {}
    review = [one["html"] for one in said.unsure]
    if said.count:
        return _failed(said, review)
    if [html for html in review if html not in known.get("needs_review", ())]:
        return inconclusive(
            "not_available",
            "axe-core finds no fault but can't tell of every element; a person has to look at the rest.",
            needs_review=review,
            elements=said.unsure[:MOST_EXPLAINED],
        )
    passed_over = _passed_over(facts, said, known)
    if passed_over:
        return inconclusive(
            "tool_changed",
            "Elements that failed are as they were, and the newer axe-core does not judge them any more.",
            elements=passed_over,
        )
    return passed("axe-core finds no fault.", judged=len(said.passed), **_if_any(review))


def _failed(said: "Verdict", review: list[str]) -> Outcome:
    return failed(
        "axe-core finds elements that break the rule.",
        count=said.count,
        faults=[one["html"] for one in said.failed],
        elements=said.failed[:MOST_EXPLAINED],
        **_if_any(review),
    )


def _if_any(review: list[str]) -> dict[str, Any]:
    return {"needs_review": review} if review else {}


def _passed_over(facts: "Facts", said: "Verdict", known: dict[str, Any]) -> Sequence[str]:
    """The elements that failed before another axe, stand in the page as they were, and are not judged now."""
    browsing = facts.browsing
    if "axe" not in changed_tools(known, browsing.as_evidence(timed=False)):
        return []
    text = Page(browsing.glances()[0].response).text
    faults = [html for html in known.get("faults", ()) if isinstance(html, str)]
    return [html for html in faults if html in text and html not in said.passed]
