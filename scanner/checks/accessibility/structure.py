"""How a page is built, for those who hear it or enlarge it: language, title, headings, landmarks, lists,
order."""

from scanner.checks.accessibility.axe_rules import axe_rule
from scanner.registry import CRITICAL, HIGH, MEDIUM

axe_rule(
    "html-has-lang",
    severity=HIGH,
    title="The page does not say its language",
    why="A screen reader reads it with the voice of another language, and nobody understands it.",
    holds="The html element has a lang that is not empty.",
    summary="Write the language into the html element.",
    steps=("Write lang= and the code of the language that the page is in.",),
    example='<html lang="en">',
    criterion="language-of-page",
)

axe_rule(
    "html-lang-valid",
    severity=HIGH,
    title="The page's language is not one that exists",
    why="A screen reader does not know the code, and reads the page with the wrong voice.",
    holds="The lang of the html element begins with a language code that exists.",
    summary="Write a valid language code.",
    steps=("Use the code of ISO 639-1: en, de, fr, pt-BR …",),
    example='<html lang="pt-BR">',
    criterion="language-of-page",
)

axe_rule(
    "document-title",
    severity=HIGH,
    title="The document has no title to be announced",
    why="The title is the first thing that a screen reader says, and what tells one tab from another.",
    holds="The document has a title that is not empty.",
    summary="Give the page a title of its own.",
    steps=("Write a title element that says what this page is.",),
    example="<title>Delivery and returns – Example Shop</title>",
    criterion="page-titled",
)

axe_rule(
    "meta-viewport",
    severity=MEDIUM,
    title="The page can't be enlarged",
    why="Who sees badly can't zoom in to read.",
    holds="The viewport has no user-scalable=no and no maximum-scale below 2.",
    summary="Let visitors zoom.",
    steps=("Take user-scalable=no out of the viewport.", "Take maximum-scale out, or set it to 5 or more."),
    example='<meta name="viewport" content="width=device-width, initial-scale=1">',
    criterion="resize-text",
)

axe_rule(
    "meta-refresh",
    severity=CRITICAL,
    title="The page reloads or leaves by itself",
    why="Who reads slowly, or by ear, loses the page before the end.",
    holds="No meta refresh waits for more than 0 seconds and 20 hours or less.",
    summary="Do not reload or redirect by time.",
    steps=("Redirect with a status of 301 instead.", "Let visitors reload when they want to."),
    example="nginx: location = /old { return 301 /new; }",
    criterion="timing-adjustable",
)

axe_rule(
    "heading-order",
    severity=MEDIUM,
    title="Headings skip a level",
    why="Readers by ear jump from heading to heading; a level that is left out makes them look for what is "
    "not there.",
    holds="No heading is more than one level below the heading before it.",
    summary="Let each heading be at most one level below the one before.",
    steps=("Choose the level by the structure, not by the size.", "Change the size in the style sheet."),
    example="<h1>Shop</h1> <h2>Delivery</h2> <h3>Abroad</h3>",
)

axe_rule(
    "page-has-heading-one",
    severity=MEDIUM,
    title="The page has no main heading",
    why="Readers by ear jump to the main heading to learn what the page is and where it begins.",
    holds="The page has an h1, or an element with role heading and aria-level 1.",
    summary="Give the page one h1.",
    steps=("Make the headline of the content an h1.",),
    example="<main><h1>Delivery and returns</h1>",
)

axe_rule(
    "landmark-one-main",
    severity=MEDIUM,
    title="The page does not mark its main part",
    why="Readers by ear can't jump past the navigation to the content.",
    holds="The page has a main element, or one with role main.",
    summary="Put the content into one main element.",
    steps=("Wrap what is only on this page in a main element.",),
    example="<header>…</header> <main>…</main> <footer>…</footer>",
)

axe_rule(
    "tabindex",
    severity=HIGH,
    title="The order of the tab key is forced",
    why="A tabindex above 0 jumps ahead of everything else; who uses the keyboard gets lost.",
    holds="No element has a tabindex above 0.",
    summary="Use no tabindex above 0.",
    steps=("Write tabindex=0, or none.", "Put the elements into the order in which they are to be reached."),
    example='<div tabindex="0" role="button">…</div>',
    criterion="focus-order",
)

axe_rule(
    "list",
    severity=HIGH,
    title="Lists hold something else than list items",
    why="A screen reader counts wrongly, or does not say that it is a list.",
    holds="Every ul and ol holds li elements alone (and script or template).",
    summary="Put only li elements into ul and ol.",
    steps=("Wrap everything in a list in li elements.",),
    example="<ul><li>Cash</li><li>Card</li></ul>",
    criterion="info-and-relationships",
)

axe_rule(
    "listitem",
    severity=HIGH,
    title="List items stand outside of a list",
    why="A screen reader does not say how many there are and where they end.",
    holds="Every li is in a ul, ol or menu, or in an element with role list.",
    summary="Put every li element into a ul or an ol.",
    steps=("Wrap the items in a ul or an ol.",),
    example="<ul><li>Cash</li><li>Card</li></ul>",
    criterion="info-and-relationships",
)
