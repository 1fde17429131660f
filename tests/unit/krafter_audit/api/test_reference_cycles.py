"""An answered request is gone at once: what it read does not wait in memory for the collector to come by."""

import gc
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from tests.contract.test_query_counts import ids
from tests.factories import World

# Not a list that is filtered: Django's form knows its fields and they know it, a hundred small objects.
READ = (
    "findings", "findings/{finding}", "findings/{finding}/regressions", "tasks",
    "tasks/{task}", "verifications/{verification}", "verifications/{verification}/evidence", "scans/{scan}/pages",
    "regressions", "reports", "reports/summary", "command-center", "policies/current", "checks", "integrations",
    "alerts",
)  # fmt: skip
REFUSED = {"findings/nowhere": "404", "findings?unknown=1": "422"}
WRITTEN: tuple[tuple[str, str, Any, str], ...] = (
    ("PATCH", "findings/{finding}", {"status": "triaged"}, "200"),
    ("PATCH", "findings/{finding}", {"status": "unheard of"}, "422"),
    (
        "POST",
        "findings/bulk",
        {"findings": [{"domain": "seo", "title": f"{row}"} for row in range(30)]},
        "200",
    ),
    ("POST", "policies/test", {"config": {"severity_rules": {"seo": "low"}}}, "200"),
    ("POST", "verifications/{verification}/approve", None, "200"),
)

Ask = Callable[..., str]


@pytest.fixture
def ask(world: World) -> Iterator[Ask]:
    """Ask as a server does, without what a test's client keeps of each answer; the connection stays the test's."""
    application = get_wsgi_application()
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)

    def ask(method: str, path: str, body: Any = None) -> str:
        sent = json.dumps(body).encode() if body is not None else b""
        address, _, query = (world.client.base + path).partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": address, "QUERY_STRING": query, "SERVER_NAME": "testserver",
            "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": f"Bearer {world.key}",
            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(sent)), "wsgi.input": io.BytesIO(sent),
            "wsgi.url_scheme": "http",
        }  # fmt: skip
        said: list[str] = []
        answer: Any = application(environ, lambda status, headers: said.append(status))
        consume(answer)
        answer.close()
        return said[0][:3]

    yield ask
    for signal in signals:
        signal.connect(close_old_connections)


def consume(parts: Iterable[bytes]) -> None:
    for _ in parts:
        pass


def left_behind(ask: Callable[[], str]) -> tuple[str, int]:
    """Return the answer's status, and how many objects only the collector could free."""
    gc.collect()
    gc.freeze()  # what is there now is not looked through a second time
    gc.disable()
    try:
        return ask(), gc.collect()
    finally:
        gc.enable()


@pytest.mark.parametrize(("path", "status"), [*((path, "200") for path in READ), *REFUSED.items()])
def test_reading_leaves_nothing(world: World, ask: Ask, path: str, status: str):
    path = path.format(**ids(world))
    ask("GET", path)  # what stays for good is made now

    assert left_behind(lambda: ask("GET", path)) == (status, 0)


@pytest.mark.parametrize(("method", "path", "body", "status"), WRITTEN)
def test_writing_leaves_nothing(world: World, ask: Ask, method: str, path: str, body: Any, status: str):
    ask(method, path.format(**ids(world)), body)
    path = path.format(**ids(world))

    assert left_behind(lambda: ask(method, path, body)) == (status, 0)
