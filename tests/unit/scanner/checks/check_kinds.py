"""The keys by their needs: a browser, only the page, or more."""

from scanner.registry import REGISTRY, keys

BY_BROWSER = [key for key in keys() if REGISTRY[key].needs_browser]
WITHOUT_BROWSER = [key for key in keys() if key not in BY_BROWSER]
MARKUP = [key for key in WITHOUT_BROWSER if REGISTRY[key].kind == "markup" or REGISTRY[key].needs == {"page"}]
