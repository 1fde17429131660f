"""Errors of the browser."""

from scanner.preconditions import Inconclusive


class BrowserError(Inconclusive):
    """A visit failed; `reason` is one of `scanner.outcome.REASONS`. The checks that need the visit are inconclusive."""
