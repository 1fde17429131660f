"""Find Chromium on this machine, and the user that it runs as."""

# Standard library only: `./krafter doctor` runs this before the virtual environment exists.
import os
import shutil
import sys
import tempfile
from pathlib import Path

# The headless shell first: it has no user interface, and a visit takes half the time.
CHROMIUM = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# User and group of a Chromium that root starts. Debian and systemd give no account this number.
CHROMIUM_USER = 60800


def chromium(configured: str) -> str | None:
    """Return the path of the configured Chromium, or of the first one on the PATH; None without one."""
    names = [configured] if configured else CHROMIUM
    return next((path for name in names if (path := shutil.which(name))), None)


def chromium_user() -> int | None:
    """Return the id of the user and group that Chromium is started as; None for those of this process."""
    # As root Chromium refuses to start its sandbox, and PostgreSQL or Valkey may already run as `nobody`.
    return CHROMIUM_USER if sys.platform == "linux" and os.geteuid() == 0 else None


def access_problem(program: str) -> str:
    """Return why the user of Chromium can use neither `program` nor the temporary directory, or ""."""
    if chromium_user() is None:
        return ""
    used = {
        "KRAFTER_CHROMIUM": Path(program).resolve().parent,
        "TMPDIR": Path(tempfile.gettempdir()).resolve(),
    }
    for setting, folder in used.items():
        # The folders belong to root: the last bit says whether any other user may enter.
        closed = next(
            (path for path in (*reversed(folder.parents), folder) if not path.stat().st_mode & 1), None
        )
        if closed:
            return (
                f"as root it is started as user {CHROMIUM_USER}, who cannot enter {closed}."
                f" Set {setting} to a path that every user can enter"
            )
    return ""
