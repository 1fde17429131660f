"""Names for what can't be seen: pictures, fields, buttons, links, frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.checks.accessibility.axe_rules import axe_rule, judge_elements, markup
from scanner.outcome import Outcome
from scanner.page import has, value
from scanner.page_context import Facts
from scanner.parsing.accessible_name import (
    has_label,
    has_title,
    is_presentational,
    labelled,
    seen,
    svg_title,
    text_of,
)
from scanner.registry import CRITICAL, HIGH

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_PICTURES = ("", "img", "image", "none", "presentation")
_NO_FIELDS = ("hidden", "image", "button", "submit", "reset")


@axe_rule(
    "image-alt",
    severity=CRITICAL,
    title="Images have no text alternative",
    why="Who can't see the image does not learn what it shows; a screen reader may read out its file name.",
    summary="Give every image an alt text.",
    steps=(
        "Write what the image says in this place, in a few words.",
        'Write alt="" where it is only decoration.',
        "Where the image is a link, say where it leads.",
    ),
    example='<img src="/opening.jpg" alt="Our shop on Main Street"> <img src="/line.svg" alt="">',
    criterion="non-text-content",
)
def image_alt(facts: Facts) -> Outcome:
    """Every img has an alt (which may be empty), aria-label, aria-labelledby or title, or is
    presentational.
    """
    page = markup(facts)

    def is_fine(node: LexborNode) -> bool:
        alt = value(node, "alt")
        if has(node, "alt"):
            # A blank that is not empty is read out as nothing, yet hides that a text is missing.
            return alt == "" or bool(alt.strip())
        return labelled(page, node) or has_title(node) or is_presentational(node)

    images = [node for node in seen(page, "img") if value(node, "role").strip().lower() in _PICTURES]
    return judge_elements(images, is_fine, what="images", lack="have no text alternative")


@axe_rule(
    "label",
    severity=CRITICAL,
    title="Form fields have no label",
    why="A screen reader says “edit text” and nothing more; the visitor does not know what to type.",
    summary="Give every field a label.",
    steps=(
        "Write a label element with for= the field's id, or put the field into it.",
        "Where there is no room for a label, use aria-label.",
    ),
    example='<label for="email">E-mail</label> <input id="email" type="email" autocomplete="email">',
    criterion="labels-or-instructions",
)
def label(facts: Facts) -> Outcome:
    """Every input and textarea has a label element, aria-label, aria-labelledby, title or placeholder."""
    page = markup(facts)
    fields = [node for node in seen(page, "input, textarea") if _is_field(node)]

    def is_fine(node: LexborNode) -> bool:
        named = labelled(page, node) or has_title(node) or bool(value(node, "placeholder").strip())
        return named or has_label(page, node)

    return judge_elements(fields, is_fine, what="form fields", lack="have no label")


def _is_field(node: LexborNode) -> bool:
    return node.tag == "textarea" or value(node, "type").strip().lower() not in _NO_FIELDS


@axe_rule(
    "button-name",
    severity=CRITICAL,
    title="Buttons have no name",
    why="A screen reader says “button” and nothing more; voice control can't press it.",
    summary="Give every button a name.",
    steps=("Write text into the button.", "Give a button that shows a picture only an aria-label."),
    example='<button type="button" aria-label="Close">×</button>',
    criterion="name-role-value",
)
def button_name(facts: Facts) -> Outcome:
    """Every button has text, aria-label, aria-labelledby or title, or a label element."""
    page = markup(facts)

    def is_fine(node: LexborNode) -> bool:
        return bool(text_of(node)) or labelled(page, node) or has_title(node) or has_label(page, node)

    return judge_elements(seen(page, "button"), is_fine, what="buttons", lack="have no name")


@axe_rule(
    "link-name",
    severity=HIGH,
    title="Links have no name",
    why="A screen reader says “link”, or reads out the address; nobody knows where it leads.",
    summary="Give every link words.",
    steps=("Write text into the link.", "Give the picture in a link an alt that says where the link leads."),
    example='<a href="/cart"><img src="/cart.svg" alt="Shopping cart"></a>',
    criterion="link-purpose-in-context",
)
def link_name(facts: Facts) -> Outcome:
    """Every link has text (or a picture with alt), aria-label, aria-labelledby or title."""
    page = markup(facts)
    links = [node for node in seen(page, "a[href]") if value(node, "role").strip().lower() in ("", "link")]

    def is_fine(node: LexborNode) -> bool:
        return bool(text_of(node)) or labelled(page, node) or has_title(node)

    return judge_elements(links, is_fine, what="links", lack="have no name")


@axe_rule(
    "select-name",
    severity=CRITICAL,
    title="Choice lists have no name",
    why="A screen reader reads out the choices, but not what is chosen.",
    summary="Give every select a label.",
    steps=("Write a label element with for= the select's id, or use aria-label.",),
    example='<label for="country">Country</label> <select id="country">…</select>',
    criterion="name-role-value",
)
def select_name(facts: Facts) -> Outcome:
    """Every select has a label element, aria-label, aria-labelledby or title."""
    page = markup(facts)

    def is_fine(node: LexborNode) -> bool:
        named = labelled(page, node) or has_title(node)
        return named or has_label(page, node)

    return judge_elements(seen(page, "select"), is_fine, what="choice lists", lack="have no name")


@axe_rule(
    "frame-title",
    severity=HIGH,
    title="Frames have no title",
    why="A screen reader says “frame” and nothing more; the visitor has to go in to find out what it is.",
    summary="Give every frame a title.",
    steps=("Write into title what the frame shows.",),
    example='<iframe src="https://maps.example.com/…" title="Map: how to find us"></iframe>',
    criterion="bypass-blocks",
)
def frame_title(facts: Facts) -> Outcome:
    """Every iframe and frame that can be reached has a title, aria-label or aria-labelledby."""
    page = markup(facts)
    frames = [
        node for node in seen(page, "iframe, frame") if not value(node, "tabindex").strip().startswith("-")
    ]

    def is_fine(node: LexborNode) -> bool:
        return has_title(node) or labelled(page, node) or is_presentational(node)

    return judge_elements(frames, is_fine, what="frames", lack="have no title")


@axe_rule(
    "svg-img-alt",
    severity=HIGH,
    title="SVG pictures have no text alternative",
    why="Who can't see the picture does not learn what it shows.",
    summary="Give every SVG that is a picture a title or an aria-label.",
    steps=("Write a title element as the first child of the svg.", "Or use aria-label."),
    example='<svg role="img" aria-label="Sales rise from May to July">…</svg>',
    criterion="non-text-content",
)
def svg_img_alt(facts: Facts) -> Outcome:
    """Every svg with role img, graphics-document or graphics-symbol has a title, aria-label or
    aria-labelledby.
    """
    page = markup(facts)
    selector = 'svg[role="img"], svg[role="graphics-document"], svg[role="graphics-symbol"]'

    def is_fine(node: LexborNode) -> bool:
        return bool(svg_title(node)) or labelled(page, node) or has_title(node)

    return judge_elements(seen(page, selector), is_fine, what="SVG pictures", lack="have no text alternative")
