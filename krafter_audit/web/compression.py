import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from krafter_audit.api.etags import etag_for_coding
from krafter_audit.api.middleware import is_api

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Images and PDF files are compressed already.
COMPRESSIBLE = re.compile(r"text/|application/(javascript|([a-z0-9.-]+\+)?json)\b")
MIN_BYTES = 200  # as in Django's gzip


class CompressionMiddleware(GZipMiddleware):
    """Compress responses, files as they are read: of the API with zstd or gzip, pages with gzip."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        # Static files are compressed by `collectstatic`.
        is_static = request.path.startswith(str(settings.STATIC_URL))
        if is_static or not COMPRESSIBLE.match(response.get("content-type", "")):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        # Browsers send cookies with pages by themselves: Django's gzip is padded against BREACH.
        codings = ("zstd", "gzip") if is_api(request) else ("gzip",)
        coding = preferred_coding(request.headers.get("accept-encoding", ""), codings)
        if response.has_header("content-encoding") or coding is None:
            return response
        etag = response.get("etag", "")
        if coding == "zstd":
            compress_with_zstd(response)
        else:
            super().process_response(request, response)
        if is_api(request) and response.has_header("content-encoding") and etag.startswith('"'):
            # Django's ETag is weak, and If-Match needs a strong ETag.
            response["etag"] = etag_for_coding(etag, coding)
        return response


def preferred_coding(accept_encoding: str, codings: Sequence[str] = ("zstd", "gzip")) -> str | None:
    """Return one of the codings, or None for an uncompressed response (RFC 9110, section 12.5.3)."""
    weights = dict(_weights(accept_encoding))
    # A client that sends `*` may not support zstd.
    accepted = {"gzip": weights.get("*", 0), **weights}
    offered = {coding: accepted.get(coding, 0) for coding in codings}
    coding = max(offered, key=offered.__getitem__)
    return coding if offered[coding] > 0 and offered[coding] >= weights.get("identity", 0) else None


def _weights(header: str) -> Iterator[tuple[str, float]]:
    for part in header.lower().split(","):
        coding, _, parameter = part.partition(";")
        name, _, value = parameter.partition("=")
        if name.strip() not in ("", "q"):
            continue
        try:
            yield coding.strip(), float(value) if value else 1
        except ValueError:
            continue


def compress_with_zstd(response: HttpResponseBase) -> None:
    """Compress the content in place, unless it is small or does not shrink."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = _compressed_parts(cast("Iterator[bytes]", response.streaming_content))
        del response["content-length"]
    elif isinstance(response, HttpResponse):
        # Without padding: BREACH needs credentials that a browser sends by itself, and API keys are in a
        # header.
        packed = zstd.compress(response.content)
        if len(response.content) < MIN_BYTES or len(packed) >= len(response.content):
            return
        response.content = packed
        response["content-length"] = str(len(packed))
    response["content-encoding"] = "zstd"


def _compressed_parts(parts: Iterable[bytes]) -> Iterator[bytes]:
    compressor = zstd.ZstdCompressor()
    for part in parts:
        if packed := compressor.compress(part):
            yield packed
    yield compressor.flush()
