"""Accessibility of colours, sizes, focus, and of the roles that scripts give."""

from scanner.checks.accessibility.axe_rules import axe_rule
from scanner.registry import CRITICAL, HIGH, MEDIUM

axe_rule(
    "color-contrast",
    severity=HIGH,
    title="Text has too little contrast",
    why="Who sees badly, or reads in the sun, can't tell the text from its background.",
    holds="Text has a contrast of 4.5:1 with its background, large text of 3:1.",
    summary="Make the text darker, or its background lighter.",
    steps=(
        "Take a colour with a contrast of at least 4.5:1 (3:1 from 24 px, or 18.66 px in bold).",
        "Change it where the colour is defined, so that every place changes.",
        "Look at the hover, focus and disabled states too.",
    ),
    example="<style>.hint { color: #595959; background: #fff; } /* 7:1, was #aaa with 2.3:1 */</style>",
    criterion="contrast-minimum",
)

axe_rule(
    "target-size",
    severity=HIGH,
    title="Links and buttons are too small to be hit",
    why="On a phone, or with an unsteady hand, a small target next to another one is missed.",
    holds="Each link, button and field is 24 by 24 CSS pixels large, or has that much room around it.",
    summary="Make targets 24 by 24 pixels large, or set them apart.",
    steps=(
        "Give links and buttons a min-width and a min-height of 24px, or padding.",
        "Or leave so much room between them that circles of 24 pixels around each do not touch.",
    ),
    example="<style>nav a { display: inline-block; min-width: 24px; min-height: 24px; }</style>",
    criterion="target-size-minimum",
)

axe_rule(
    "link-in-text-block",
    severity=HIGH,
    title="Links in text differ by colour alone",
    why="Who can't tell the colours apart does not see that there is a link.",
    holds="Links in a text are underlined, or differ by a contrast of 3:1 and by more than colour on focus.",
    summary="Underline the links in text.",
    steps=(
        "Give links in running text text-decoration: underline.",
        "Where that can't be, let the link's colour have a contrast of 3:1 with the text around it.",
    ),
    example="<style>p a { text-decoration: underline; }</style>",
    criterion="use-of-color",
)

axe_rule(
    "aria-required-attr",
    severity=CRITICAL,
    title="ARIA roles lack an attribute that they need",
    why="A screen reader says “checkbox” and can't say whether it is ticked.",
    holds="Every element with an ARIA role has the attributes that the role requires.",
    summary="Add the attribute, or use the element of HTML that brings it along.",
    steps=(
        "Prefer the element of HTML: input type=checkbox instead of role=checkbox.",
        "Else add what the role needs: aria-checked, aria-valuenow, aria-expanded, aria-level …",
        "Keep it true when the state changes.",
    ),
    example='<div role="checkbox" aria-checked="false" tabindex="0">Send me news</div>',
    criterion="name-role-value",
)

axe_rule(
    "aria-valid-attr-value",
    severity=CRITICAL,
    title="ARIA attributes have values that do not exist",
    why="Browsers ignore such an attribute, so a screen reader says nothing or something wrong.",
    holds="Every ARIA attribute has a value that it allows; ids that it names are in the page.",
    summary="Write a value that the attribute allows.",
    steps=(
        "Write true or false where the attribute wants one of them.",
        "Name ids that are in the page in aria-labelledby, aria-describedby and aria-controls.",
    ),
    example='<button aria-expanded="false" aria-controls="menu">Menu</button> <ul id="menu" hidden></ul>',
    criterion="name-role-value",
)

axe_rule(
    "aria-hidden-focus",
    severity=HIGH,
    title="Hidden content can be reached by keyboard",
    why="The focus goes to something that a screen reader does not speak of: the visitor is lost.",
    holds="Nothing inside of aria-hidden=true can take the focus.",
    summary="Take hidden links, buttons and fields out of the tab order.",
    steps=(
        "Use the attribute inert, or display: none, for what is hidden from everybody.",
        'Write tabindex="-1" on what is only hidden from screen readers.',
    ),
    example='<div aria-hidden="true" inert><a href="/sale">Sale</a></div>',
    criterion="name-role-value",
)

axe_rule(
    "nested-interactive",
    severity=HIGH,
    title="Controls stand inside of controls",
    why="A screen reader reads a button as one thing: what is in it can't be reached.",
    holds="No button, tab or other control contains a link or another control.",
    summary="Put the controls beside each other.",
    steps=("Move the inner link or button out of the outer one.", "Use CSS to show them as one thing."),
    example='<div class="tab"><button role="tab">Offers</button> <a href="/help">Help</a></div>',
    criterion="name-role-value",
)

axe_rule(
    "autocomplete-valid",
    severity=HIGH,
    title="Fields say autocomplete with words that do not exist",
    why="Browsers fill in names and addresses by these words; who can hardly type depends on it.",
    holds="Every autocomplete attribute holds words of the standard that fit the field.",
    summary="Write the standard's word for the field.",
    steps=("Use words such as name, email, tel, street-address, postal-code, cc-number, new-password.",),
    example='<input type="email" name="mail" autocomplete="email">',
    criterion="identify-input-purpose",
)

axe_rule(
    "region",
    severity=MEDIUM,
    title="Content stands outside of every landmark",
    why="Screen readers jump from landmark to landmark, and pass over what is in none.",
    holds="All content is inside of header, nav, main, aside, footer or another landmark.",
    summary="Put all content into landmarks.",
    steps=(
        "Put the content of the page into main, its head into header, its menus into nav.",
        "Put what is beside the content into aside, what is below it into footer.",
    ),
    example="<header>…</header><nav>…</nav><main>…</main><footer>…</footer>",
    criterion="info-and-relationships",
)
