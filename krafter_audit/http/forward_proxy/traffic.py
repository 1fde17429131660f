import threading
from dataclasses import dataclass, field


class ConnectionClosed(Exception):
    """A side closed the connection, or the traffic limit is exceeded."""


@dataclass(frozen=True)
class ProxyLimits:
    """Limits of one page visit: total seconds, seconds to connect, requests, bytes in both directions."""

    total: float = 45.0
    connect: float = 5.0
    requests: int = 300
    bytes: int = 50 * 1024 * 1024


@dataclass
class ProxiedRequest:
    """The record of one request to the proxy; an https tunnel is one, and may carry several requests to a host."""

    url: str  # without query
    host: str = ""
    port: int = 0
    address: str = ""  # the connected address
    sent: int = 0  # bytes
    received: int = 0  # bytes
    reason: str = ""  # why the request failed, as in `HttpError`
    detail: str = ""
    has_no_host: bool = False  # the name has no address, or an address that the policy refuses


@dataclass
class TrafficBudget:
    limits: ProxyLimits
    requests: int = 0
    bytes: int = 0
    exceeded: str = ""  # the first exceeded limit, after which all traffic is blocked
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count_request(self) -> None:
        with self.lock:
            self.requests += 1
            self._check(self.requests > self.limits.requests, f"over {self.limits.requests} requests")

    def count_bytes(self, count: int) -> None:
        with self.lock:
            self.bytes += count
            self._check(self.bytes > self.limits.bytes, f"over {self.limits.bytes // (1024 * 1024)} MB")

    def _check(self, is_over: bool, limit: str) -> None:
        if is_over:
            self.exceeded = self.exceeded or limit
        if self.exceeded:
            raise ConnectionClosed
