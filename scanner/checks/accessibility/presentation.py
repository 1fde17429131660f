"""Visual presentation and input: contrast, target size, links in text, autocomplete, landmarks."""

from scanner.checks.accessibility.axe_rules import axe_rule
from scanner.registry import HIGH, MEDIUM

axe_rule(
    "color-contrast",
    severity=HIGH,
    title="Text does not have sufficient colour contrast",
    why="Users with low vision, and everyone in bright light, cannot read text with low contrast.",
    passes_when="Text has a contrast ratio of at least 4.5:1 with its background, large text of at least 3:1.",
    summary="Make the text darker, or its background lighter.",
    steps=(
        "Choose a colour with a contrast ratio of at least 4.5:1 (3:1 from 24 px, or from 18.66 px in bold).",
        "Change it where the colour is defined, so that every use changes.",
        "Check the hover and focus states as well.",
    ),
    example="<style>.hint { color: #595959; background: #fff; } /* 7:1, was #aaa with 2.3:1 */</style>",
    criterion="contrast-minimum",
)

axe_rule(
    "target-size",
    severity=HIGH,
    title="Touch targets do not have sufficient size or spacing",
    why="Users on touch screens or with a motor impairment miss small targets or hit the one next to them.",
    passes_when="Each link, button and field is at least 24 by 24 CSS pixels large, or has that much space around it.",
    summary="Make touch targets at least 24 by 24 pixels large, or increase the space between them.",
    steps=(
        "Give links and buttons a min-width and a min-height of 24px, or padding.",
        "Or leave so much space that circles of 24 pixels around the targets do not overlap.",
    ),
    example="<style>nav a { display: inline-block; min-width: 24px; min-height: 24px; }</style>",
    criterion="target-size-minimum",
)

axe_rule(
    "link-in-text-block",
    severity=HIGH,
    title="Links rely on colour to be distinguishable",
    why="Users who cannot distinguish the colours do not see that there is a link.",
    passes_when="Links in text are underlined, or have a contrast of 3:1 and another style than colour on focus.",
    summary="Underline links in text.",
    steps=(
        "Give links in running text text-decoration: underline.",
        "Otherwise give them a contrast of at least 3:1 with the surrounding text.",
    ),
    example="<style>p a { text-decoration: underline; }</style>",
    criterion="use-of-color",
)

axe_rule(
    "autocomplete-valid",
    severity=HIGH,
    title="autocomplete attributes are not valid",
    why="Browsers use them to fill in names and addresses, which users with a motor impairment depend on.",
    passes_when="Every autocomplete attribute has a value of the HTML standard that fits the field.",
    summary="Use a valid autocomplete value.",
    steps=("Use values such as name, email, tel, street-address, postal-code, cc-number, new-password.",),
    example='<input type="email" name="mail" autocomplete="email">',
    criterion="identify-input-purpose",
)

axe_rule(
    "region",
    severity=MEDIUM,
    title="Page content is not contained by landmarks",
    why="Screen reader users navigate by landmarks, and miss content that is in none.",
    passes_when="All content is inside of header, nav, main, aside, footer or another landmark.",
    summary="Put all content into landmarks.",
    steps=(
        "Put the main content into main, the page header into header, menus into nav.",
        "Put complementary content into aside, and the page footer into footer.",
    ),
    example="<header>…</header><nav>…</nav><main>…</main><footer>…</footer>",
    criterion="info-and-relationships",
)
