"""Programs of the system that this one starts."""

import shutil

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium(named: str) -> str | None:
    """Return the path of Chromium: the one that is named, else the first on the PATH; None where there is none."""
    return next((path for name in ([named] if named else CHROMIUM) if (path := shutil.which(name))), None)
