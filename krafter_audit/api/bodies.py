"""How much of a body is let in: measured before it is parsed, and read to its end when it is refused."""

from collections.abc import Iterator
from io import BytesIO
from typing import IO

from django.http import HttpRequest

from krafter_audit.api.errors import PayloadTooLarge, UnsupportedMediaType
from krafter_audit.api.parsers import MEBIBYTE

PIECE = 64 * 1024
MOST_PASSED_OVER = 64 * MEBIBYTE


def bound(request: HttpRequest, limit: int) -> None:
    """Refuse a body of more than `limit` bytes, and one in another encoding than its own.

    A body without a length (`Transfer-Encoding: chunked`) is read here, since Django takes it for an empty one.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType("Send the body as it is, without a Content-Encoding.")
    if _is_chunked(request):
        _measure(request, limit)
    declared = str(request.META.get("CONTENT_LENGTH") or 0)
    if declared.isdigit() and int(declared) > limit:
        refuse(request, limit)


def refuse(source: IO[bytes] | HttpRequest, limit: int) -> None:
    """Raise PayloadTooLarge once the body has been sent: many clients read no answer before that."""
    passed_over = 0
    for piece in _pieces(source):
        passed_over += len(piece)
        if passed_over > MOST_PASSED_OVER:
            break
    raise PayloadTooLarge(f"The body is larger than {limit // MEBIBYTE} MiB.")


def _is_chunked(request: HttpRequest) -> bool:
    chunked = "chunked" in request.headers.get("transfer-encoding", "").lower()
    # Without this mark of the server's, reading on could wait for ever.
    return (
        chunked and not request.META.get("CONTENT_LENGTH") and bool(request.META.get("wsgi.input_terminated"))
    )


def _measure(request: HttpRequest, limit: int) -> None:
    source: IO[bytes] = request.META["wsgi.input"]
    body = bytearray()
    for piece in _pieces(source):
        body += piece
        if len(body) > limit:
            refuse(source, limit)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)  # what a WSGIRequest reads its body from


def _pieces(source: IO[bytes] | HttpRequest) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece
