from scanner import registry
from scans.models import Scanner

JOB_OF_SCANNER = {
    Scanner.HTTP: "remediation.run_verification",
    Scanner.BROWSER: "remediation.run_verification_in_browser",
}


def scanner_of(key: str) -> Scanner:
    """Return the scanner that runs a check; HTTP for an unknown check, which it reports as inconclusive."""
    check = registry.get(key)
    # Checks of the markup judge the rendered page where a browser is there.
    return Scanner.BROWSER if check and check.may_use_browser else Scanner.HTTP
