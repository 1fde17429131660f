"""Find the test files whose tests are all left out without `--all`, which are then not imported.

They alone use some large packages: their imports take longer than those of all other test files.
"""

import re
from pathlib import Path

LEFT_OUT = "not (slow or needs_chromium)"  # the option -m of a run without arguments (devtools/launcher.py)
MARKED = re.compile(r"^pytestmark = .*\bmark\.(slow|needs_chromium)\b", re.MULTILINE)


def is_left_out(path: Path, expression: str) -> bool:
    """Return whether the option -m leaves out every test of a file, by the marks of its module."""
    return expression == LEFT_OUT and bool(MARKED.search(path.read_text(encoding="utf-8")))
