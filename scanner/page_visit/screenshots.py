"""Take small JPEG screenshots: of the viewport, and of an element that violates a rule."""

import base64
import json
from typing import Any

from playwright.sync_api import CDPSession

from scanner.page_visit.device_profile import SCREEN
from scanner.page_visit.isolated_world import IsolatedWorld

MAX_BYTES = 150_000  # of one image; each stored outcome may have two
QUALITIES = (60, 25)  # of JPEG: the second is used if the first exceeds MAX_BYTES
MARGIN = 8  # CSS pixels around an element
MAX_HEIGHT = 400

_CLIP = """((selector, margin, widest, tallest) => {
  let found = null;
  try { found = document.querySelector(selector); } catch { return null; }
  const box = found && found.getBoundingClientRect();
  if (!box || !box.width || !box.height) return null;
  const x = Math.max(0, box.left + scrollX - margin), y = Math.max(0, box.top + scrollY - margin);
  return { x, y, width: Math.min(box.width + 2 * margin, widest), height: Math.min(box.height + 2 * margin, tallest) };
})"""


def of_viewport(session: CDPSession, world: IsolatedWorld) -> bytes | None:
    """Return a screenshot of the viewport in the phone's width; None when it is too large."""
    # A page without a meta viewport is laid out wider than the phone.
    width, height = world.evaluate("[innerWidth, innerHeight]")
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    return _capture(session, {**clip, "scale": SCREEN["width"] / width})


def of_element(session: CDPSession, world: IsolatedWorld, selector: str) -> bytes | None:
    """Return a screenshot of an element with a margin; None when it is not visible or too large."""
    arguments = f"({json.dumps(selector)}, {MARGIN}, {2 * SCREEN['width']}, {MAX_HEIGHT})"
    clip = world.evaluate(_CLIP + arguments)
    return _capture(session, {**clip, "scale": 1}) if clip else None


def _capture(session: CDPSession, clip: dict[str, Any]) -> bytes | None:
    for quality in QUALITIES:
        request = {"format": "jpeg", "quality": quality, "clip": clip, "captureBeyondViewport": True}
        image = base64.b64decode(session.send("Page.captureScreenshot", request)["data"])
        if len(image) <= MAX_BYTES:
            return image
    return None
