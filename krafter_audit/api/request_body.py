import sys
from collections.abc import Iterator
from io import BytesIO
from typing import IO

from django.http import HttpRequest

from krafter_audit.api.errors import PayloadTooLarge, UnsupportedMediaType
from krafter_audit.api.parsers import MEBIBYTE

MAX_DIGITS = sys.int_info.default_max_str_digits  # int() raises for more digits, and Django reads them as 0
CHUNK_BYTES = 64 * 1024
MAX_DRAINED_BYTES = 64 * MEBIBYTE  # bytes of an oversized body that are read before the response


def limit_body(request: HttpRequest, limit: int) -> None:
    """Reject a body of more than `limit` bytes, and one with a Content-Encoding."""
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        # A compressed body could be a decompression bomb.
        raise UnsupportedMediaType("Send the body without a Content-Encoding.")
    # Django treats a body without Content-Length as empty.
    if _is_chunked(request):
        _read_chunked(request, limit)
    content_length = str(request.META.get("CONTENT_LENGTH") or 0)
    # int() also raises for digits such as ².
    is_number = content_length.isascii() and content_length.isdigit() and len(content_length) <= MAX_DIGITS
    if is_number and int(content_length) > limit:
        reject(request, limit)


def reject(source: IO[bytes] | HttpRequest, limit: int) -> None:
    # Many clients read the response only after they have sent the body.
    drained = 0
    for chunk in _chunks(source):
        drained += len(chunk)
        if drained > MAX_DRAINED_BYTES:
            break
    raise PayloadTooLarge(f"The body is larger than {limit // MEBIBYTE} MiB.")


def _is_chunked(request: HttpRequest) -> bool:
    chunked = "chunked" in request.headers.get("transfer-encoding", "").lower()
    # A server that does not set input_terminated may block on reading past the end.
    return (
        chunked and not request.META.get("CONTENT_LENGTH") and bool(request.META.get("wsgi.input_terminated"))
    )


def _read_chunked(request: HttpRequest, limit: int) -> None:
    source: IO[bytes] = request.META["wsgi.input"]
    body = bytearray()
    for chunk in _chunks(source):
        body += chunk
        if len(body) > limit:
            reject(source, limit)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)  # WSGIRequest reads the body from this attribute


def _chunks(source: IO[bytes] | HttpRequest) -> Iterator[bytes]:
    while chunk := source.read(CHUNK_BYTES):
        yield chunk
