"""Parse HTML in a separate process, whose processor time is limited: the parser cannot be interrupted."""

import subprocess
import sys

MAX_CPU_SECONDS = 2  # a page of 2 MB takes 0.1 s
MAX_SECONDS = 30.0  # on a busy machine
# Imports no package of this project: the imports would take longer than the parser.
_PARSE = f"""
import resource, sys
from selectolax.lexbor import LexborHTMLParser
html = sys.stdin.buffer.read().decode()
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
resource.setrlimit(resource.RLIMIT_CPU, (used + {MAX_CPU_SECONDS},) * 2)
LexborHTMLParser(html)
"""


def is_parsed_in_time(html: str) -> bool:
    """Return whether the parser needs at most `MAX_CPU_SECONDS` for the HTML; False where no process can be started."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _PARSE],
            input=html.encode("utf-8", errors="replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=MAX_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
