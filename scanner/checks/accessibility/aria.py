"""ARIA: roles and attributes that exist (WAI-ARIA 1.2 and 1.3, DPUB and Graphics), ids that are used once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scanner.checks.accessibility.axe_rules import axe_rule, judge_elements, markup
from scanner.outcome import Outcome, passed, verdict
from scanner.page import Page, snippet, value
from scanner.page_context import Facts
from scanner.parsing.accessible_name import seen
from scanner.registry import CRITICAL, HIGH

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_ROLES = frozenset(
    [
        "alert",
        "alertdialog",
        "application",
        "article",
        "associationlist",
        "associationlistitemkey",
        "associationlistitemvalue",
        "banner",
        "blockquote",
        "button",
        "caption",
        "cell",
        "checkbox",
        "code",
        "columnheader",
        "combobox",
        "comment",
        "complementary",
        "contentinfo",
        "definition",
        "deletion",
        "dialog",
        "directory",
        "document",
        "emphasis",
        "feed",
        "figure",
        "form",
        "generic",
        "grid",
        "gridcell",
        "group",
        "heading",
        "image",
        "img",
        "insertion",
        "link",
        "list",
        "listbox",
        "listitem",
        "log",
        "main",
        "mark",
        "marquee",
        "math",
        "menu",
        "menubar",
        "menuitem",
        "menuitemcheckbox",
        "menuitemradio",
        "meter",
        "navigation",
        "none",
        "note",
        "option",
        "paragraph",
        "presentation",
        "progressbar",
        "radio",
        "radiogroup",
        "region",
        "row",
        "rowgroup",
        "rowheader",
        "scrollbar",
        "search",
        "searchbox",
        "sectionfooter",
        "sectionheader",
        "separator",
        "slider",
        "spinbutton",
        "status",
        "strong",
        "subscript",
        "suggestion",
        "superscript",
        "switch",
        "tab",
        "table",
        "tablist",
        "tabpanel",
        "term",
        "text",
        "textbox",
        "time",
        "timer",
        "toolbar",
        "tooltip",
        "tree",
        "treegrid",
        "treeitem",
        "graphics-document",
        "graphics-object",
        "graphics-symbol",
    ]  # noqa: SIM905 - a list of 95 strings would be 95 lines
)
_ATTRIBUTES = frozenset(
    [
        "activedescendant",
        "atomic",
        "autocomplete",
        "braillelabel",
        "brailleroledescription",
        "busy",
        "checked",
        "colcount",
        "colindex",
        "colindextext",
        "colspan",
        "controls",
        "current",
        "describedby",
        "description",
        "details",
        "disabled",
        "dropeffect",
        "errormessage",
        "expanded",
        "flowto",
        "grabbed",
        "haspopup",
        "hidden",
        "invalid",
        "keyshortcuts",
        "label",
        "labelledby",
        "level",
        "live",
        "modal",
        "multiline",
        "multiselectable",
        "orientation",
        "owns",
        "placeholder",
        "posinset",
        "pressed",
        "readonly",
        "relevant",
        "required",
        "roledescription",
        "rowcount",
        "rowindex",
        "rowindextext",
        "rowspan",
        "selected",
        "setsize",
        "sort",
        "valuemax",
        "valuemin",
        "valuenow",
        "valuetext",
        "actions",
    ]  # noqa: SIM905 - a list of 55 strings would be 55 lines
)
# Attributes that point at other elements by their ids.
_POINTING = (
    "aria-activedescendant",
    "aria-controls",
    "aria-describedby",
    "aria-details",
    "aria-errormessage",
    "aria-flowto",
    "aria-labelledby",
    "aria-owns",
    "for",
)


@axe_rule(
    "aria-roles",
    severity=CRITICAL,
    title="Elements have a role that does not exist",
    why="Assistive technology ignores the role, and takes the element for something else.",
    summary="Use roles that WAI-ARIA knows, or none.",
    steps=("Correct the role.", "Where an HTML element says the same (button, nav, main), use that instead."),
    example='<div role="alert">Saved.</div>',
    criterion="name-role-value",
)
def aria_roles(facts: Facts) -> Outcome:
    """Every role names at least one role that exists and is not abstract."""
    elements = [node for node in seen(markup(facts), "[role]") if value(node, "role").strip()]
    return judge_elements(
        elements, _has_known_role, what="elements with a role", lack="have none that exists"
    )


def _has_known_role(node: LexborNode) -> bool:
    return any(word in _ROLES or word.startswith("doc-") for word in value(node, "role").lower().split())


@axe_rule(
    "aria-valid-attr",
    severity=CRITICAL,
    title="Elements have ARIA attributes that do not exist",
    why="Assistive technology ignores them, and what they should say is not said.",
    summary="Correct the names of the ARIA attributes.",
    steps=("Correct the spelling: aria-labelledby has two l, aria-describedby no hyphen in the middle.",),
    example='<input aria-labelledby="name" aria-describedby="hint">',
    criterion="name-role-value",
)
def aria_valid_attr(facts: Facts) -> Outcome:
    """Every attribute that begins with aria- is one that exists."""
    # Lexbor has no selector for attributes by a part of their name, so every element is visited once.
    bad = [node for node in seen(markup(facts), "*") if not _has_known_attributes(node)]
    return verdict(
        bad, show=snippet, fine="Every ARIA attribute exists.", wrong="ARIA attributes do not exist."
    )


def _has_known_attributes(node: LexborNode) -> bool:
    names = (name.lower() for name in node.attributes)
    return all(name[5:] in _ATTRIBUTES for name in names if name.startswith("aria-"))


@axe_rule(
    "duplicate-id-aria",
    severity=CRITICAL,
    title="An id that labels refer to is used more than once",
    why="The label or description goes to the first element only; the other one has none, or a wrong one.",
    summary="Use each id once.",
    steps=("Rename the second id and what refers to it.",),
    example='<label for="city-2">City</label> <input id="city-2">',
    criterion="name-role-value",
)
def duplicate_id_aria(facts: Facts) -> Outcome:
    """No id that an ARIA attribute or a label refers to is on two elements."""
    page = markup(facts)
    referred = _referred_ids(page)
    if not referred:
        return passed("Nothing on the page refers to an id.")
    uses = Counter(value(node, "id") for node in page.css("[id]"))
    bad = sorted(name for name in referred if uses[name] > 1)
    return verdict(bad, fine="Each id is used once.", wrong="Ids are used more than once.")


def _referred_ids(page: Page) -> set[str]:
    selector = ", ".join(f"[{name}]" for name in _POINTING)
    return {
        word
        for node in page.css(selector)
        for name in _POINTING
        if name != "for" or node.tag == "label"
        for word in value(node, name).split()
    }


@axe_rule(
    "td-headers-attr",
    severity=HIGH,
    title="Table cells refer to headers that are not in the table",
    why="A screen reader can't say which row and column a cell belongs to.",
    summary="Let headers name header cells of the same table.",
    steps=("Correct the ids in headers, or leave headers out where scope is enough.",),
    example='<th id="price">Price</th> … <td headers="price">12 €</td>',
    criterion="info-and-relationships",
)
def td_headers_attr(facts: Facts) -> Outcome:
    """Each id in a cell's headers is that of another cell of the same table."""
    page = markup(facts)
    bad = []
    cells = 0
    for table in seen(page, "table"):
        ids = {value(cell, "id") for cell in table.css("th[id], td[id]")}
        for cell in table.css("td[headers], th[headers]"):
            cells += 1
            named = set(value(cell, "headers").split())
            if not named <= ids - {value(cell, "id")}:
                bad.append(cell)
    if not cells:
        return passed("No table cell refers to headers.")
    return verdict(
        bad, show=snippet, fine="Every header is in the table.", wrong="Headers are not in the table."
    )
