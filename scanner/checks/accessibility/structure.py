"""Document structure: language, title, zoom, headings, landmarks, lists, tab order."""

from scanner.checks.accessibility.axe_rules import axe_rule
from scanner.registry import CRITICAL, HIGH, MEDIUM

axe_rule(
    "html-has-lang",
    severity=HIGH,
    title="<html> element does not have a lang attribute",
    why="Screen readers use the user's default language, and mispronounce the page if it is in another one.",
    passes_when="The html element has a lang attribute that is not empty.",
    summary="Add a lang attribute to the html element.",
    steps=("Set lang to the language code of the page.",),
    example='<html lang="en">',
    criterion="language-of-page",
)

axe_rule(
    "html-lang-valid",
    severity=HIGH,
    title="<html> element has an invalid lang attribute",
    why="Screen readers ignore an invalid language code, and mispronounce the page.",
    passes_when="The lang attribute of the html element starts with a valid language code.",
    summary="Use a valid language code.",
    steps=("Use an ISO 639-1 code, optionally with a region: en, de, fr, pt-BR …",),
    example='<html lang="pt-BR">',
    criterion="language-of-page",
)

axe_rule(
    "document-title",
    severity=HIGH,
    title="Document does not have a <title> element",
    why="Screen readers announce the title first, and it distinguishes tabs and windows.",
    passes_when="The document has a title element that is not empty.",
    summary="Give the page a unique, descriptive title.",
    steps=("Add a title element that describes the page.",),
    example="<title>Delivery and returns – Example Shop</title>",
    criterion="page-titled",
)

axe_rule(
    "meta-viewport",
    severity=MEDIUM,
    title="Zooming and scaling are disabled",
    why="Users with low vision cannot enlarge the page.",
    passes_when="The meta viewport has neither user-scalable=no nor a maximum-scale below 2.",
    summary="Allow users to zoom.",
    steps=(
        "Remove user-scalable=no from the meta viewport.",
        "Remove maximum-scale, or set it to 5 or more.",
    ),
    example='<meta name="viewport" content="width=device-width, initial-scale=1">',
    criterion="resize-text",
)

axe_rule(
    "meta-refresh",
    severity=CRITICAL,
    title="Page refreshes or redirects automatically (meta refresh)",
    why="Users who read slowly or use a screen reader lose the page before they have finished.",
    passes_when="No meta refresh has a delay of more than 0 seconds and at most 20 hours.",
    summary="Remove the timed refresh.",
    steps=("Redirect with status 301 instead.", "Let users reload the page themselves."),
    example="nginx: location = /old { return 301 /new; }",
    criterion="timing-adjustable",
)

axe_rule(
    "heading-order",
    severity=MEDIUM,
    title="Heading levels are skipped",
    why="Screen reader users navigate by headings, and look for content at a level that does not exist.",
    passes_when="No heading is more than one level below the heading before it.",
    summary="Increase heading levels only by one.",
    steps=("Choose the level by the structure of the page, not by the size.", "Set the size with CSS."),
    example="<h1>Shop</h1> <h2>Delivery</h2> <h3>Abroad</h3>",
)

axe_rule(
    "page-has-heading-one",
    severity=MEDIUM,
    title="Page does not contain a level-one heading",
    why="Screen reader users jump to the level-one heading to find the start of the main content.",
    passes_when="The page has an h1 element, or an element with role heading and aria-level 1.",
    summary="Add an h1 element.",
    steps=("Make the headline of the main content an h1 element.",),
    example="<main><h1>Delivery and returns</h1>",
)

axe_rule(
    "landmark-one-main",
    severity=MEDIUM,
    title="Document does not have a main landmark",
    why="Screen reader users cannot jump past the navigation to the main content.",
    passes_when="The page has a main element, or an element with role main.",
    summary="Put the main content into a main element.",
    steps=("Wrap the content that is unique to this page in a main element.",),
    example="<header>…</header> <main>…</main> <footer>…</footer>",
)

axe_rule(
    "tabindex",
    severity=HIGH,
    title="Elements have a tabindex greater than 0",
    why="Such elements receive focus before all others, which confuses keyboard users.",
    passes_when="No element has a tabindex above 0.",
    summary="Do not use a tabindex above 0.",
    steps=("Use tabindex=0, or none.", "Order the elements in the HTML as they should receive focus."),
    example='<div tabindex="0" role="button">…</div>',
    criterion="focus-order",
)

axe_rule(
    "list",
    severity=HIGH,
    title="Lists contain elements other than list items",
    why="Screen readers announce a wrong number of items, or no list at all.",
    passes_when="Every ul and ol contains only li, script and template elements.",
    summary="Put only li elements directly into ul and ol.",
    steps=("Wrap all content of a list in li elements.",),
    example="<ul><li>Cash</li><li>Card</li></ul>",
    criterion="info-and-relationships",
)

axe_rule(
    "listitem",
    severity=HIGH,
    title="List items are not contained in a list",
    why="Screen readers do not announce how many items there are and where the list ends.",
    passes_when="Every li is in a ul, ol or menu, or in an element with role list.",
    summary="Put every li element into a ul or ol.",
    steps=("Wrap the items in a ul or ol element.",),
    example="<ul><li>Cash</li><li>Card</li></ul>",
    criterion="info-and-relationships",
)
