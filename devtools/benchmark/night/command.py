"""Run the simulation with measured costs, in a process with Django's settings."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from devtools.benchmark.scans import aims
from devtools.benchmark.scans.measurement import Figures
from devtools.local_stack.process import REPOSITORY, StartFailed

SCANS = {"trivial": aims.SCAN_TRIVIAL, "realistic": aims.SCAN_REALISTIC}


def simulate_night(measured: Mapping[str, Figures], machines: list[int]) -> dict[str, Any]:
    """Return the simulated nights; the aims are the costs of unmeasured scans. Raises StartFailed."""
    costs = {name: page_cost(measured.get(case), case) for name, case in SCANS.items()}
    process = subprocess.run(
        [sys.executable, "-m", "devtools.benchmark.night"],
        input=json.dumps({"costs": costs, "machines": machines}),
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=os.environ | environment(),
        check=False,
    )
    if process.returncode:
        raise StartFailed(f"The simulation failed.\n{process.stderr[-2000:]}")
    measured_costs = all(case in measured for case in SCANS.values())
    return {**json.loads(process.stdout), "costs_are_measured": measured_costs}


def page_cost(figures: Figures | None, case: str) -> dict[str, float]:
    limits = {aim.figure: aim.limit for aim in aims.AIMS if aim.case == case}
    if figures is None:
        return {"cpu": limits["cpu_per_page"] or 0.0, "requests": limits["requests_per_page"] or 0.0}
    return {"cpu": round(figures.cpu_per_page, 2), "requests": round(figures.requests_per_page, 1)}


def environment() -> dict[str, str]:
    """Return the settings without which Django does not start; the simulation encrypts nothing."""
    key = base64.b64encode(bytes(32)).decode()
    return {
        "DJANGO_SETTINGS_MODULE": "krafter_audit.settings",
        "KRAFTER_SECRET_KEY": "a simulation that signs nothing, with no database",
        "KRAFTER_ENCRYPTION_KEYS": f"simulation:{key}",
    }
