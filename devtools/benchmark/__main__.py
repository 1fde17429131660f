"""`./krafter bench`: measures this API, a bare DRF view and bare WSGI over the same table, alternately."""

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

from devtools.benchmark import aims, process_stats, tables
from devtools.benchmark.cases import CASES, BenchmarkCase, Dataset
from devtools.benchmark.measurement import CaseResult, ServerBenchmark, merge_repetitions
from devtools.benchmark.servers import BenchmarkServers
from devtools.local_stack.process import StartFailed

SERVERS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (aims.BARE, "devtools.benchmark.bare_drf:application", "/findings", {}),
    ("bare WSGI", "devtools.benchmark.bare_wsgi:application", "/findings", {}),
    (aims.OURS, "krafter_audit.wsgi:application", "/healthz/ready", {"KRAFTER_DB_POOL": "1"}),
)


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./krafter bench", description=__doc__)
    parser.add_argument(
        "--findings",
        type=sizes,
        default="10000",
        help="number of findings; 10000,1000000 compares two sizes (default 10000)",
    )
    parser.add_argument("--quick", action="store_true", help="one second per case, over one connection")
    parser.add_argument("--seconds", type=float, help="per case (default 4)")
    parser.add_argument(
        "--serve", action="store_true", help="only serve, and print commands for another load generator"
    )
    parser.add_argument("--only", default="", help="only cases whose names contain this")
    parser.add_argument("--data", type=Path, help="directory that stores the databases for the next run")
    parser.add_argument(
        "--python",
        default=sys.executable,
        help="serve by this Python, such as that of a virtual environment with requirements/image.txt",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--out", type=Path, help="also write the tables into this file")
    options = parser.parse_args(arguments)
    if options.out and not options.out.parent.is_dir():
        parser.error(f"The folder of --out {options.out} does not exist")
    options.seconds = options.seconds or (1.2 if options.quick else 4.0)
    options.repetitions = 3 if options.quick else 5  # odd, so that the median is a measured one
    return options


def sizes(text: str) -> list[int]:
    """Parse comma-separated numbers of findings."""
    numbers = [int(word) if word.isdecimal() else 0 for word in text.split(",")]
    if 0 in numbers:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of findings, or several with commas")
    return numbers


class BenchmarkRun:
    """A run over one or more table sizes."""

    def __init__(self, options: argparse.Namespace, servers: BenchmarkServers) -> None:
        self.options, self.servers = options, servers
        self.measured: list[CaseResult] = []
        self.exports: list[dict[str, Any]] = []
        self.webs: dict[int, process_stats.ProcessMemory] = {}

    def report(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)  # standard output is for the result

    def run_size(self, findings: int) -> None:
        database = f"findings_{findings}"
        self.servers.make_database(database)
        env = self.servers.environment(database)
        self.report(f"\n{findings:,} findings")
        exported = 10_000 if self.options.quick else 100_000
        dataset: Dataset = self.child(env, "fill_database", str(findings), str(exported))
        counter = self.servers.counter(database)
        counter.settle()
        with ExitStack() as serving:
            env |= {"BENCH_PROJECT": dataset["project"]}
            aggregate = serving.enter_context(self.aggregating(env))
            benches = [
                ServerBenchmark(
                    self.servers,
                    counter,
                    server[0],
                    serving.enter_context(self.served(server, env)),
                    findings,
                )
                for server in SERVERS
            ]
            if self.options.serve:
                self.wait(benches, dataset)
                return
            self.cases(benches, dataset, aggregate)
            self.webs[findings] = process_stats.memory(self.servers.pid(aims.OURS))
        if not self.options.only:
            # No PDF: it has the top findings only, whatever the size.
            for form in ("csv", "json"):
                self.exports.append(self.child(env, "time_export", form))

    @contextmanager
    def served(self, server: tuple[str, str, str, dict[str, str]], env: dict[str, str]) -> Iterator[int]:
        name, application, ready, more = server
        try:
            yield self.servers.serve(name, application, env | more, ready=ready)
        finally:
            self.servers.stop(name)

    @contextmanager
    def aggregating(self, env: dict[str, str]) -> Iterator[Callable[[], None]]:
        command = [sys.executable, "-m", "devtools.benchmark.aggregate_counters"]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, env={**os.environ, **env}, stdin=pipe, stdout=pipe, text=True)
        requests, replies = cast("tuple[IO[str], IO[str]]", (process.stdin, process.stdout))

        def aggregate() -> None:
            requests.write("\n")
            requests.flush()
            replies.readline()

        with process:
            yield aggregate
            requests.close()

    def wait(self, benches: list[ServerBenchmark], dataset: Dataset) -> None:
        for case in CASES:
            for bench in benches:
                make = case.make if bench.server == aims.OURS else case.bare
                request = next(make(dataset), None) if make and self.options.only in case.name else None
                if request and request.method == "GET":
                    headers = "".join(f" -H '{name}: {value}'" for name, value in request.headers.items())
                    print(f"{case.name}, {bench.server}:")
                    print(
                        f"  wrk -t1 -c1 -d5s{headers} 'http://127.0.0.1:{bench.port}{request.path}'",
                        flush=True,
                    )
        self.report("Press Ctrl-C to stop.")
        with suppress(KeyboardInterrupt):
            signal.pause()

    def cases(self, benches: list[ServerBenchmark], dataset: Dataset, aggregate: Callable[[], None]) -> None:
        # The servers alternate, so that other load of the machine affects all of them.
        for case in CASES:
            if self.options.only not in case.name:
                continue
            for connections in case.connections[:1] if self.options.quick else case.connections:
                aggregate()
                for found in self.case(case, connections, benches, dataset):
                    if not found.requests:
                        self.report(
                            f"  {case.name}: no data left from earlier runs; start with a new --data directory"
                        )
                        continue
                    self.measured.append(found)
                    self.report_result(found)

    def case(
        self, case: BenchmarkCase, connections: int, benches: list[ServerBenchmark], dataset: Dataset
    ) -> Iterator[CaseResult]:
        factories = {bench.server: case.make if bench.server == aims.OURS else case.bare for bench in benches}
        streams = [(bench, make(dataset)) for bench in benches if (make := factories[bench.server])]
        # Repeated for a single server too: an autovacuum affects one repetition, and the next one waits for it.
        repetitions = self.options.repetitions
        results: dict[str, list[CaseResult]] = {bench.server: [] for bench, _ in streams}
        for _ in range(repetitions):
            for bench, requests in streams:
                bench.counter.wait_for_vacuum()
                seconds = self.options.seconds / repetitions
                found = bench.measure(
                    case.name,
                    requests,
                    connections=connections,
                    seconds=seconds,
                    limit=case.limit // repetitions,
                )
                results[bench.server].append(found)
        return (merge_repetitions(found) for found in results.values())

    def report_result(self, result: CaseResult) -> None:
        errors = f"  ERRORS {result.errors} {result.first_error}" if result.errors else ""
        self.report(
            f"  {result.server:<10} {result.case:<28} {result.connections:>2}  {result.p50:>8.2f} ms"
            f"  {result.cpu:>7.2f} ms CPU  {result.statements:>5.1f} statements{errors}"
        )

    def child(self, env: dict[str, str], module: str, *arguments: str) -> Any:
        """Run a module of this package on the database; return the JSON of its last line."""
        command = [sys.executable, "-m", f"devtools.benchmark.{module}", *arguments]
        process = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.PIPE, text=True)
        last = ""
        for line in process.stdout or ():
            if last:
                self.report(last.rstrip())
            last = line
        if process.wait():
            raise StartFailed(f"{module} failed with status {process.returncode}.")
        return json.loads(last)

    def summarize(self) -> tuple[str, list[aims.Aim]]:
        found = aims.aims(self.measured, self.exports, self.webs)
        parts = [tables.machine()]
        for rows in sorted({result.rows for result in self.measured}):
            parts += [
                f"### {rows:,} findings",
                tables.results_table([result for result in self.measured if result.rows == rows]),
                tables.memory_sentence(self.webs[rows]),
            ]
        parts += ["### Exports", tables.exports_table(self.exports)] if self.exports else []
        parts += ["### Aims", tables.aims_table(found)]
        return "\n\n".join(parts) + "\n", found


