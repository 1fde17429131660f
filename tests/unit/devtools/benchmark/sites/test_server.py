"""The server of the benchmark sites keeps connections open, counts requests, and answers after a fixed time."""

import gzip
import http.client
import json
import time

import pytest

from devtools.benchmark.sites.server import COUNTERS_PATH, IDLE_SECONDS
from tests.unit.devtools.benchmark.sites.serving import served


@pytest.mark.slow
def test_requests_are_counted_over_one_connection() -> None:
    with served("realistic", latency=0.05) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=IDLE_SECONDS)
        started = time.monotonic()
        for method, path in (("GET", "/"), ("HEAD", "/lamps"), ("GET", "/nothing"), ("OPTIONS", "/")):
            connection.request(method, path)
            connection.getresponse().read()
        elapsed = time.monotonic() - started
        connection.request("GET", COUNTERS_PATH)
        counts = json.load(connection.getresponse())
        connection.close()

    assert counts == {"connections": 1, "GET": 2, "HEAD": 1, "OPTIONS": 1}
    assert elapsed >= 4 * 0.05


def test_text_is_compressed_where_the_site_compresses() -> None:
    for name, encoding in (("realistic", "gzip"), ("trivial", None)):
        with served(name) as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=IDLE_SECONDS)
            connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
            response = connection.getresponse()
            body = response.read()
            connection.close()

        assert response.getheader("Content-Encoding") == encoding
        assert (gzip.decompress(body) if encoding else body) == server.site.respond("/").body
