"""Pages of a site that refuses the scanner, and the reasons of its checks."""

from scanner.outcome import Outcome

HTML = [("Content-Type", "text/html; charset=utf-8")]
LOGIN = "<title>Sign in</title><form><input type=password></form>"
CHALLENGE_SCRIPT = "<script>window._cf_chl_opt = {}</script>"


def reasons(outcomes: dict[str, Outcome]) -> set[tuple[str, str | None]]:
    return {(outcome.status, outcome.reason) for outcome in outcomes.values()}