def main() -> int:
    """Run the benchmark; return 0 if no request failed and every aim is met."""
    options = parse_arguments()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="krafter-bench-", ignore_cleanup_errors=True) as folder:
        servers = BenchmarkServers((options.data or Path(folder)).resolve(), options.python)
        run = BenchmarkRun(options, servers)
        try:
            servers.start()
            for size in options.findings:
                run.run_size(size)
        except StartFailed as error:
            run.report(str(error))
            return 1
        finally:
            servers.stop()
    if options.serve:
        return 0
    text, results = run.summarize()
    if options.out:
        page = options.out.read_text() if options.out.exists() else ""
        options.out.write_text(tables.replace_figures(page, text))
    run.report(f"\n{time.monotonic() - began:.0f} s\n")
    print(json.dumps(as_json(run, results), indent=2) if options.json else text)
    return 0 if all(aim.met for aim in results) and not any(result.errors for result in run.measured) else 1


def as_json(run: BenchmarkRun, results: list[aims.Aim]) -> dict[str, Any]:
    aims_as_json = [
        {"aim": aim.what, "figure": aim.value, "at_most": aim.limit, "met": aim.met} for aim in results
    ]
    measured = [asdict(result) for result in run.measured]
    webs = {rows: asdict(memory) for rows, memory in run.webs.items()}
    return {
        "machine": tables.machine(),
        "measured": measured,
        "web": webs,
        "exports": run.exports,
        "aims": aims_as_json,
    }


if __name__ == "__main__":
    sys.exit(main())
