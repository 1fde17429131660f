"""Turn axe-core's result for a rule into an outcome: a violation fails, "incomplete" is not a pass."""

import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from krafter_audit.security.control_characters import INVISIBLE
from scanner.axe_keys import MAX_PASSED, key_of
from scanner.outcome import Outcome, failed, faults_in, inconclusive, passed
from scanner.page.page import Page
from scanner.page.similarity import without_invisible
from scanner.tool_versions import changed_tools

if TYPE_CHECKING:
    from scanner.page.context import PageContext
    from scanner.page_visit.axe import RuleResult

# By these rules an element that axe-core no longer tests is fixed: links within aria-hidden are allowed once they are
# hidden from all users, and an id may occur twice once no ARIA attribute refers to it.
RULES_FIXED_BY_HIDING = ("aria-hidden-focus", "duplicate-id-aria")
NAME_RULES = ("button-name", "frame-title", "image-alt", "label", "link-name", "select-name", "svg-img-alt")
# axe-core accepts a name of only invisible characters, such as a zero-width space; screen readers read nothing.
_NOT_SHOWN = rf"\s*(?!\s)[{INVISIBLE}]+"
_EMPTY_NAME = re.compile(
    rf"\s(?:alt|title|aria-label)=\"{_NOT_SHOWN}\""
    rf"|^<(?:a|button)\b(?![^>]*\saria-label)[^>]*>{_NOT_SHOWN}</"
)
INVISIBLE_NAMES = "axe-core reports no violation, but some names have only characters that are not shown."
LINKS_AS_TEXT = (
    "axe-core reports no violation, but links that violated the rule look as the text around them now."
)
# The attributes in a start tag that hide the element.
_HIDDEN = r"hidden(?:=\"\")?|inert(?:=\"\")?|style=\"display:\s?none;?\""
_HIDING = re.compile(rf" (?:{_HIDDEN})(?=[ />])")
_HIDING_CONTROLS = re.compile(rf" (?:aria-hidden=\"true\"|{_HIDDEN})(?=[ />])")
DECORATIVE_IMAGE_RULES = ("image-alt", "svg-img-alt")  # aria-hidden fixes an image without information
MAX_EVIDENCE_ELEMENTS = 5
# Rules about the page itself. The other rules are about content, which may be in its frames.
FRAMESET_RULES = frozenset(
    ("document-title", "frame-title", "html-has-lang", "html-lang-valid", "meta-refresh", "meta-viewport")
)


def judge_rule(context: "PageContext", rule: str) -> Outcome:
    """Run an axe-core rule on the rendered page and judge its result."""
    result = context.rendered.axe_result(rule)
    earlier = context.rendered.earlier.get(key_of(rule))
    before = earlier.evidence if earlier else {}
    review = [element["html"] for element in result.incomplete]
    if result.count:
        return _failed(result, review)
    if context.rendered.visits()[0].has_foreign_frames and rule not in FRAMESET_RULES:
        return inconclusive("not_available", "axe-core cannot test the frames that show the page.")
    # Elements that needed review when the finding was made were not part of it.
    if [html for html in review if html not in before.get("needs_review", ())]:
        return inconclusive(
            "not_available",
            "axe-core reports no violation, but some elements need review (incomplete).",
            needs_review=review,
            elements=result.incomplete[:MAX_EVIDENCE_ELEMENTS],
        )
    # An element that the newer axe-core does not test, or that is hidden, may still have the fault.
    unjudged = _unjudged_faults(context, result, before)
    if unjudged and "axe" in changed_tools(before, context.rendered.as_evidence(throttled=False)):
        return inconclusive(
            "tool_changed",
            "Elements that violated the rule are unchanged, but the newer axe-core does not test them any more.",
            elements=unjudged,
        )
    if unjudged and rule not in RULES_FIXED_BY_HIDING:
        return inconclusive(
            "target_missing",
            "Elements that violated the rule are unchanged, but hidden, so axe-core does not test them.",
            elements=unjudged,
        )
    # axe-core reports no violation for a link that looks exactly as the text around it.
    if unstyled := [html for html in result.unstyled if html in faults_in(before)]:
        return inconclusive("not_available", LINKS_AS_TEXT, elements=unstyled[:MAX_EVIDENCE_ELEMENTS])
    if earlier and (empty := _empty_names(result)):
        return inconclusive("not_available", INVISIBLE_NAMES, elements=empty[:MAX_EVIDENCE_ELEMENTS])
    outcome = passed("axe-core reports no violation.", elements_passed=len(result.passed))
    return outcome.with_evidence(_needs_review(review))


def _empty_names(result: "RuleResult") -> list[str]:
    return [html for html in result.passed if result.rule in NAME_RULES and _EMPTY_NAME.search(html)]


def _failed(result: "RuleResult", review: list[str]) -> Outcome:
    outcome = failed(
        "axe-core reports elements that violate the rule.",
        count=result.count,
        faults=[element["html"] for element in result.violations],
        elements=result.violations[:MAX_EVIDENCE_ELEMENTS],
    )
    return outcome.with_evidence(_needs_review(review))


def _needs_review(review: list[str]) -> dict[str, Any]:
    return {"needs_review": review} if review else {}


def _unjudged_faults(context: "PageContext", result: "RuleResult", before: dict[str, Any]) -> Sequence[str]:
    faults = faults_in(before)
    if not faults or len(result.passed) == MAX_PASSED:
        return []  # nothing was found before, or more elements may have passed
    # An element that is still in the HTML, but in no result, was not tested.
    text = without_invisible(Page(context.rendered.visits()[0].response).text)
    judged = {*result.passed, *(element["html"] for element in result.incomplete)}
    if found := [html for html in faults if html in text and html not in judged]:
        return found
    # An element whose only change is an attribute that hides it was not tested either.
    shown = partial((_HIDING if result.rule in DECORATIVE_IMAGE_RULES else _HIDING_CONTROLS).sub, "")
    text, judged = shown(text), set(map(shown, judged))
    return [html for html in faults if shown(html) in text and shown(html) not in judged]
