"""The command `./krafter check URL… [--json] [--only KEY,…] [--no-browser]`."""

import argparse
import difflib
import logging
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import NoReturn

from scanner import registry
from scanner.cli.environment import Environment
from scanner.cli.output import Table, as_json
from scanner.cli.run import BROWSER_DISABLED, UrlResult, browser_problem, check_urls
from scanner.closed_pipe import exit_on_closed_pipe
from scanner.outcome import FAILED, INCONCLUSIVE

USAGE = "./krafter check URL… [--json] [--only KEY,…] [--no-browser]"
EXIT_PASSED, EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 64, 130


class Parser(argparse.ArgumentParser):
    """An argument parser that exits with 64."""

    def error(self, message: str) -> NoReturn:
        print(f"check: {message[:1].upper()}{message[1:]}.".replace("..", "."), file=sys.stderr)
        print(f"Usage: {USAGE}", file=sys.stderr)
        # argparse exits with 2, which means here that a check is inconclusive.
        sys.exit(EXIT_USAGE)


def main(arguments: Sequence[str] | None = None) -> int:
    logging.getLogger().addHandler(logging.NullHandler())
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.urls:
        parser.error("the following arguments are required: URL")
    try:
        environment = Environment.read(os.environ)
        keys = selected_keys(options.only, with_browser=not options.no_browser)
    except ValueError as error:
        parser.error(str(error))
    urls = list(_urls(options.urls))
    if not urls:
        parser.error("No URL was given")
    with exit_on_closed_pipe():
        no_browser = BROWSER_DISABLED if options.no_browser else browser_problem(environment)
        if no_browser and any(map(needs_browser, keys)):
            print(no_browser, file=sys.stderr)
        with closing(check_urls(urls, keys, environment, no_browser=no_browser)) as results:
            return print_results(
                results, total=len(urls), json_lines=options.json, show_passed=bool(options.only)
            )


def _parser() -> Parser:
    parser = Parser(
        usage=USAGE,
        description="Run the checks on URLs. Nothing is stored. Check only sites that you are authorised to test: "
        "paths such as /.git/config are requested too.",
        epilog="Exit status: 0 nothing failed; 1 a check failed; 2 a check was inconclusive; 64 usage error. "
        "KRAFTER_CA_FILE adds trusted roots, KRAFTER_ALLOWED_NETWORKS allows networks that are not public.",
    )
    # Not "+": argparse would report a missing URL before an unknown option.
    parser.add_argument(
        "urls", metavar="URL", nargs="*", help="an http(s) URL; - reads URLs from standard input"
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON for each URL")
    parser.add_argument("--only", metavar="KEY,…", action="append", help="run only these checks; repeatable")
    parser.add_argument("--no-browser", action="store_true", help="skip the checks that need a browser")
    return parser


def _urls(arguments: Iterable[str]) -> Iterator[str]:
    for argument in arguments:
        if argument == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield argument


def selected_keys(only: Sequence[str] | None, *, with_browser: bool) -> list[str]:
    """Return the keys of the checks to run. Raises ValueError for an unknown key, with suggestions."""
    if not only:
        every = registry.keys()
        return every if with_browser else [key for key in every if not needs_browser(key)]
    wanted = [key.strip() for part in only for key in part.split(",") if key.strip()]
    unknown = [key for key in wanted if registry.get(key) is None]
    if unknown:
        raise ValueError(" ".join(map(_unknown, unknown)))
    if not wanted:
        raise ValueError("--only names no check")
    return list(dict.fromkeys(wanted))


def needs_browser(key: str) -> bool:
    known = registry.get(key)
    return known is not None and known.needs_browser


def _unknown(key: str) -> str:
    known = registry.keys()
    similar = difflib.get_close_matches(key, known, n=3, cutoff=0.6)
    similar += [name for name in known if key and key in name and name not in similar][: 3 - len(similar)]
    return f"There is no check {key!r}." + (f" Similar: {', '.join(similar)}." if similar else "")


def print_results(results: Iterable[UrlResult], *, total: int, json_lines: bool, show_passed: bool) -> int:
    """Print each result as it arrives; return the exit status."""
    table = Table(show_passed=show_passed)
    statuses = set()
    for number, result in enumerate(results, start=1):
        show_progress("")
        with _exit_on_full_disk():
            if json_lines:
                sys.stdout.buffer.write(as_json(result))
                sys.stdout.buffer.flush()
            else:
                print("\n".join(table.lines(result)), flush=True)
        statuses |= {outcome.status for outcome in result.outcomes.values()}
        show_progress(f"{number} of {total}" if number < total else "")
    if FAILED in statuses:
        return EXIT_FAILED
    return EXIT_INCONCLUSIVE if INCONCLUSIVE in statuses else EXIT_PASSED


@contextmanager
def _exit_on_full_disk() -> Iterator[None]:
    try:
        yield
    # A subclass of OSError; `main` handles it.
    except BrokenPipeError:
        raise
    except OSError as error:
        print(
            f"check: The results cannot be written: {error.strerror or error}.", file=sys.stderr, flush=True
        )
        os._exit(EXIT_USAGE)  # without another flush of standard output


def show_progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def exit_now(*_: object) -> None:
    """Exit at once, without waiting for requests; Chromium ends with this process."""
    os._exit(EXIT_INTERRUPTED)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, exit_now)
    sys.exit(main())
