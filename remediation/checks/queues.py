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
    return Scanner.HTTP if check is None or check.kind in ("http", "tls") else Scanner.BROWSER
