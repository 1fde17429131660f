"""Run axe-core in a page and in its same-origin frames."""

import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from scanner.axe_keys import MAX_PASSED
from scanner.page_visit.isolated_world import IsolatedWorld, ScriptTimeout

# axe reports an id that ARIA refers to and that is used twice as "needs review". There is nothing to review: one of
# the two elements is not referenced.
CONFIGURATION = {"rules": [{"id": "duplicate-id-aria", "reviewOnFail": False}]}
MAX_PAGE_ELEMENTS = 40_000  # on a larger page the rules take longer than the limit of a visit
MAX_SECONDS = 25.0  # for all rules; a whole visit may take 45
# On a larger page the slow rules run separately, after the others: each run reads the whole page once more.
MAX_ELEMENTS_IN_ONE_RUN = 4000
SLOW_RULES = ("color-contrast", "region")  # up to a minute on 10,000 elements
MAX_ELEMENTS = 20  # in the evidence of each rule
MAX_REVIEW = 100  # elements that need review: a later verification compares them with its own
# CSS properties by which a link in a text may differ from the text.
LINK_STYLES = (
    *("color", "fontFamily", "fontWeight", "fontStyle", "fontSize", "textTransform"),
    *("backgroundColor", "boxShadow"),
)

# The time that axe-core takes is noted, so that it is not taken for a long task of the page.
_INJECT = """globalThis.krafterInjection = [performance.now(), Infinity];
%(source)s
;axe.configure(%(configuration)s);
globalThis.krafterInjection[1] = performance.now();"""

# axe waits half a second for a frame without axe, and reports it as "frame-tested", which is left out.
_RUN = r"""(async (ids, maxElements, maxReview, maxPassed, styles) => {
  const rules = Object.fromEntries(ids.map((id) => [id, { enabled: true }]));
  const results = await axe.run(document, { runOnly: ids, rules, elementRef: true });
  // An underline that is a background, and not one that grows from nothing on hover.
  const image = ({ backgroundSize, backgroundImage }) => backgroundSize.startsWith("0") ? "none" : backgroundImage;
  const unlessTransparent = (colour, line, none) => /^rgba\(.* 0\)$|\/ 0\)$/.test(colour) ? none : line;
  const styleOf = (element, style = getComputedStyle(element)) => JSON.stringify([
    image(style),
    unlessTransparent(style.textDecorationColor, style.textDecorationLine, "none"),
    unlessTransparent(style.borderBottomColor, style.borderBottomWidth, "0px"),
    ...styles.map((property) => style[property]),
  ]);
  const textOf = (element) => element.textContent.trim();
  // What contains only the link, as <strong>, is no text around it.
  const isUnstyled = ({ element, around = element?.parentElement }) => around && styleOf(element) === styleOf(around)
    && (textOf(element) !== textOf(around) || isUnstyled({ element: around }));
  const describe = (node) => ({
    target: node.target.flat().join(" > "),
    html: node.html.slice(0, 300),
    says: [...node.any, ...node.all, ...node.none].map((check) => check.message).slice(0, 3).join(" ").slice(0, 400),
  });
  const nodesOf = (list, id) => (list.find((result) => result.id === id) || { nodes: [] }).nodes;
  return ids.map((id) => ({
    rule: id,
    violations: nodesOf(results.violations, id).slice(0, maxElements).map(describe),
    count: nodesOf(results.violations, id).length,
    incomplete: nodesOf(results.incomplete, id).filter((node) => !node.any.some((check) => check.id === "frame-tested"))
      .slice(0, maxReview).map(describe),
    passed: nodesOf(results.passes, id).slice(0, maxPassed).map((node) => node.html.slice(0, 300)),
    unstyled: (id === "link-in-text-block" ? nodesOf(results.passes, id) : [])
      .slice(0, maxPassed).filter(isUnstyled).map((node) => node.html.slice(0, 300)),
  }));
})"""

# A control hides the property of its form that has its name. For axe-core such a form is empty, no element, or has no
# size.
HIDING_NAMES = ("childNodes", "nodeType", "getBoundingClientRect", "getClientRects")
_HIDES_CONTENT = """((names) => {
  const isControl = (value) => value instanceof Element || value instanceof RadioNodeList; // controls with one name
  const isHiding = (form) => names.some((name) => isControl(form[name]));
  const isFound = (root) => [...root.querySelectorAll("*")].some(
    (element) => (element instanceof HTMLFormElement && isHiding(element))
      || (element.shadowRoot && isFound(element.shadowRoot))
  );
  return isFound(document);
})"""


@dataclass(frozen=True)
class RuleResult:
    """axe's result for one rule. An element is `{target, html, says}`."""

    rule: str
    violations: list[dict[str, str]]  # the first 20 of `count`
    count: int
    # Elements that need review.
    incomplete: list[dict[str, str]] = field(default_factory=list)
    # The HTML of the elements that passed, and of the links among them that look as the text around them.
    passed: list[str] = field(default_factory=list)
    unstyled: list[str] = field(default_factory=list)


def inject(world: IsolatedWorld) -> None:
    """Load axe-core into the page and its same-origin frames, where it is not loaded yet."""
    for frame in world.frames():
        if not world.evaluate("typeof axe === 'object'", frame):
            world.evaluate(_INJECT % {"source": source(), "configuration": json.dumps(CONFIGURATION)}, frame)


def cannot_see_forms(world: IsolatedWorld) -> bool:
    """Return whether the page, or a frame of its origin, has a form whose content axe-core cannot read."""
    script = f"{_HIDES_CONTENT}({json.dumps(HIDING_NAMES)})"
    return any(world.evaluate(script, frame) for frame in world.frames())


def run(
    world: IsolatedWorld, rules: Sequence[str], *, elements: int, wait: Callable[[float], None]
) -> dict[str, RuleResult]:
    """Return the results of the rules that finish in time. This axe must have each of them.

    `elements` is the size of the page; `wait` as for `IsolatedWorld.evaluate_within`.
    """
    results: dict[str, RuleResult] = {}
    deadline = time.monotonic() + MAX_SECONDS
    with suppress(ScriptTimeout):
        for group in _groups(rules, elements):
            inject(world)
            arguments = json.dumps([group, MAX_ELEMENTS, MAX_REVIEW, MAX_PASSED, LINK_STYLES])
            script = f"{_RUN}(...{arguments})"
            found = world.evaluate_within(deadline - time.monotonic(), script, wait)
            results |= {result["rule"]: RuleResult(**result) for result in found}
    return results


def _groups(rules: Sequence[str], elements: int) -> list[list[str]]:
    if elements <= MAX_ELEMENTS_IN_ONE_RUN:
        return [list(rules)] if rules else []
    fast = [rule for rule in rules if rule not in SLOW_RULES]
    return [group for group in (fast, *([rule] for rule in SLOW_RULES if rule in rules)) if group]


@cache
def source() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@cache
def version() -> str:
    found = re.search(r"axe v([\d.]+)", source()[:200])
    return found.group(1) if found else "unknown"
