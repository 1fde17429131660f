"""Who answers which check, and by which job."""

from findings.models import Scanner
from scanner import registry

JOB_OF = {Scanner.HTTP: "remediation.recheck", Scanner.BROWSER: "remediation.recheck_in_browser"}


def scanner_of(key: str) -> Scanner:
    """Return who answers a check; one that is not known is answered where it costs least."""
    known = registry.get(key)
    return Scanner.BROWSER if known and known.kind == "browser" else Scanner.HTTP
