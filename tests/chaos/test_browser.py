"""A browser that no longer responds: its visit ends, and the scan completes with another browser."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from scanner.browser.process_guard import descendants
from tests.chaos.system import System, wait_until
from tests.fakes.faulty_site import FaultySite

pytestmark = [pytest.mark.chaos, pytest.mark.needs_chromium]


def browsers(system: System) -> set[int]:
    """Return the processes of Chromium below this system's supervisor."""
    return {pid for pid in descendants(system.supervisor.pid) if "chrom" in program(pid)}


def program(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def is_stopped(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


def test_scan_completes_after_its_browser_is_suspended(system: System, site: FaultySite):
    scan_id = system.request("POST", "scans/run", {"url": site.url}).data["id"]
    wait_until(lambda: browsers(system), seconds=120)
    suspended = browsers(system)
    for pid in suspended:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)

    scan = wait_until(lambda: finished(system, scan_id), seconds=300)

    progress = scan["summary"]["progress"]
    assert (scan["status"], progress["browser"]["pages_done"]) == ("completed", 1)
    assert [pid for pid in suspended if is_stopped(pid)] == []


def finished(system: System, scan_id: str) -> dict:
    scan = system.request("GET", f"scans/{scan_id}").data
    return scan if scan["finished_at"] else {}
