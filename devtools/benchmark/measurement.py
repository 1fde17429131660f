"""The measurement of a case: response time, SQL statements, CPU time of the application and of PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

from devtools.benchmark import process_stats
from devtools.benchmark.load_generator import BenchmarkRequest, LoadGenerator
from devtools.benchmark.servers import BenchmarkServers, StatementCounter


@dataclass
class CaseResult:
    """The figures of a case on a server."""

    case: str
    server: str
    rows: int
    connections: int
    requests: int
    p50: float  # milliseconds, as the other times
    p99: float
    per_second: float
    statements: float
    cpu: float
    application: float
    database: float
    peak: float  # MB
    errors: dict[int, int]
    first_error: str


def merge_repetitions(repetitions: list[CaseResult]) -> CaseResult:
    """Merge a case's repetitions: the sum of the requests, the least CPU time, the median of each other figure."""
    # A repetition for which no rows were left has measured nothing.
    repetitions = [repetition for repetition in repetitions if repetition.requests] or repetitions
    return replace(
        # Other load of the machine only adds to the CPU time of a request: its caches and cores are shared.
        min(repetitions, key=lambda repetition: repetition.cpu),
        requests=sum(turn.requests for turn in repetitions),
        p50=median(turn.p50 for turn in repetitions),
        p99=median(turn.p99 for turn in repetitions),
        per_second=median(turn.per_second for turn in repetitions),
        errors={status: number for turn in repetitions for status, number in turn.errors.items()},
        first_error=next((turn.first_error for turn in repetitions if turn.first_error), ""),
    )


@dataclass
class ServerBenchmark:
    """A server under test: its port, and the counters of its processes and database."""

    servers: BenchmarkServers
    counter: StatementCounter
    server: str
    port: int
    rows: int

    def measure(
        self, case: str, requests: Iterator[BenchmarkRequest], *, connections: int, seconds: float, limit: int
    ) -> CaseResult:
        """Warm up, then send requests for some seconds, at most `limit` in all."""
        # Prepared statements, caches and the connection pool exist after the warm-up.
        warm_up = min(limit // 10, 60)
        LoadGenerator(self.port, requests, connections=connections, seconds=2, limit=warm_up).run()
        self.counter.reset()
        before = [process_stats.exact_cpu_seconds(pid) for pid in self._pids]
        result = LoadGenerator(
            self.port, requests, connections=connections, seconds=seconds, limit=limit - warm_up
        ).run()
        application, database = (
            process_stats.cpu_seconds_since(start, pid) for start, pid in zip(before, self._pids, strict=True)
        )
        count = max(1, len(result.times))
        return CaseResult(
            case=case,
            server=self.server,
            rows=self.rows,
            connections=connections,
            requests=len(result.times),
            p50=result.percentile(0.5),
            p99=result.percentile(0.99),
            per_second=count / result.seconds,
            statements=self.counter.statements() / count,
            cpu=(application + database) * 1000 / count,
            application=application * 1000 / count,
            database=database * 1000 / count,
            peak=process_stats.memory(self.servers.pid(self.server)).peak,
            errors=result.errors,
            first_error=result.first_error,
        )

    @property
    def _pids(self) -> tuple[int, int]:
        return self.servers.pid(self.server), self.servers.pid("postgres")
