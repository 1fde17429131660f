"""Find Chromium on this machine."""

import shutil

# The headless shell first: it has no user interface, and a visit takes half the time.
CHROMIUM = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def chromium(configured: str) -> str | None:
    """Return the path of the configured Chromium, or of the first one on the PATH; None without one."""
    names = [configured] if configured else CHROMIUM
    return next((path for name in names if (path := shutil.which(name))), None)
