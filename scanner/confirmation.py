"""Decide which failures are confirmed by a second run of the check.

A verification confirms each failure, a scan those of the first pages that show one.
"""

import threading
from collections import Counter
from typing import Protocol

# If two runs agreed on each of two pages, a failure on a third page is no coincidence.
CONFIRMED_PAGES = 2


class Confirmation(Protocol):
    """Which failures of a run are confirmed."""

    def is_required(self, key: str) -> bool:
        """Return whether the next failure of this check is to be confirmed."""
        ...

    def record(self, key: str, agreed: bool) -> None:
        """Record whether further runs agreed with the failure."""
        ...


class ConfirmEverything:
    def is_required(self, key: str) -> bool:
        return True

    def record(self, key: str, agreed: bool) -> None:
        """Do nothing."""


CONFIRM_EVERYTHING = ConfirmEverything()


class ConfirmFirst:
    """Confirms a check's failures on the first pages that show one; all after a contradiction."""

    def __init__(self, pages: int = CONFIRMED_PAGES) -> None:
        self.contradicted: set[str] = set()  # checks whose unconfirmed failures must be checked again
        self._pages = pages
        self._agreed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def is_required(self, key: str) -> bool:
        with self._lock:
            return key in self.contradicted or self._agreed[key] < self._pages

    def record(self, key: str, agreed: bool) -> None:
        with self._lock:
            if agreed:
                self._agreed[key] += 1
            else:
                self.contradicted.add(key)
