"""The command: `./krafter check URL… [--json] [--only KEY,…] [--no-browser]`.

Exit 0: everything passed or does not apply; 1: something failed; 2: nothing failed, and something could not be looked
at; 64: it was called wrongly.
"""

import argparse
import difflib
import logging
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

from krafter_audit.http.client import HttpError
from krafter_audit.http.defaults import NetworkDefaults, network_defaults, register
from krafter_audit.http.transport import tls_context
from scanner import registry
from scanner.cli.output import Table, as_json
from scanner.cli.run import Answer, has_browser, look_at
from scanner.outcome import FAILED, INCONCLUSIVE

FINE, FAULTS, UNCLEAR, CALLED_WRONGLY, INTERRUPTED = 0, 1, 2, 64, 130


class Parser(argparse.ArgumentParser):
    """Says what is wrong in a sentence, and ends with 64: 1 and 2 mean something else here."""

    def error(self, message: str) -> NoReturn:
        """End."""
        print(f"check: {message[:1].upper()}{message[1:]}.".replace("..", "."), file=sys.stderr)
        print("Usage: ./krafter check URL… [--json] [--only KEY,…] [--no-browser]", file=sys.stderr)
        sys.exit(CALLED_WRONGLY)


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at the addresses and show what is seen."""
    logging.getLogger().addHandler(logging.NullHandler())
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        _refuse_wrong_settings()
        keys = chosen(options.only, in_browser=not options.no_browser)
    except ValueError as problem:
        parser.error(str(problem))
    urls = list(_addresses(options.urls))
    if not urls:
        parser.error("No address was given")
    try:
        with_browser = not options.no_browser and has_browser()
        answers = look_at(urls, keys, with_browser=with_browser)
        return shown(answers, of=len(urls), as_lines=options.json, whole=bool(options.only))
    except BrokenPipeError:  # whoever reads has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULTS


def _parser() -> Parser:
    parser = Parser(
        prog="./krafter check",
        description="Look at addresses with the checks of this system. Nothing is stored. Look only at sites that you "
        "may look at: paths such as /.git/config are asked for too.",
        epilog="Exit 0: nothing failed; 1: something failed; 2: something could not be looked at; 64: called wrongly. "
        "KRAFTER_CA_FILE adds trusted roots, KRAFTER_ALLOWED_NETWORKS networks that are not public.",
    )
    parser.add_argument(
        "urls", metavar="URL", nargs="+", help="an http(s) address; - reads them from standard input"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON for each address")
    parser.add_argument(
        "--only", metavar="KEY,…", action="append", help="these checks alone; may be repeated"
    )
    parser.add_argument("--no-browser", action="store_true", help="leave out what only a browser can see")
    return parser


def _refuse_wrong_settings() -> None:
    try:
        defaults = network_defaults()
    except ValueError as problem:
        raise ValueError(f"KRAFTER_ALLOWED_NETWORKS: {problem}") from None
    try:
        tls_context(defaults.ca_file, verify=True)
    except HttpError as problem:
        raise ValueError(f"KRAFTER_CA_FILE: {problem}") from None


def _addresses(given: Iterable[str]) -> Iterator[str]:
    for one in given:
        if one == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield one


def chosen(only: Sequence[str] | None, *, in_browser: bool) -> list[str]:
    """Return the keys of the checks to ask. Raises ValueError for one that there is not, with those that are near.

    What only a browser can see is left out where none is to be used, except where it is asked for by its name.
    """
    if not only:
        every = registry.keys()
        return every if in_browser else [key for key in every if can_read(key)]
    asked = [key.strip() for part in only for key in part.split(",") if key.strip()]
    unknown = [key for key in asked if registry.get(key) is None]
    if unknown:
        raise ValueError(" ".join(map(_unknown, unknown)))
    if not asked:
        raise ValueError("--only names no check")
    return list(dict.fromkeys(asked))


def can_read(key: str) -> bool:
    """Tell whether a check needs no browser."""
    known = registry.get(key)
    return known is not None and known.kind != "browser"


def _unknown(key: str) -> str:
    known = registry.keys()
    near = difflib.get_close_matches(key, known, n=3, cutoff=0.6)
    near += [one for one in known if key and key in one and one not in near][: 3 - len(near)]
    return f"There is no check {key!r}." + (f" Near it: {', '.join(near)}." if near else "")


def shown(answers: Iterable[Answer], *, of: int, as_lines: bool, whole: bool) -> int:
    """Show each answer when it comes; return how the command ends."""
    table = Table(whole=whole)
    said = set()
    for number, answer in enumerate(answers, start=1):
        progress("")
        if as_lines:
            sys.stdout.buffer.write(as_json(answer))
            sys.stdout.buffer.flush()
        else:
            print("\n".join(table.lines(answer)), flush=True)
        said |= {outcome.status for outcome in answer.outcomes.values()}
        progress(f"{number} of {of}" if number < of else "")
    if FAILED in said:
        return FAULTS
    return UNCLEAR if INCONCLUSIVE in said else FINE


def progress(words: str) -> None:
    """Say how far it is, on a terminal alone, in a line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


def leave(*_: object) -> None:
    """End at once, without waiting for sites that do not answer; Chromium ends with this process."""
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, leave)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
    register(NetworkDefaults.from_environment)
    sys.exit(main())
