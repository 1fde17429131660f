"""What beat starts by the clock: which job, how often. A job that waited for longer than `expires` is dropped."""

from datetime import timedelta
from typing import Any

MINUTE, HOUR = 60, 3600


def by_the_clock(sweep_seconds: int) -> dict[str, dict[str, Any]]:
    """Return the schedule; `sweep_seconds` is how often lost work is looked for."""
    sweeps = {
        f"{app}: send what was lost or left behind": _every(sweep_seconds, f"{app}.sweep", expires=10)
        for app in ("scans", "remediation", "integrations", "reports")
    }
    return sweeps | {
        "integrations: read the record": _every(sweep_seconds, "integrations.read_record", expires=10),
        "ask for the scans whose time has come": _every(MINUTE, "scans.start_due_scans", expires=60),
        "fold tallies, forget old answers": _every(MINUTE, "events.tidy", expires=60),
        "integrations: ask for the syncs whose time has come": _every(
            MINUTE, "integrations.start_due_syncs", expires=60
        ),
        "integrations: forget old calls": _every(HOUR, "integrations.tidy", expires=600),
        "measure how far checks can be believed": _every(HOUR, "remediation.measure_all", expires=600),
        "drop the results of scans that are past their time": _every(
            HOUR, "scans.forget_results", expires=600
        ),
        "delete the rows of reports that nobody can be shown": _every(HOUR, "reports.forget", expires=600),
        "make the record's months that come, drop those past their time": _every(
            HOUR, "events.turn", expires=600
        ),
        "make evidence's months that come, drop those past their time": _every(
            HOUR, "remediation.turn", expires=600
        ),
    }


def _every(seconds: int, job: str, *, expires: int) -> dict[str, Any]:
    return {"task": job, "schedule": timedelta(seconds=seconds), "options": {"expires": expires}}
