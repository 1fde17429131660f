"""Prometheus metrics of several processes, which write them into files that a scrape adds up."""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

# prometheus_client reads the variable when it is imported.
DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
LIVE_GAUGE = re.compile(r"gauge_live\w*_(\d+)\.db")


def share_between_processes() -> None:
    """Share the metrics of processes that this one starts; call it before they import prometheus_client."""
    if os.environ.get(DIRECTORY):
        return
    directory = tempfile.mkdtemp(prefix="krafter-metrics-")
    os.environ[DIRECTORY] = directory
    owner = os.getpid()
    # A forked process runs this function too when it ends.
    atexit.register(lambda: shutil.rmtree(directory, ignore_errors=True) if os.getpid() == owner else None)


def remove_gauges_of_ended_processes(directory: str) -> None:
    """Remove the gauges of ended processes, killed ones too. Counters stay."""
    for path in Path(directory).glob("gauge_live*.db"):
        found = LIVE_GAUGE.fullmatch(path.name)
        if found and not _is_running(int(found[1])):
            path.unlink(missing_ok=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # the process belongs to another user
        pass
    return True
