"""Names for what can't be seen: pictures, fields, buttons, links, frames."""

from scanner.checks.accessibility.axe_rules import axe_rule
from scanner.registry import CRITICAL, HIGH

axe_rule(
    "image-alt",
    severity=CRITICAL,
    title="Images have no text alternative",
    why="Who can't see the image does not learn what it shows; a screen reader may read out its file name.",
    holds="Every img has an alt (which may be empty), aria-label, aria-labelledby or title, or is presentational.",
    summary="Give every image an alt text.",
    steps=(
        "Write what the image says in this place, in a few words.",
        'Write alt="" where it is only decoration.',
        "Where the image is a link, say where it leads.",
    ),
    example='<img src="/opening.jpg" alt="Our shop on Main Street"> <img src="/line.svg" alt="">',
    criterion="non-text-content",
)

axe_rule(
    "label",
    severity=CRITICAL,
    title="Form fields have no label",
    why="A screen reader says “edit text” and nothing more; the visitor does not know what to type.",
    holds="Every input and textarea has a label element, aria-label, aria-labelledby, title or placeholder.",
    summary="Give every field a label.",
    steps=(
        "Write a label element with for= the field's id, or put the field into it.",
        "Where there is no room for a label, use aria-label.",
    ),
    example='<label for="email">E-mail</label> <input id="email" type="email" autocomplete="email">',
    criterion="labels-or-instructions",
)

axe_rule(
    "button-name",
    severity=CRITICAL,
    title="Buttons have no name",
    why="A screen reader says “button” and nothing more; voice control can't press it.",
    holds="Every button has text, aria-label, aria-labelledby or title, or a label element.",
    summary="Give every button a name.",
    steps=("Write text into the button.", "Give a button that shows a picture only an aria-label."),
    example='<button type="button" aria-label="Close">×</button>',
    criterion="name-role-value",
)

axe_rule(
    "link-name",
    severity=HIGH,
    title="Links have no name",
    why="A screen reader says “link”, or reads out the address; nobody knows where it leads.",
    holds="Every link has text (or a picture with alt), aria-label, aria-labelledby or title.",
    summary="Give every link words.",
    steps=("Write text into the link.", "Give the picture in a link an alt that says where the link leads."),
    example='<a href="/cart"><img src="/cart.svg" alt="Shopping cart"></a>',
    criterion="link-purpose-in-context",
)

axe_rule(
    "select-name",
    severity=CRITICAL,
    title="Choice lists have no name",
    why="A screen reader reads out the choices, but not what is chosen.",
    holds="Every select has a label element, aria-label, aria-labelledby or title.",
    summary="Give every select a label.",
    steps=("Write a label element with for= the select's id, or use aria-label.",),
    example='<label for="country">Country</label> <select id="country">…</select>',
    criterion="name-role-value",
)

axe_rule(
    "frame-title",
    severity=HIGH,
    title="Frames have no title",
    why="A screen reader says “frame” and nothing more; the visitor has to go in to find out what it is.",
    holds="Every iframe and frame that can be reached has a title, aria-label or aria-labelledby.",
    summary="Give every frame a title.",
    steps=("Write into title what the frame shows.",),
    example='<iframe src="https://maps.example.com/…" title="Map: how to find us"></iframe>',
    criterion="bypass-blocks",
)

axe_rule(
    "svg-img-alt",
    severity=HIGH,
    title="SVG pictures have no text alternative",
    why="Who can't see the picture does not learn what it shows.",
    holds="Every svg with role img, graphics-document or graphics-symbol has a title, aria-label or aria-labelledby.",
    summary="Give every SVG that is a picture a title or an aria-label.",
    steps=("Write a title element as the first child of the svg.", "Or use aria-label."),
    example='<svg role="img" aria-label="Sales rise from May to July">…</svg>',
    criterion="non-text-content",
)
