from scanner.preconditions import Inconclusive


class BrowserError(Inconclusive):
    """A visit failed; the checks that need the visit are inconclusive."""
