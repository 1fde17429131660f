"""The keys by what they need: a browser, the page alone, or more."""

from scanner.browser_context import RULE
from scanner.registry import REGISTRY, keys

BY_BROWSER_ALONE = [key for key in keys() if REGISTRY[key].kind == "browser" and not REGISTRY[key].static]
WITHOUT_BROWSER = [key for key in keys() if key not in BY_BROWSER_ALONE]


def needs_without_rules(key: str) -> set[str]:
    """Return the facts that a check needs, but for what it asks axe-core where there is a browser."""
    return {need for need in REGISTRY[key].needs if not need.startswith(RULE)}


MARKUP = [key for key in WITHOUT_BROWSER if needs_without_rules(key) == {"page"}]
