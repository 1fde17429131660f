"""`./krafter bench`: this API, a bare DRF view and bare WSGI over the same table, in turns on the same machine."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from devtools.benchmark import process_stats, tables, targets
from devtools.benchmark.cases import CASES, Case, Facts
from devtools.benchmark.measurement import Bench, Measured, together
from devtools.benchmark.servers import Servers
from devtools.local_stack.process import StartFailed

WEBS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (targets.BARE, "devtools.benchmark.bare_drf:application", "/findings", {}),
    ("bare WSGI", "devtools.benchmark.bare_wsgi:application", "/findings", {}),
    (targets.OURS, "krafter_audit.wsgi:application", "/healthz/ready", {"KRAFTER_DB_POOL": "1"}),
)


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="./krafter bench", description=__doc__)
    parser.add_argument(
        "--findings", default="10000", help="how many; 10000,1000000 compares two sizes (default 10000)"
    )
    parser.add_argument("--quick", action="store_true", help="a second for each case, over one connection")
    parser.add_argument("--seconds", type=float, help="for each case (default 4)")
    parser.add_argument(
        "--serve", action="store_true", help="measure nothing: say what another load generator can ask"
    )
    parser.add_argument("--only", default="", help="cases whose names contain this")
    parser.add_argument("--data", type=Path, help="keep the databases there, and use them again")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--out", type=Path, help="also write the tables into this file")
    options = parser.parse_args(arguments)
    options.seconds = options.seconds or (1.2 if options.quick else 4.0)
    options.turns = 3 if options.quick else 5  # odd: the one in the middle is a turn that was
    return options


class Run:
    """One run over one or more sizes."""

    def __init__(self, options: argparse.Namespace, servers: Servers) -> None:
        self.options, self.servers = options, servers
        self.measured: list[Measured] = []
        self.exports: list[dict[str, Any]] = []
        self.webs: dict[int, process_stats.Memory] = {}

    def say(self, words: str) -> None:
        """Tell how far it is; on standard error, so that JSON stays alone on standard output."""
        print(words, file=sys.stderr, flush=True)

    def size(self, findings: int) -> None:
        """Measure everything at one size."""
        database = f"findings_{findings}"
        self.servers.make_database(database)
        env = self.servers.environment(database)
        self.say(f"\n{findings:,} findings")
        exported = 10_000 if self.options.quick else 100_000
        facts: Facts = self.child(env, "fill_database", str(findings), str(exported))
        counter = self.servers.counter(database)
        counter.settle()
        with ExitStack() as serving:
            env |= {"BENCH_PROJECT": facts["project"]}
            fold = serving.enter_context(self.folding(env))
            benches = [
                Bench(
                    self.servers,
                    counter,
                    server[0],
                    serving.enter_context(self.served(server, env)),
                    findings,
                )
                for server in WEBS
            ]
            if self.options.serve:
                self.wait(benches, facts)
                return
            self.cases(benches, facts, fold)
            self.webs[findings] = process_stats.memory(self.servers.pid(targets.OURS))
        if not self.options.only:
            for form in ("csv", "json"):
                self.exports.append(self.child(env, "time_export", form))

    @contextmanager
    def served(self, server: tuple[str, str, str, dict[str, str]], env: dict[str, str]) -> Iterator[int]:
        """Serve one of the applications for a while; its port."""
        name, application, ready, more = server
        try:
            yield self.servers.serve(name, application, env | more, ready=ready)
        finally:
            self.servers.stop(name)

    @contextmanager
    def folding(self, env: dict[str, str]) -> Iterator[Callable[[], None]]:
        """Give what folds the totals up, as the clock does every minute; it waits until that is done."""
        command = [sys.executable, "-m", "devtools.benchmark.fold_counters"]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, env={**os.environ, **env}, stdin=pipe, stdout=pipe, text=True)
        asked, told = cast("tuple[IO[str], IO[str]]", (process.stdin, process.stdout))

        def fold() -> None:
            asked.write("\n")
            asked.flush()
            told.readline()

        with process:
            yield fold
            asked.close()

    def wait(self, benches: list[Bench], facts: Facts) -> None:
        """Say how each reading case is asked of each server, and serve until somebody presses Ctrl-C."""
        for case in CASES:
            for bench in benches:
                make = case.make if bench.server == targets.OURS else case.bare
                ask = next(make(facts), None) if make and self.options.only in case.name else None
                if ask and ask.method == "GET":
                    headers = "".join(f" -H '{name}: {value}'" for name, value in ask.headers.items())
                    print(f"{case.name}, {bench.server}:")
                    print(
                        f"  wrk -t1 -c1 -d5s{headers} 'http://127.0.0.1:{bench.port}{ask.path}'", flush=True
                    )
        self.say("Press Ctrl-C to end.")
        with suppress(KeyboardInterrupt):
            signal.pause()

    def cases(self, benches: list[Bench], facts: Facts, fold: Callable[[], None]) -> None:
        """Measure every case: where more than one answers it, in turns, so that a busy moment meets all of them."""
        for case in CASES:
            if self.options.only not in case.name:
                continue
            for connections in case.connections[:1] if self.options.quick else case.connections:
                fold()
                for found in self.case(case, connections, benches, facts):
                    if not found.requests:
                        self.say(
                            f"  {case.name}: all of it was used up in earlier runs; begin with a fresh --data"
                        )
                        continue
                    self.measured.append(found)
                    self.tell(found)

    def case(self, case: Case, connections: int, benches: list[Bench], facts: Facts) -> Iterator[Measured]:
        """Measure one case."""
        makes = {bench.server: case.make if bench.server == targets.OURS else case.bare for bench in benches}
        asked = [(bench, make(facts)) for bench in benches if (make := makes[bench.server])]
        # Of one server alone, too: a vacuum that comes meets one of them, and the next waits for it.
        turns = self.options.turns
        taken: dict[str, list[Measured]] = {bench.server: [] for bench, _ in asked}
        for _ in range(turns):
            for bench, asks in asked:
                bench.counter.wait_for_vacuum()
                seconds = self.options.seconds / turns
                found = bench.measure(
                    case.name, asks, connections=connections, seconds=seconds, most=case.most // turns
                )
                taken[bench.server].append(found)
        return (together(found) for found in taken.values())

    def tell(self, found: Measured) -> None:
        """Say a case's figures as they come."""
        refused = f"  REFUSED {found.refused} {found.first_refusal}" if found.refused else ""
        self.say(
            f"  {found.server:<10} {found.case:<28} {found.connections:>2}  {found.p50:>8.2f} ms"
            f"  {found.cpu:>7.2f} ms CPU  {found.statements:>5.1f} statements{refused}"
        )

    def child(self, env: dict[str, str], module: str, *arguments: str) -> Any:
        """Run one of our modules on the database; return what its last line says."""
        command = [sys.executable, "-m", f"devtools.benchmark.{module}", *arguments]
        process = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.PIPE, text=True)
        last = ""
        for line in process.stdout or ():
            if last:
                self.say(last.rstrip())
            last = line
        if process.wait():
            raise StartFailed(f"{module} failed (status {process.returncode}).")
        return json.loads(last)

    def told(self) -> tuple[str, list[targets.Aim]]:
        """Return the tables, and the aims."""
        found = targets.aims(self.measured, self.exports, self.webs)
        parts = [tables.machine()]
        for rows in sorted({each.rows for each in self.measured}):
            parts += [
                f"### {rows:,} findings",
                tables.of_measured([each for each in self.measured if each.rows == rows]),
                tables.of_web(self.webs[rows]),
            ]
        parts += ["### Exports", tables.of_exports(self.exports)] if self.exports else []
        parts += ["### Aims", tables.of_aims(found)]
        return "\n\n".join(parts) + "\n", found


