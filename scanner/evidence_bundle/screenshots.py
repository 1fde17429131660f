"""The screenshots that links name by their SHA-256, and those in a bundle."""

import base64
import binascii
import hashlib
from collections.abc import Collection
from typing import Any


def named_screenshots(body: dict[str, Any]) -> list[str]:
    """Return the hashes that a link's body names, each once; none from a body of another form."""
    pages = body.get("pages")
    evidence = (
        [page.get("evidence") for page in pages if isinstance(page, dict)] if isinstance(pages, list) else []
    )
    stored = [entry.get("screenshots") for entry in evidence if isinstance(entry, dict)]
    named = [
        value for screenshots in stored if isinstance(screenshots, dict) for value in screenshots.values()
    ]
    return list(dict.fromkeys(value for value in named if isinstance(value, str)))


def screenshot_fault(screenshot: Any, named: Collection[str]) -> str:
    """Return the error in a screenshot of a bundle; empty if it is valid and a link names its hash."""
    if not isinstance(screenshot, dict) or not all(
        isinstance(screenshot.get(name), str) for name in ("sha256", "base64")
    ):
        return "A screenshot of the bundle is malformed."
    name = f"The screenshot {screenshot['sha256'][:12]}…"
    try:
        raw = base64.b64decode(screenshot["base64"], validate=True)
    except (binascii.Error, ValueError):
        return f"{name} is not base64."
    if hashlib.sha256(raw).hexdigest() != screenshot["sha256"]:
        return f"{name} does not match its hash."
    return "" if screenshot["sha256"] in named else f"{name} is not in a link."
