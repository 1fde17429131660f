"""How a page is built, for those who hear it or enlarge it: language, title, headings, landmarks, lists,
order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.checks.accessibility.axe_rules import axe_rule, judge_elements, markup
from scanner.checks.seo.metadata import viewport_settings
from scanner.outcome import Outcome, failed, not_applicable, passed, verdict
from scanner.page import Page, has, snippet, value
from scanner.page_context import Facts
from scanner.parsing.accessible_name import children, is_hidden, seen
from scanner.parsing.language_tags import is_primary
from scanner.registry import CRITICAL, HIGH, MEDIUM

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

TWENTY_HOURS = 72_000
LEAST_SCALE = 2.0
_IN_LISTS = ("li", "script", "template", "style")


@axe_rule(
    "html-has-lang",
    severity=HIGH,
    title="The page does not say its language",
    why="A screen reader reads it with the voice of another language, and nobody understands it.",
    summary="Write the language into the html element.",
    steps=("Write lang= and the code of the language that the page is in.",),
    example='<html lang="en">',
    criterion="language-of-page",
)
def html_has_lang(facts: Facts) -> Outcome:
    """The html element has a lang that is not empty."""
    root = facts.document.first("html")
    said = value(root, "lang").strip() if root else ""
    return passed(f"The language is {said[:40]}.") if said else failed("The html element has no lang.")


@axe_rule(
    "html-lang-valid",
    severity=HIGH,
    title="The page's language is not one that exists",
    why="A screen reader does not know the code, and reads the page with the wrong voice.",
    summary="Write a valid language code.",
    steps=("Use the code of ISO 639-1: en, de, fr, pt-BR …",),
    example='<html lang="pt-BR">',
    criterion="language-of-page",
)
def html_lang_valid(facts: Facts) -> Outcome:
    """The lang of the html element begins with a language code that exists."""
    root = facts.document.first("html")
    said = value(root, "lang").strip() if root else ""
    if not said:
        return not_applicable("The page does not say its language.")
    valid = is_primary(said.split("-")[0])
    return passed(f"{said[:40]} is a language.") if valid else failed(f"{said[:40]!r} is no language.")


@axe_rule(
    "document-title",
    severity=HIGH,
    title="The document has no title to be announced",
    why="The title is the first thing that a screen reader says, and what tells one tab from another.",
    summary="Give the page a title of its own.",
    steps=("Write a title element that says what this page is.",),
    example="<title>Delivery and returns – Example Shop</title>",
    criterion="page-titled",
)
def document_title(facts: Facts) -> Outcome:
    """The document has a title that is not empty."""
    title = facts.document.title
    return (
        passed("The page has a title.", title=title[:200])
        if title
        else failed("The title is missing or empty.")
    )


@axe_rule(
    "meta-viewport",
    severity=MEDIUM,
    title="The page can't be enlarged",
    why="Who sees badly can't zoom in to read.",
    summary="Let visitors zoom.",
    steps=("Take user-scalable=no out of the viewport.", "Take maximum-scale out, or set it to 5 or more."),
    example='<meta name="viewport" content="width=device-width, initial-scale=1">',
    criterion="resize-text",
)
def meta_viewport(facts: Facts) -> Outcome:
    """The viewport has no user-scalable=no and no maximum-scale below 2."""
    said = facts.document.metas("viewport")
    if not said:
        return passed("There is no viewport that restricts zooming.")
    faults = [fault for content in said for fault in _zoom_faults(viewport_settings(content))]
    return verdict(faults, fine="The page can be enlarged.", wrong="Zooming is restricted.", viewport=said)


def _zoom_faults(settings: dict[str, str]) -> list[str]:
    faults = []
    scalable = settings.get("user-scalable", "")
    if scalable == "no" or abs(_number(scalable, 1.0)) < 1:
        faults.append(f"user-scalable={scalable[:20]}")
    largest = settings.get("maximum-scale", "")
    # A negative number is ignored by browsers.
    if 0 <= _number(largest, LEAST_SCALE) < LEAST_SCALE:
        faults.append(f"maximum-scale={largest[:20]}")
    return faults


def _number(text: str, otherwise: float) -> float:
    match = re.match(r"-?\d{1,6}(?:\.\d{1,6})?", text)
    return float(match.group()) if match else otherwise


@axe_rule(
    "meta-refresh",
    severity=CRITICAL,
    title="The page reloads or leaves by itself",
    why="Who reads slowly, or by ear, loses the page before the end.",
    summary="Do not reload or redirect by time.",
    steps=("Redirect with a status of 301 instead.", "Let visitors reload when they want to."),
    example="nginx: location = /old { return 301 /new; }",
    criterion="timing-adjustable",
)
def meta_refresh(facts: Facts) -> Outcome:
    """No meta refresh waits for more than 0 seconds and 20 hours or less."""
    delays = [
        int(match.group(1))
        for content in facts.document.metas("refresh", "http-equiv")
        if (match := re.match(r"\s*(\d{1,9})(?:\.\d*)?\s*(?:[;,\s]|$)", content))
    ]
    bad = [f"after {delay} seconds" for delay in delays if 0 < delay <= TWENTY_HOURS]
    return verdict(bad, fine="The page stays.", wrong="The page reloads or leaves by itself.")


@axe_rule(
    "heading-order",
    severity=MEDIUM,
    title="Headings skip a level",
    why="Readers by ear jump from heading to heading; a level that is left out makes them look for what is "
    "not there.",
    summary="Let each heading be at most one level below the one before.",
    steps=("Choose the level by the structure, not by the size.", "Change the size in the style sheet."),
    example="<h1>Shop</h1> <h2>Delivery</h2> <h3>Abroad</h3>",
)
def heading_order(facts: Facts) -> Outcome:
    """No heading is more than one level below the heading before it."""
    headings = _headings(markup(facts))
    if not headings:
        return passed("The page has no heading.")
    bad = [
        (before, node)
        for (before, _), (level, node) in zip(headings, headings[1:], strict=False)
        if level > before + 1
    ]
    return verdict(
        bad,
        show=lambda one: f"{snippet(one[1])} follows level {one[0]}",
        fine="No level is skipped.",
        wrong="Levels are skipped.",
        headings=len(headings),
    )


def _headings(page: Page) -> list[tuple[int, LexborNode]]:
    nodes = seen(page, "h1, h2, h3, h4, h5, h6, [role=heading]")
    levels = ((_level(node), node) for node in nodes if value(node, "role").lower() in ("", "heading"))
    return [(level, node) for level, node in levels if level]


def _level(node: LexborNode) -> int:
    said = value(node, "aria-level").strip()
    if said.isascii() and said.isdecimal() and int(said[:4]) > 0:
        return int(said[:4])
    tag = node.tag or ""
    return int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else 2


@axe_rule(
    "page-has-heading-one",
    severity=MEDIUM,
    title="The page has no main heading",
    why="Readers by ear jump to the main heading to learn what the page is and where it begins.",
    summary="Give the page one h1.",
    steps=("Make the headline of the content an h1.",),
    example="<main><h1>Delivery and returns</h1>",
)
def page_has_heading_one(facts: Facts) -> Outcome:
    """The page has an h1, or an element with role heading and aria-level 1."""
    found = any(level == 1 for level, _ in _headings(markup(facts)))
    return passed("There is a main heading.") if found else failed("There is no heading of level 1.")


@axe_rule(
    "landmark-one-main",
    severity=MEDIUM,
    title="The page does not mark its main part",
    why="Readers by ear can't jump past the navigation to the content.",
    summary="Put the content into one main element.",
    steps=("Wrap what is only on this page in a main element.",),
    example="<header>…</header> <main>…</main> <footer>…</footer>",
)
def landmark_one_main(facts: Facts) -> Outcome:
    """The page has a main element, or one with role main."""
    mains = seen(markup(facts), "main:not([role]), [role=main]")
    return passed("The main part is marked.") if mains else failed("There is no main element.")


@axe_rule(
    "tabindex",
    severity=HIGH,
    title="The order of the tab key is forced",
    why="A tabindex above 0 jumps ahead of everything else; who uses the keyboard gets lost.",
    summary="Use no tabindex above 0.",
    steps=("Write tabindex=0, or none.", "Put the elements into the order in which they are to be reached."),
    example='<div tabindex="0" role="button">…</div>',
    criterion="focus-order",
)
def tabindex(facts: Facts) -> Outcome:
    """No element has a tabindex above 0."""
    bad = [node for node in seen(markup(facts), "[tabindex]") if _is_positive(value(node, "tabindex"))]
    return verdict(bad, show=snippet, fine="No order is forced.", wrong="The order of the tab key is forced.")


def _is_positive(text: str) -> bool:
    match = re.match(r"\s*\+?(\d{1,9})", text)
    return match is not None and int(match.group(1)) > 0


@axe_rule(
    "list",
    severity=HIGH,
    title="Lists hold something else than list items",
    why="A screen reader counts wrongly, or does not say that it is a list.",
    summary="Put only li elements into ul and ol.",
    steps=("Wrap everything in a list in li elements.",),
    example="<ul><li>Cash</li><li>Card</li></ul>",
    criterion="info-and-relationships",
)
def list_children(facts: Facts) -> Outcome:
    """Every ul and ol holds li elements alone (and script or template)."""
    lists = [node for node in seen(markup(facts), "ul, ol") if not has(node, "role")]
    return judge_elements(lists, _holds_items, what="lists", lack="hold something else than items")


def _holds_items(node: LexborNode) -> bool:
    for child in children(node):
        if child.is_text_node and (child.text_content or "").strip():
            return False
        if child.is_element_node and not _is_item(child):
            return False
    return True


def _is_item(child: LexborNode) -> bool:
    role = value(child, "role").strip().lower()
    return (child.tag in _IN_LISTS and role in ("", "listitem")) or role == "listitem" or is_hidden(child)


@axe_rule(
    "listitem",
    severity=HIGH,
    title="List items stand outside of a list",
    why="A screen reader does not say how many there are and where they end.",
    summary="Put every li element into a ul or an ol.",
    steps=("Wrap the items in a ul or an ol.",),
    example="<ul><li>Cash</li><li>Card</li></ul>",
    criterion="info-and-relationships",
)
def listitem(facts: Facts) -> Outcome:
    """Every li is in a ul, ol or menu, or in an element with role list."""
    items = [node for node in seen(markup(facts), "li") if not has(node, "role")]
    return judge_elements(items, _is_in_list, what="list items", lack="stand outside of a list")


def _is_in_list(node: LexborNode) -> bool:
    parent = node.parent
    if parent is None:
        return False
    role = value(parent, "role").strip().lower()
    return role == "list" or (not role and parent.tag in ("ul", "ol", "menu"))
