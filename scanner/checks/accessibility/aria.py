"""ARIA roles, attributes and ids."""

from scanner.checks.accessibility.axe_rules import axe_rule
from scanner.registry import CRITICAL, HIGH

axe_rule(
    "aria-roles",
    severity=CRITICAL,
    title="ARIA role values are not valid",
    why="Assistive technologies ignore an invalid role, so the element is announced as something else.",
    passes_when="Every role attribute has at least one role that exists and is not abstract.",
    summary="Use valid WAI-ARIA roles, or none.",
    steps=(
        "Correct the role.",
        "Use a native HTML element (button, nav, main) instead where there is one.",
    ),
    example='<div role="alert">Saved.</div>',
    criterion="name-role-value",
)

axe_rule(
    "aria-valid-attr",
    severity=CRITICAL,
    title="ARIA attributes are not valid or misspelled",
    why="Assistive technologies ignore an invalid attribute, so its information is lost.",
    passes_when="Every attribute that starts with aria- exists.",
    summary="Correct the names of the ARIA attributes.",
    steps=("Correct the spelling, for example aria-labelledby and aria-describedby.",),
    example='<input aria-labelledby="name" aria-describedby="hint">',
    criterion="name-role-value",
)

axe_rule(
    "aria-required-attr",
    severity=CRITICAL,
    title="ARIA roles lack required attributes",
    why="Screen readers cannot announce the state of the element, such as whether a checkbox is checked.",
    passes_when="Every element with an ARIA role has the attributes that the role requires.",
    summary="Add the required attribute, or use a native HTML element.",
    steps=(
        "Prefer the native HTML element: input type=checkbox instead of role=checkbox.",
        "Otherwise add what the role requires: aria-checked, aria-valuenow, aria-expanded, aria-level …",
        "Update the attribute when the state changes.",
    ),
    example='<div role="checkbox" aria-checked="false" tabindex="0">Subscribe to the newsletter</div>',
    criterion="name-role-value",
)

axe_rule(
    "aria-valid-attr-value",
    severity=CRITICAL,
    title="ARIA attributes have invalid values",
    why="Browsers ignore an invalid value, so screen readers announce nothing or the wrong state.",
    passes_when="Every ARIA attribute has a valid value, and the ids that it references exist in the page.",
    summary="Use values that the attribute allows.",
    steps=(
        "Use true or false where the attribute requires one of them.",
        "Reference only ids that exist in the page in aria-labelledby, aria-describedby and aria-controls.",
    ),
    example='<button aria-expanded="false" aria-controls="menu">Menu</button> <ul id="menu" hidden></ul>',
    criterion="name-role-value",
)

axe_rule(
    "aria-hidden-focus",
    severity=HIGH,
    title="Elements with aria-hidden contain focusable elements",
    why="Keyboard focus moves to an element that screen readers do not announce, so users lose their place.",
    passes_when="No element inside of aria-hidden=true can receive focus.",
    summary="Remove hidden links, buttons and fields from the tab order.",
    steps=(
        "Use the inert attribute, or display: none, for content that is hidden from everyone.",
        'Add tabindex="-1" to elements that are hidden from screen readers only.',
    ),
    example='<div aria-hidden="true" inert><a href="/sale">Sale</a></div>',
    criterion="name-role-value",
)

axe_rule(
    "duplicate-id-aria",
    severity=CRITICAL,
    title="IDs used in ARIA and labels are not unique",
    why="A label or description applies only to the first element with the ID; the other element has none, or a wrong "
    "one.",
    passes_when="No ID that an ARIA attribute or a label references is used on two elements.",
    summary="Use each ID once.",
    steps=("Rename the second ID and the attributes that reference it.",),
    example='<label for="city-2">City</label> <input id="city-2">',
    criterion="name-role-value",
)

axe_rule(
    "nested-interactive",
    severity=HIGH,
    title="Interactive controls are nested",
    why="Screen readers treat a control as one element, so a control inside of it may be unreachable.",
    passes_when="No button, tab or other control contains a link or another control.",
    summary="Place controls next to each other instead of inside of each other.",
    steps=("Move the inner link or button out of the outer control.", "Use CSS to present them as one unit."),
    example='<div class="tab"><button role="tab">Offers</button> <a href="/help">Help</a></div>',
    criterion="name-role-value",
)

axe_rule(
    "td-headers-attr",
    severity=HIGH,
    title="Table cells reference headers that are not in the same table",
    why="Screen readers cannot announce which row and column a cell belongs to.",
    passes_when="Each ID in the headers attribute of a cell is that of another cell of the same table.",
    summary="Reference only header cells of the same table.",
    steps=("Correct the IDs in the headers attribute, or remove it where scope is sufficient.",),
    example='<th id="price">Price</th> … <td headers="price">12 €</td>',
    criterion="info-and-relationships",
)
