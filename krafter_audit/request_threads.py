"""Give requests to threads, so that no organisation has all of them.

A request that has to wait is in memory, and takes no thread.
"""

import logging
import re
from collections import Counter, deque
from collections.abc import Mapping
from itertools import chain
from threading import Lock

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher

# The owner is an organisation, an integration that receives webhooks, or a shared report.
OWNER_PATH = re.compile(r"/(?:api/v1/orgs|api/v1/hooks/[^/]+|insights/audit/reports/shared)/([^/]+)")
SESSION_COOKIE = re.compile(r"(?:^|; ?)(?:__Host-)?sessionid=([^;]+)")
WAIT_PARAMETER = re.compile(r"(?:^|&)wait=")
ADMIN_PATH = "/admin/"
# The share of the threads that requests of one owner, of one session, or of the whole admin may have at the same time;
# each may have MIN_THREADS in any case.
SHARES = {"owner": 1 / 3, "session": 1 / 6, "admin": 1 / 3}
MIN_THREADS = 2
# A body of 14 MB takes some 75 MB of memory while it is processed: eight at a time took 600 MB.
LARGE_BODY_BYTES = 1024 * 1024
LARGE_BODIES = {"large body": 2, "large body of owner": 1}  # threads

type Group = tuple[str, str]  # a key of SHARES or LARGE_BODIES, and the owner's id in the URL, or the session


def groups_of(request: HTTPRequestParser) -> tuple[Group, ...]:
    """Return the groups of a request: by its size, and by the owner of its URL, or its session and the admin."""
    groups = _owner_or_session(request)
    if request.body_bytes_received <= LARGE_BODY_BYTES:
        return groups
    return (("large body of owner", groups[0][1] if groups else ""), ("large body", ""), *groups)


def _owner_or_session(request: HTTPRequestParser) -> tuple[Group, ...]:
    path = getattr(request, "path", "")  # absent if the request is malformed
    if path.startswith(ADMIN_PATH):
        session = SESSION_COOKIE.search(request.headers.get("COOKIE", ""))
        return (("session", session[1] if session else ""), ("admin", ""))
    owner = OWNER_PATH.match(path)
    # Long polls have another limit (api/long_polling.py), and would keep the organisation's other requests
    # waiting. Other operations refuse the parameter before they do anything.
    if not owner or WAIT_PARAMETER.search(request.query):
        return ()
    # The URL is relied on although its key is not checked yet: a key of another organisation is refused at once.
    return (("owner", owner[1].lower()),)


class RequestDispatcher:
    """Give requests to reserved or to shared threads; a group has its share of these."""

    def __init__(self, threads: int, reserved: Mapping[str, int]) -> None:
        self.shared = _start_threads(threads)
        self.reserved = {path: _start_threads(count) for path, count in reserved.items()}
        shares = {kind: max(MIN_THREADS, int(threads * share)) for kind, share in SHARES.items()}
        self.limits = shares | LARGE_BODIES
        self.running: Counter[Group] = Counter()
        # Requests by the first of their groups without a free thread, whose next free thread has them examined again.
        self.waiting: dict[Group, deque[GroupedTask]] = {}
        self.lock = Lock()

    def add_task(self, channel: HTTPChannel) -> None:
        request = channel.requests[0]
        reserved = self.reserved.get(getattr(request, "path", ""))
        groups = () if reserved else groups_of(request)
        if not groups:
            (reserved or self.shared).add_task(channel)
            return
        with self.lock:
            self._start_or_wait(GroupedTask(self, channel, groups))

    def finish(self, groups: tuple[Group, ...]) -> None:
        """Give the threads of a finished request to waiting requests."""
        with self.lock:
            self.running.subtract(groups)
            # In reverse: a request that waits for a group that all share starts before the next one of the same session
            # or owner.
            for group in reversed(groups):
                waiting = self.waiting.pop(group, None) or deque()
                while waiting and self._has_thread(group):
                    self._start_or_wait(waiting.popleft())
                if waiting:
                    self.waiting[group] = waiting
                if not self.running[group]:
                    del self.running[group]

    def _start_or_wait(self, task: "GroupedTask") -> None:
        for group in task.groups:
            if not self._has_thread(group):
                self.waiting.setdefault(group, deque()).append(task)
                return
        self.running.update(task.groups)
        self.shared.add_task(task)

    def _has_thread(self, group: Group) -> bool:
        return self.running[group] < self.limits[group[0]]

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        pools = (self.shared, *self.reserved.values())
        stopped = [pool.shutdown(cancel_pending, timeout) for pool in pools]
        # Requests that outlast the time-out end meanwhile, and change the waiting requests.
        with self.lock:
            waiting = [*chain(*self.waiting.values())]
        for task in waiting:
            task.cancel()
        return any(stopped)


class GroupedTask:
    """The request of a connection that its groups' limits apply to."""

    def __init__(
        self, dispatcher: RequestDispatcher, channel: HTTPChannel, groups: tuple[Group, ...]
    ) -> None:
        self.dispatcher, self.channel, self.groups = dispatcher, channel, groups

    def service(self) -> None:
        try:
            self.channel.service()
        finally:
            self.dispatcher.finish(self.groups)

    def cancel(self) -> None:
        self.channel.cancel()


def _start_threads(threads: int) -> ThreadedTaskDispatcher:
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.queue_logger = logging.getLogger("krafter_audit.server.queue")
    dispatcher.set_thread_count(threads)
    return dispatcher
