"""Pages of a site that refuses the scanner, and the reasons of its checks."""

from collections.abc import Iterable

from krafter_audit.http.client import Client
from scanner.engine import run_checks
from scanner.outcome import Outcome
from tests.fakes.website import Site, loopback_client, served

HTML = [("Content-Type", "text/html; charset=utf-8")]
LOGIN = "<title>Sign in</title><form><input type=password></form>"
CHALLENGE_SCRIPT = "<script>window._cf_chl_opt = {}</script>"


def run_checks_on(
    site: Site, keys: Iterable[str], client: Client | None = None, **options: object
) -> dict[str, Outcome]:
    with served(site), client or loopback_client() as used:
        return dict(run_checks(site.url, keys, client=used, **{"retry_delays": (), **options}))  # type: ignore[arg-type]


def reasons(outcomes: dict[str, Outcome]) -> set[tuple[str, str | None]]:
    return {(outcome.status, outcome.reason) for outcome in outcomes.values()}
