"""Discrete-event simulation of scans on several worker machines.

A visitor leases a batch of pages of one scan. Each batch needs CPU, of which its machine's visitors share the cores,
and requests, which all batches of a host share at its rate; both go on at the same time. Between two events the rates
are constant. An event is the end of one of these needs, or a scan that becomes due.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from devtools.benchmark.night.sites import NightSite

TOLERANCE = 1e-9


@dataclass(frozen=True)
class NightLimits:
    """Machines with their cores and visitors, the requests a second to a host, and how long a batch of pages takes."""

    machines: int
    cores: int
    visitors: int
    host_rate: float
    batch_seconds: float
    use_window_seconds: float  # use before the last two windows does not count
    fair: bool = True

    def pages_of_batch(self, site: NightSite) -> int:
        """Return how many pages a visitor checks before it takes another scan."""
        page_seconds = max(site.cost.cpu, site.cost.requests / self.host_rate)
        return max(1, int(self.batch_seconds / page_seconds))


@dataclass
class ScanProgress:
    """A scan with its unleased pages, and those being checked."""

    site: NightSite
    unleased: int
    running: int = 0
    started: float | None = None
    finished: float | None = None


@dataclass
class Batch:
    """Pages that a visitor checks: the CPU seconds and requests left."""

    scan: ScanProgress
    machine: int
    pages: int
    cpu: float
    requests: float


@dataclass
class Night:
    """The result: when each scan started and finished, with the pages, requests and leases."""

    scans: list[ScanProgress]
    hours: float
    pages: Counter[int] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    busy_seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))  # by host
    leases: list[tuple[str, dict[str, float]]] = field(default_factory=list)


class OrganisationUse:
    """CPU seconds by organisation in this window, with a falling share of the previous one."""

    def __init__(self, window_seconds: float) -> None:
        self.window_seconds = window_seconds
        self.windows: defaultdict[tuple[str, int], float] = defaultdict(float)

    def add(self, organisation: str, seconds: float, now: float) -> None:
        self.windows[organisation, self._window(now)] += seconds

    def recent(self, organisation: str, now: float) -> float:
        """Return the CPU seconds that count at this time."""
        window = self._window(now)
        share = 1 - now % self.window_seconds / self.window_seconds
        used, before = (self.windows.get((organisation, number), 0.0) for number in (window, window - 1))
        return used + share * before

    def _window(self, now: float) -> int:
        return int(now // self.window_seconds)


class NightSimulation:
    """Runs all scans; `fair` serves the organisation that has used the fewest CPU seconds, else the oldest scan."""

    def __init__(
        self, sites: Sequence[NightSite], limits: NightLimits, *, record_leases: bool = False
    ) -> None:
        self.limits = limits
        self.record_leases = record_leases
        self.coming = [(site.due, site.number, ScanProgress(site, site.pages)) for site in sites]
        heapq.heapify(self.coming)
        self.waiting: dict[str, list[ScanProgress]] = {}
        self.use = OrganisationUse(limits.use_window_seconds)
        self.free = [machine for _ in range(limits.visitors) for machine in range(limits.machines)]
        self.active: list[Batch] = []
        self.now = 0.0
        self.night = Night([scan for _, _, scan in sorted(self.coming, key=lambda item: item[1])], 0.0)

    def run(self) -> Night:
        while self.coming or self.active or self.waiting:
            self._queue_due()
            self._lease()
            self._advance()
        self.night.hours = self.now / 3600
        return self.night

    def _queue_due(self) -> None:
        while self.coming and self.coming[0][0] <= self.now + TOLERANCE:
            scan = heapq.heappop(self.coming)[2]
            self.waiting.setdefault(scan.site.organisation, []).append(scan)

    def _lease(self) -> None:
        while self.free and self.waiting:
            candidates = {organisation: scans[0] for organisation, scans in self.waiting.items()}
            organisation = self._next_organisation(candidates)
            if self.record_leases:
                used = {name: self.use.recent(name, self.now) for name in candidates}
                self.night.leases.append((organisation, used))
            scan = candidates[organisation]
            pages = min(scan.unleased, self.limits.pages_of_batch(scan.site))
            cost = scan.site.cost
            self._start(Batch(scan, self.free.pop(0), pages, pages * cost.cpu, pages * cost.requests))
            if scan.unleased == 0:
                self.waiting[organisation].remove(scan)
            if not self.waiting[organisation]:
                del self.waiting[organisation]

    def _next_organisation(self, candidates: Mapping[str, ScanProgress]) -> str:
        sites = {name: scan.site for name, scan in candidates.items()}
        if self.limits.fair:
            return min(sites, key=lambda name: (self.use.recent(name, self.now), sites[name].number))
        return min(sites, key=lambda name: (sites[name].due, sites[name].number))

    def _start(self, batch: Batch) -> None:
        scan = batch.scan
        scan.unleased -= batch.pages
        scan.running += batch.pages
        scan.started = self.now if scan.started is None else scan.started
        self.use.add(scan.site.organisation, batch.cpu, self.now)
        self.night.pages[scan.site.number] += batch.pages
        self.night.requests[scan.site.host] += round(batch.requests)
        self.active.append(batch)

    def _advance(self) -> None:
        rates = list(self._rates())
        ends = [
            left / rate
            for batch, (cpu, requests) in zip(self.active, rates, strict=True)
            for left, rate in ((batch.cpu, cpu), (batch.requests, requests))
            if left > TOLERANCE
        ]
        due = [self.coming[0][0] - self.now] if self.coming else []
        step = max(0.0, min([*ends, *due], default=0.0))
        self.now += step
        for host in {batch.scan.site.host for batch in self.active}:
            self.night.busy_seconds[host] += step
        for batch, (cpu, requests) in zip(self.active, rates, strict=True):
            batch.cpu = max(0.0, batch.cpu - cpu * step)
            batch.requests = max(0.0, batch.requests - requests * step)
        self._finish()

    def _rates(self) -> Iterator[tuple[float, float]]:
        """Yield the CPU seconds and requests a second of each active batch."""
        computing = Counter(batch.machine for batch in self.active if batch.cpu > TOLERANCE)
        requesting = Counter(batch.scan.site.host for batch in self.active if batch.requests > TOLERANCE)
        for batch in self.active:
            cores = min(1.0, self.limits.cores / max(1, computing[batch.machine]))
            yield cores, self.limits.host_rate / max(1, requesting[batch.scan.site.host])

    def _finish(self) -> None:
        done = [batch for batch in self.active if batch.cpu <= TOLERANCE and batch.requests <= TOLERANCE]
        for batch in done:
            self.active.remove(batch)
            self.free.append(batch.machine)
            batch.scan.running -= batch.pages
            if batch.scan.unleased == batch.scan.running == 0:
                batch.scan.finished = self.now
