"""Accessible names and text alternatives: images, form fields, buttons, links, frames."""

from scanner.checks.accessibility.axe_rules import axe_rule
from scanner.registry import CRITICAL, HIGH

axe_rule(
    "image-alt",
    severity=CRITICAL,
    title="Images do not have alternative text",
    why="Screen reader users do not learn what the image shows; the screen reader may read out the file name instead.",
    passes_when="Every img has an alt attribute (which may be empty), aria-label, aria-labelledby or title, or is "
    "presentational.",
    summary="Give every image an alt attribute.",
    steps=(
        "Describe in a few words what the image conveys in this place.",
        'Use alt="" for decorative images.',
        "If the image is a link, describe the link's destination.",
    ),
    example='<img src="/opening.jpg" alt="Our shop on Main Street"> <img src="/line.svg" alt="">',
    criterion="non-text-content",
)

axe_rule(
    "label",
    severity=CRITICAL,
    title="Form elements do not have labels",
    why="Screen readers announce such a field only as “edit text”, so users do not know what to enter.",
    passes_when="Every input and textarea has a label element, aria-label, aria-labelledby, title or placeholder.",
    summary="Give every form field a label.",
    steps=(
        "Add a label element whose for attribute is the field's id, or put the field into the label.",
        "If there is no space for a visible label, use aria-label.",
    ),
    example='<label for="email">E-mail</label> <input id="email" type="email" autocomplete="email">',
    criterion="labels-or-instructions",
)

axe_rule(
    "button-name",
    severity=CRITICAL,
    title="Buttons do not have an accessible name",
    why="Screen readers announce such a button only as “button”, and voice control cannot activate it.",
    passes_when="Every button has text, aria-label, aria-labelledby or title, or a label element.",
    summary="Give every button an accessible name.",
    steps=("Put text into the button.", "Add an aria-label to buttons that contain only an icon."),
    example='<button type="button" aria-label="Close">×</button>',
    criterion="name-role-value",
)

axe_rule(
    "link-name",
    severity=HIGH,
    title="Links do not have a discernible name",
    why="Screen readers announce such a link only as “link” or read out its URL, so users do not know where it leads.",
    passes_when="Every link has text (or an image with alt), aria-label, aria-labelledby or title.",
    summary="Give every link a discernible name.",
    steps=(
        "Put text into the link.",
        "Give an image in a link an alt attribute that describes the destination.",
    ),
    example='<a href="/cart"><img src="/cart.svg" alt="Shopping cart"></a>',
    criterion="link-purpose-in-context",
)

axe_rule(
    "select-name",
    severity=CRITICAL,
    title="Select elements do not have an accessible name",
    why="Screen readers read out the options, but not what they are for.",
    passes_when="Every select has a label element, aria-label, aria-labelledby or title.",
    summary="Give every select element a label.",
    steps=("Add a label element whose for attribute is the id of the select element, or use aria-label.",),
    example='<label for="country">Country</label> <select id="country">…</select>',
    criterion="name-role-value",
)

axe_rule(
    "frame-title",
    severity=HIGH,
    title="Frames do not have a title",
    why="Screen readers announce such a frame only as “frame”, so users have to enter it to learn what it contains.",
    passes_when="Every iframe and frame that can receive focus has a title, aria-label or aria-labelledby.",
    summary="Give every frame a title.",
    steps=("Describe in the title attribute what the frame contains.",),
    example='<iframe src="https://maps.example.com/…" title="Map: how to find us"></iframe>',
    criterion="bypass-blocks",
)

axe_rule(
    "svg-img-alt",
    severity=HIGH,
    title="SVG images do not have alternative text",
    why="Screen reader users do not learn what the image shows.",
    passes_when="Every svg with role img, graphics-document or graphics-symbol has a title, aria-label or "
    "aria-labelledby.",
    summary="Give every SVG image a title element or an aria-label.",
    steps=("Add a title element as the first child of the svg element.", "Or use aria-label."),
    example='<svg role="img" aria-label="Sales rise from May to July">…</svg>',
    criterion="non-text-content",
)