def main() -> int:
    """Run; the exit status says whether everything was answered and every aim was met."""
    options = parsed()
    sizes = [int(word) for word in options.findings.split(",")]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="krafter-bench-", ignore_cleanup_errors=True) as place:
        servers = Servers((options.data or Path(place)).resolve())
        run = Run(options, servers)
        try:
            servers.start()
            for size in sizes:
                run.size(size)
        except StartFailed as error:
            run.say(str(error))
            return 1
        finally:
            servers.stop()
    if options.serve:
        return 0
    words, found = run.told()
    if options.out:
        page = options.out.read_text() if options.out.exists() else ""
        options.out.write_text(tables.replace_figures(page, words))
    run.say(f"\n{time.monotonic() - began:.0f} s\n")
    print(json.dumps(as_json(run, found), indent=2) if options.json else words)
    return 0 if all(aim.met for aim in found) and not any(each.refused for each in run.measured) else 1


def as_json(run: Run, found: list[targets.Aim]) -> dict[str, Any]:
    """Return everything that was measured."""
    told = [{"aim": aim.what, "figure": aim.value, "at_most": aim.most, "met": aim.met} for aim in found]
    measured = [each.told() for each in run.measured]
    webs = {rows: asdict(taken) for rows, taken in run.webs.items()}
    return {
        "machine": tables.machine(),
        "measured": measured,
        "web": webs,
        "exports": run.exports,
        "aims": told,
    }


if __name__ == "__main__":
    sys.exit(main())
