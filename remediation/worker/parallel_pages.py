"""Run a check on the pages of a verification; the first confirmed failure ends it."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait

from scanner.outcome import FAILED, Outcome, inconclusive

MAX_CONCURRENT_PAGES = 6  # requests to one host are throttled besides
# The others wait for the first page this long: an unfixed fault usually fails there, at the cost of two requests.
FIRST_PAGE_SECONDS = 1.0
# Inconclusive, so that a check passes only when every page has passed.
NOT_CHECKED = inconclusive("not_checked", "The check failed on another page, so this page was not checked.")


def run_in_parallel(urls: Sequence[str], run: Callable[[str], Outcome]) -> dict[str, Outcome]:
    """Return the outcome of each URL, in their order; `run` is called in threads."""
    pool = ThreadPoolExecutor(MAX_CONCURRENT_PAGES, thread_name_prefix="verification-page")
    try:
        futures = {url: pool.submit(run, url) for url in urls[:1]}
        wait(futures.values(), timeout=FIRST_PAGE_SECONDS)
        if not any(map(_has_failed, futures.values())):
            futures |= {url: pool.submit(run, url) for url in urls[1:]}
            for future in as_completed(futures.values()):
                if _has_failed(future):
                    break
        return {url: _outcome(futures.get(url)) for url in urls}
    finally:
        # After a failure the running calls are not waited for.
        pool.shutdown(wait=False, cancel_futures=True)


def _has_failed(future: Future[Outcome]) -> bool:
    return future.done() and future.result().status == FAILED


def _outcome(future: Future[Outcome] | None) -> Outcome:
    return future.result() if future and future.done() else NOT_CHECKED
