"""Decide which failures are confirmed by a second run of the check.

A verification confirms each one. A scan confirms those of the first pages that show a failure, and reports the others
after one run, until two runs on a page have disagreed.
"""

import threading
from collections import Counter
from typing import Protocol

CONFIRMED_PAGES = 2


class Confirmation(Protocol):
    """Which failures of a run are confirmed."""

    def wanted(self, key: str) -> bool:
        """Tell whether the next failure of this check is to be confirmed."""
        ...

    def record(self, key: str, agreed: bool) -> None:  # noqa: FBT001 - the meaning is in the method's name
        """Note whether further runs agreed with the failure."""
        ...


class ConfirmEverything:
    """Confirms each failure."""

    def wanted(self, key: str) -> bool:
        """Return True."""
        return True

    def record(self, key: str, agreed: bool) -> None:  # noqa: FBT001
        """Do nothing."""


CONFIRM_EVERYTHING = ConfirmEverything()


class ConfirmFirst:
    """Confirms the failures of a check on the first pages that show one; all of them after a contradiction.

    `contradicted` are the checks whose failures that were not confirmed must be checked again.
    """

    def __init__(self, pages: int = CONFIRMED_PAGES) -> None:
        self.contradicted: set[str] = set()
        self._pages = pages
        self._agreed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def wanted(self, key: str) -> bool:
        """Tell whether the next failure of this check is to be confirmed."""
        with self._lock:
            return key in self.contradicted or self._agreed[key] < self._pages

    def record(self, key: str, agreed: bool) -> None:  # noqa: FBT001
        """Note whether further runs agreed with the failure."""
        with self._lock:
            if agreed:
                self._agreed[key] += 1
            else:
                self.contradicted.add(key)
