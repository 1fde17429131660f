"""Why a page could not be looked at in the browser."""

from scanner.preconditions import CannotLook


class BrowserError(CannotLook):
    """A visit that brought nothing to judge; `reason` is one of `scanner.outcome.REASONS`.

    It is a `CannotLook`: raised out of a fact, it makes the checks that need the fact inconclusive.
    """
