"""Run checks on a URL, as scans and verifications do on the pages that they have opened."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from krafter_audit.http.client import Client
from scanner import engine
from scanner.browser.browser import Browser
from scanner.evidence import original_identity
from scanner.fetcher import RETRY_DELAYS
from scanner.outcome import Outcome
from scanner.page.context import PageContext


def run_checks(
    url: str,
    keys: Iterable[str],
    *,
    client: Client | None = None,
    before: Mapping[str, Outcome] | None = None,
    retry_delays: Sequence[float] = RETRY_DELAYS,
    context: PageContext | None = None,
    browser: Browser | None = None,
    **options: Any,
) -> Iterator[tuple[str, Outcome]]:
    """Yield the outcomes; with those `before` it is a verification. Without a `context` a new one is created."""
    with ExitStack() as stack:
        context = context or PageContext(
            url,
            client or stack.enter_context(Client()),
            retry_delays=retry_delays,
            original_identity=original_identity(before),
            is_verification=before is not None,
            browser=browser,
        )
        yield from engine.run_checks(context, keys, before=before, **options)
