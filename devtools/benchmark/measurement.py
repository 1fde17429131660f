"""One case, measured: how long, how many statements, how much CPU of the application and of PostgreSQL together."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

from devtools.benchmark import process_stats
from devtools.benchmark.load_generator import Ask, Load
from devtools.benchmark.servers import Counter, Servers


@dataclass
class Measured:
    """The figures of one case on one server."""

    case: str
    server: str
    rows: int
    connections: int
    requests: int
    p50: float
    p99: float
    a_second: float
    statements: float
    cpu: float
    application: float
    database: float
    peak: float
    refused: dict[int, int]
    first_refusal: str

    def told(self) -> dict[str, Any]:
        """Return the figures as JSON can hold them."""
        return asdict(self)


def together(turns: list[Measured]) -> Measured:
    """Return one row for the turns of a case: all requests, the median of each figure."""
    row = sorted(turns, key=lambda turn: turn.cpu)[len(turns) // 2]
    return replace(
        row,
        requests=sum(turn.requests for turn in turns),
        p50=median(turn.p50 for turn in turns),
        p99=median(turn.p99 for turn in turns),
        a_second=median(turn.a_second for turn in turns),
        refused={status: number for turn in turns for status, number in turn.refused.items()},
        first_refusal=next((turn.first_refusal for turn in turns if turn.first_refusal), ""),
    )


@dataclass
class Bench:
    """What measuring needs: the servers, the database, and which web is asked."""

    servers: Servers
    counter: Counter
    server: str
    port: int
    rows: int

    def measure(
        self, case: str, asks: Iterator[Ask], *, connections: int, seconds: float, most: int
    ) -> Measured:
        """Warm up (`most` in all bounds what is used up), then ask for some seconds."""
        warm = min(most // 10, 60)
        Load(self.port, asks, connections=connections, seconds=2, most=warm).run()
        self.counter.reset()
        before = self._cpu()
        taken = Load(self.port, asks, connections=connections, seconds=seconds, most=most - warm).run()
        application, database = (after - start for after, start in zip(self._cpu(), before, strict=True))
        count = max(1, len(taken.times))
        return Measured(
            case=case,
            server=self.server,
            rows=self.rows,
            connections=connections,
            requests=len(taken.times),
            p50=taken.percentile(0.5),
            p99=taken.percentile(0.99),
            a_second=count / taken.seconds,
            statements=self.counter.statements() / count,
            cpu=(application + database) * 1000 / count,
            application=application * 1000 / count,
            database=database * 1000 / count,
            peak=process_stats.peak_megabytes(self.servers.pid(self.server)),
            refused=taken.refused,
            first_refusal=taken.first_refusal,
        )

    def _cpu(self) -> tuple[float, float]:
        return process_stats.cpu_seconds(self.servers.pid(self.server)), process_stats.cpu_seconds(
            self.servers.pid("postgres")
        )
