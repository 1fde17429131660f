"""Skip the tests that need Chromium or Pango where it does not work; in continuous integration they run, and fail.

A test says what it needs by `@pytest.mark.needs_chromium` or `@pytest.mark.needs_pango`.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

import pytest

from devtools import setup_environment, system_packages
from devtools.system_packages import CHROMIUM, PANGO, SystemPackage

NEEDS: dict[str, SystemPackage] = {"needs_chromium": CHROMIUM, "needs_pango": PANGO}
PREFIX = "Skipped: needs "


@cache
def problem(name: str) -> str:
    """Return why the package of a marker cannot be used, "" where it can."""
    if setup_environment.in_ci():
        return ""
    if name == "needs_chromium":
        return system_packages.chromium_problem()
    return "is not installed" if system_packages.pango_is_missing() else ""


def skip_tests(items: Iterable[pytest.Item], problem: Callable[[str], str] = problem) -> None:
    """Mark the tests that cannot run here as skipped, with the reason."""
    for item in items:
        for name, package in NEEDS.items():
            if item.get_closest_marker(name) and problem(name):
                item.add_marker(pytest.mark.skip(reason=f"needs {package.name}, which {problem(name)}"))


def summary(reasons: Iterable[str]) -> list[str]:
    """Return the lines that say what a run has not proved, from the reasons of the skipped tests."""
    counted = Counter(reason.removeprefix(PREFIX) for reason in reasons if reason.startswith(PREFIX))
    if not counted:
        return []
    absent = [
        package
        for package in NEEDS.values()
        if any(r == f"{package.name}, which is not installed" for r in counted)
    ]
    lines = ["Not proved on this machine:"]
    lines += [f"  {number} tests need {reason}" for reason, number in sorted(counted.items())]
    return [*lines, *([f"To install, run: {system_packages.install_line(absent)}"] if absent else [])]
