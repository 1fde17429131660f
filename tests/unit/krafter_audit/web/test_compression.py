"""The coding that a client gets, and what an independent client decompresses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from pytest_django.live_server_helper import LiveServer

from krafter_audit.web.compression import CompressionMiddleware, preferred_coding, zstd
from tests import factories


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("identity", None),
        ("br, deflate", None),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip;q=0.9", "gzip"),
        ("zstd ; q=0, gzip ; q=0.1", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, *", None),
        ("*", "gzip"),
        ("*;q=0", None),
        ("identity;q=1, gzip;q=0.5", None),
        ("identity;q=0.5, zstd;q=0.5", "zstd"),
        ("gzip;q=high", None),
        ("gzip;q=nan", None),
        ("x-gzip", None),
    ],
)
def test_preferred_coding_follows_the_weights(accepted: str, coding: str | None) -> None:
    assert preferred_coding(accepted) == coding


def respond(
    response: HttpResponse | StreamingHttpResponse, path: str = "/api/v1/x", accepted: str = "gzip, zstd"
) -> Any:
    """Return what the middleware makes of a response."""
    request = RequestFactory().get(path, headers={"accept-encoding": accepted})
    return CompressionMiddleware(lambda _: response)(request)


@pytest.mark.parametrize(
    ("path", "content", "content_type"),
    [
        ("/api/v1/x", b"short", "application/json"),
        ("/api/v1/x", b"picture" * 100, "image/jpeg"),
        ("/api/v1/x", b"document" * 100, "application/pdf"),
        ("/static/site.css", b"style" * 100, "text/css"),
    ],
)
def test_responses_that_would_not_shrink_are_sent_as_they_are(
    path: str, content: bytes, content_type: str
) -> None:
    response = respond(HttpResponse(content, content_type=content_type), path)

    assert (response.content, response.has_header("content-encoding")) == (content, False)


@pytest.mark.parametrize(
    ("path", "accepted", "coding"),
    [("/api/v1/x", "gzip, zstd", "zstd"), ("/admin/", "gzip, zstd", "gzip"), ("/admin/", "zstd", None)],
)
def test_pages_are_compressed_with_gzip_alone(path: str, accepted: str, coding: str | None) -> None:
    response = respond(HttpResponse(b"page" * 100, content_type="text/html"), path, accepted)

    assert (response.get("content-encoding"), response["vary"]) == (coding, "Accept-Encoding")


def test_streams_are_compressed_as_they_are_read() -> None:
    read: list[int] = []

    def rows() -> Iterator[bytes]:
        for number in range(200_000):
            read.append(number)
            yield b"%d;finding\r\n" % number

    response = respond(StreamingHttpResponse(rows(), content_type="text/csv"))
    parts = iter(response.streaming_content)
    first = next(parts)
    read_until_then = len(read)

    whole = zstd.decompress(first + b"".join(parts))
    assert whole == b"".join(b"%d;finding\r\n" % number for number in range(200_000))
    assert read_until_then < len(read)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_client_downloads_an_export_in_the_coding_that_it_accepts(
    live_server: LiveServer, eager_jobs: None, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    scenario = factories.scenario()
    for number in range(50):
        factories.finding(scenario, title=f"Finding {number}")
    report = scenario.client.call("post", "reports/export", {"format": "csv"}).json()["data"]["id"]
    url = f"{live_server.url}{scenario.client.base}reports/{report}/download"

    # Closed at the end: the server's thread keeps its connection to the database as long as that to the client.
    with urllib3.PoolManager() as client:
        responses = [
            client.request(
                "GET", url, headers={"authorization": f"Bearer {scenario.key}", "accept-encoding": accepted}
            )
            for accepted in ("identity", "gzip", "zstd")
        ]

    assert [response.headers.get("content-encoding") for response in responses] == [None, "gzip", "zstd"]
    assert [response.headers["vary"] for response in responses[1:]] == ["Accept-Encoding"] * 2
    assert b"Finding 49" in responses[0].data
    assert len({response.data for response in responses}) == 1
