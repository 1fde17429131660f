"""Detect in the HTML as sent whether scripts build the page's content."""

import re

from selectolax.lexbor import LexborNode

from scanner.page.page import Page, attribute_value, has_ancestor, has_attribute
from scanner.parsing.registrable_domain import host_of, same_site

# Characters. If a page has scripts, less text and no images, scripts are assumed to build its content.
MIN_TEXT_LENGTH = 50
# WHATWG MIME Sniffing, 4.6: the types that browsers run as JavaScript.
JAVASCRIPT_TYPES = frozenset(
    [
        *(f"{group}/{name}" for group in ("application", "text") for name in ("ecmascript", "javascript")),
        *(f"{group}/x-{name}" for group in ("application", "text") for name in ("ecmascript", "javascript")),
        *("text/jscript", "text/livescript"),
        *(f"text/javascript1.{number}" for number in range(6)),
    ]
)
# The elements into which frameworks render an application.
_MOUNT_POINTS = (
    "#root, #app, #app-root, #__next, #__nuxt, #___gatsby, #svelte, "
    "app-root, [data-reactroot], [ng-app], [data-v-app]"
)
_HANDLERS = ("onload", "onerror", "onpageshow")  # attributes whose code runs without a click
_NOT_TEXT = ("script", "style", "template", "noscript")

# Code that adds elements to the page, other than scripts, styles and a canvas, or runs a module that may add some.
_ADDS_MARKUP = re.compile(
    r"\b(?:innerHTML|outerHTML)\s*\+?=(?!=)|\b(?:insertAdjacentHTML|insertAdjacentElement|setHTMLUnsafe|importNode|cloneNode"
    r"|createContextualFragment|parseFromString|insertRow|insertCell|createApp|createRoot)"
    r"\s*\(|\bdocument\.write(?:ln)?\s*\(|\bnew\s+(?:Image|Vue)\b|\bcreateElementNS\s*\("
    r"|\bcreateElement\s*\(\s*[\"'`](?!(?:script|link|style|meta|canvas)\b)"
    r"|\$\(\s*[\"'`]<|\.html\s*\(\s*[^)\s]|\.(?:append|prepend|before|after|replaceWith)\s*\(\s*[\"'`]\s*<"
    r"|\bimport\s*(?:[(\"'{*]|[\w$]+(?:\s*,|\s+from\b))"
)
# `createElement(name)`, whose element is known only when the script runs.
_CREATES_ANY = re.compile(r"\bcreateElement\s*\(\s*[^\"'`\s)]")
# Code that loads further files, if it is in a file of the site; they may be those of the application.
_LOADS_FILE = re.compile(r"\bcreateElement\s*\(\s*[\"'`]script\b", re.IGNORECASE)
_NAMES_SCRIPT = re.compile(r"[\"'`]script[\"'`]", re.IGNORECASE)


def is_built_by_scripts(page: Page) -> bool:
    """Return whether the HTML has hardly any content until scripts build it."""
    if not any(_runs(node) for node in page.css("script")):
        return False
    if any(_is_empty(node) for node in page.css(_MOUNT_POINTS)):
        return True
    return not page.first("img, svg, video, iframe, frame") and not _has_text(page)


def has_building_script(page: Page) -> bool:
    inline = [node.text() for node in page.css("script:not([src])") if _runs(node)]
    inline += [attribute_value(node, name) for name in _HANDLERS for node in page.css(f"[{name}]")]
    return any(_ADDS_MARKUP.search(code) or _creates_elements(code) for code in inline)


def _creates_elements(code: str) -> bool:
    # A tag manager's snippet creates an element by a variable, and the element is another script.
    return bool(_CREATES_ANY.search(code)) and not _NAMES_SCRIPT.search(code)


def own_scripts(page: Page) -> list[str]:
    urls = [page.absolute(attribute_value(node, "src")) for node in page.css("script[src]") if _runs(node)]
    return [url for url in dict.fromkeys(urls) if same_site(host_of(url) or page.host, page.host)]


def adds_elements(code: str) -> bool:
    return any(pattern.search(code) for pattern in (_ADDS_MARKUP, _CREATES_ANY, _LOADS_FILE))


def is_classic_script(node: LexborNode) -> bool:
    """Return whether browsers run a script element, and not as a module (HTML, 4.12.1.1)."""
    language = "" if has_attribute(node, "type") else attribute_value(node, "language")
    kind = f"text/{language}" if language else attribute_value(node, "type").strip()
    # `nomodule` is for browsers that do not support modules.
    return (kind.lower() in JAVASCRIPT_TYPES or not kind) and not has_attribute(node, "nomodule")


def _runs(node: LexborNode) -> bool:
    is_module = attribute_value(node, "type").strip().lower() == "module"
    return (is_module or is_classic_script(node)) and not has_ancestor(node, "noscript", "template")


def _is_empty(node: LexborNode) -> bool:
    return not any(child.tag not in _NOT_TEXT for child in node.iter()) and not node.text().strip()


def _has_text(page: Page) -> bool:
    length, body = 0, page.tree.body
    for node in body.traverse(include_text=True) if body else ():
        if node.tag == "-text" and not has_ancestor(node, *_NOT_TEXT):
            length += len(" ".join(node.text().split()))
            if length >= MIN_TEXT_LENGTH:
                return True
    return False
