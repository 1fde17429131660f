"""`python -m krafter_audit.serving`: granian as this system is served by it, in `up`, in the image and in the bench.

Its own command line does the same, and leaves in every worker the library that reads command lines: a megabyte.
"""

import argparse

from granian.constants import Interfaces
from granian.server import Server

THREADS = 24  # of a worker: a slow request holds up no other


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m krafter_audit.serving", description=__doc__)
    parser.add_argument("application", nargs="?", default="krafter_audit.wsgi:application")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1, help="processes; each takes some 110 MB")
    parser.add_argument("--threads", type=int, default=THREADS, help=f"of each process (default {THREADS})")
    return parser.parse_args(arguments)


def main() -> None:
    """Serve until the process is told to end; a worker that dies comes back."""
    options = parsed()
    Server(
        options.application,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=options.threads,
        websockets=False,
        respawn_failed_workers=True,
    ).serve()


if __name__ == "__main__":
    main()
