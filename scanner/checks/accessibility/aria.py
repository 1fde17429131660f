"""ARIA: roles and attributes that exist (WAI-ARIA 1.2 and 1.3, DPUB and Graphics), ids that are used once."""

from scanner.checks.accessibility.axe_rules import axe_rule
from scanner.registry import CRITICAL, HIGH

axe_rule(
    "aria-roles",
    severity=CRITICAL,
    title="Elements have a role that does not exist",
    why="Assistive technology ignores the role, and takes the element for something else.",
    holds="Every role names at least one role that exists and is not abstract.",
    summary="Use roles that WAI-ARIA knows, or none.",
    steps=("Correct the role.", "Where an HTML element says the same (button, nav, main), use that instead."),
    example='<div role="alert">Saved.</div>',
    criterion="name-role-value",
)

axe_rule(
    "aria-valid-attr",
    severity=CRITICAL,
    title="Elements have ARIA attributes that do not exist",
    why="Assistive technology ignores them, and what they should say is not said.",
    holds="Every attribute that begins with aria- is one that exists.",
    summary="Correct the names of the ARIA attributes.",
    steps=("Correct the spelling: aria-labelledby has two l, aria-describedby no hyphen in the middle.",),
    example='<input aria-labelledby="name" aria-describedby="hint">',
    criterion="name-role-value",
)

axe_rule(
    "duplicate-id-aria",
    severity=CRITICAL,
    title="An id that labels refer to is used more than once",
    why="The label or description goes to the first element only; the other one has none, or a wrong one.",
    holds="No id that an ARIA attribute or a label refers to is on two elements.",
    summary="Use each id once.",
    steps=("Rename the second id and what refers to it.",),
    example='<label for="city-2">City</label> <input id="city-2">',
    criterion="name-role-value",
)

axe_rule(
    "td-headers-attr",
    severity=HIGH,
    title="Table cells refer to headers that are not in the table",
    why="A screen reader can't say which row and column a cell belongs to.",
    holds="Each id in a cell's headers is that of another cell of the same table.",
    summary="Let headers name header cells of the same table.",
    steps=("Correct the ids in headers, or leave headers out where scope is enough.",),
    example='<th id="price">Price</th> … <td headers="price">12 €</td>',
    criterion="info-and-relationships",
)
