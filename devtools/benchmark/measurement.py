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
    """Merge a case's repetitions: the sum of the requests, the median of each figure."""
    row = sorted(repetitions, key=lambda repetition: repetition.cpu)[len(repetitions) // 2]
    return replace(
        row,
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
        before = self._cpu()
        result = LoadGenerator(
            self.port, requests, connections=connections, seconds=seconds, limit=limit - warm_up
        ).run()
        application, database = (after - start for after, start in zip(self._cpu(), before, strict=True))
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

    def _cpu(self) -> tuple[float, float]:
        return process_stats.cpu_seconds(self.servers.pid(self.server)), process_stats.cpu_seconds(
            self.servers.pid("postgres")
        )
