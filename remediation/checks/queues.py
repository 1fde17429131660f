"""Who answers which check, and by which job."""

from scanner import registry
from scans.models import Scanner

JOB_OF = {
    Scanner.HTTP: "remediation.run_verification",
    Scanner.BROWSER: "remediation.run_verification_in_browser",
}


def scanner_of(key: str) -> Scanner:
    """Return who answers a check; one that is not known is answered where it costs least."""
    known = registry.get(key)
    return Scanner.BROWSER if known and known.kind == "browser" else Scanner.HTTP
