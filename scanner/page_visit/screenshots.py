"""Pictures of a page: of its first screen, and of an element that breaks a rule. Small, as JPEG."""

import base64
import json
from typing import TYPE_CHECKING, Any

from scanner.page_visit.device_profile import SCREEN
from scanner.page_visit.isolated_world import World

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

LARGEST = 150_000  # bytes
QUALITIES = (60, 25)
MARGIN = 8  # CSS pixels around an element
TALLEST = 400

_PLACE = """((selector, margin, widest, tallest) => {
  let found = null;
  try { found = document.querySelector(selector); } catch { return null; }
  const box = found && found.getBoundingClientRect();
  if (!box || !box.width || !box.height) return null;
  const x = Math.max(0, box.left + scrollX - margin), y = Math.max(0, box.top + scrollY - margin);
  return { x, y, width: Math.min(box.width + 2 * margin, widest), height: Math.min(box.height + 2 * margin, tallest) };
})"""


def of_screen(session: "CDPSession", world: World) -> bytes | None:
    """Return a picture of what a visitor sees first, as wide as the phone; None where it is too large."""
    wide, high = world.evaluate(
        "[innerWidth, innerHeight]"
    )  # a page without a viewport is shown as a wider one
    shown = {"x": 0, "y": 0, "width": wide, "height": high}
    return _taken(session, {**shown, "scale": SCREEN["width"] / wide})


def of_element(session: "CDPSession", world: World, selector: str) -> bytes | None:
    """Return a picture of an element with a margin; None where it is not to be seen or the picture is too large."""
    arguments = f"({json.dumps(selector)}, {MARGIN}, {2 * SCREEN['width']}, {TALLEST})"
    place = world.evaluate(_PLACE + arguments)
    return _taken(session, {**place, "scale": 1}) if place else None


def _taken(session: "CDPSession", clip: dict[str, Any]) -> bytes | None:
    for quality in QUALITIES:
        asked = {"format": "jpeg", "quality": quality, "clip": clip, "captureBeyondViewport": True}
        picture = base64.b64decode(session.send("Page.captureScreenshot", asked)["data"])
        if len(picture) <= LARGEST:
            return picture
    return None
