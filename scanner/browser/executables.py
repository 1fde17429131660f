"""Programs of the system that this one starts."""

import shutil

# The shell first: it is Chromium without the parts that nobody sees here, and a visit takes it half the time.
CHROMIUM = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def chromium(named: str) -> str | None:
    """Return the path of Chromium: the one that is named, else the first on the PATH; None where there is none."""
    return next((path for name in ([named] if named else CHROMIUM) if (path := shutil.which(name))), None)
