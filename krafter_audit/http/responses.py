"""What came back: headers, a body that was decoded within bounds, and when and from where."""

import codecs
import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from krafter_audit.http.credentials import Access

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([a-z0-9_.:-]{1,40})", re.IGNORECASE)
_ALSO_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7"})
_MAX_LAYERS = 3


class Headers:
    """Names in any case, several values for one name; bytes that are not UTF-8 are read as Latin-1."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._items = [(_text(name), _text(value)) for name, value in raw]

    def get_all(self, name: str) -> list[str]:
        """Each value in the order of arrival; Set-Cookie has to be read this way."""
        return [value for key, value in self._items if key.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        """The values joined by a comma, or None."""
        values = self.get_all(name)
        return ", ".join(values) if values else None

    def items(self) -> list[tuple[str, str]]:
        """Names and values as they were sent."""
        return list(self._items)

    def without(self, access: Access) -> "Headers":
        """The same headers with nothing in them of what let us in."""
        return Headers((name.encode(), access.hide(value).encode()) for name, value in self._items)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.get_all(name))

    def __repr__(self) -> str:
        return f"Headers({[name for name, _ in self._items]})"


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@dataclass(frozen=True)
class Response:
    """One answer.

    `url`: the one that gave it, after redirects. `address`: the IP address that was connected to.
    `body`: decoded, cut at the limit; `truncated`: it is not whole, as it was cut, or the connection broke,
    or it can't be decoded to the end; `broke_off`: it ended before it was whole and before the limit.
    `encoded_size`: bytes of the body as received, before decoding.
    `started_at`: UTC. `ttfb_ms`: milliseconds from sending the end of the request to the first byte of the
    answer, without look-up, connection and handshake (as Lighthouse's server-response-time). `duration_ms`:
    of this hop, from the look-up to the last byte of the body. `history`: the redirects that led here.
    """

    method: str
    url: str
    status: int
    headers: Headers
    body: bytes
    truncated: bool
    address: str
    started_at: datetime
    ttfb_ms: float
    duration_ms: float
    encoded_size: int
    broke_off: bool = False
    history: tuple["Response", ...] = ()

    @cached_property
    def text(self) -> str:
        """The body as text: byte order mark, Content-Type, meta element, else UTF-8; never fails."""
        try:
            return self.body.decode(self._charset, errors="replace")
        except (LookupError, ValueError):
            return self.body.decode("utf-8", errors="replace")

    @property
    def _charset(self) -> str:
        for mark, name in (
            (codecs.BOM_UTF8, "utf-8-sig"),
            (codecs.BOM_UTF16_LE, "utf-16"),
            (codecs.BOM_UTF16_BE, "utf-16"),
        ):
            if self.body.startswith(mark):
                return name
        sent = (self.headers.get("content-type") or "").encode("utf-8", errors="replace")
        found = _CHARSET.search(sent) or _CHARSET.search(self.body[:1024])
        return _codec(found[1].decode("ascii")) if found else "utf-8"

    def json(self) -> Any:
        """Raises ValueError when the body is not JSON."""
        return orjson.loads(self.body.removeprefix(codecs.BOM_UTF8))

    @cached_property
    def sha256(self) -> str:
        """Of the body as it is here, in hex."""
        return hashlib.sha256(self.body).hexdigest()


def _codec(charset: str) -> str:
    """Python's name for a charset as browsers understand it."""
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        return "utf-8"
    if name.replace("-", "_") in _ALSO_TEXT:
        return "utf-8"
    return "cp1252" if name in ("iso8859-1", "ascii") else name


def decoded(raw: bytes, encodings: str | None, *, limit: int) -> tuple[bytes, bool]:
    """Undo the Content-Encoding, at most `limit` bytes a layer: (body, whether it is whole).

    An encoding that was not asked for stays as it is.
    """
    layers = [name.strip().lower() for name in (encodings or "").split(",")]
    layers = [name for name in layers if name not in ("", "identity")]
    if len(layers) > _MAX_LAYERS or not set(layers) <= {"gzip", "x-gzip", "deflate"}:
        return raw, True
    whole = True
    for _ in layers:
        raw, complete = _inflated(raw, limit)
        whole = whole and complete
    return raw, whole


def _inflated(raw: bytes, limit: int) -> tuple[bytes, bool]:
    """Inflate gzip (also in several members), zlib or bare deflate; stops at `limit` bytes of output."""
    body = bytearray()
    while raw:
        piece, rest, complete = _inflated_once(raw, limit - len(body))
        body += piece
        if not complete:
            return bytes(body), False
        raw = rest if rest.startswith(b"\x1f\x8b") else b""  # anything else behind the end is padding
    return bytes(body), True


def _inflated_once(raw: bytes, room: int) -> tuple[bytes, bytes, bool]:
    # 47 recognises gzip and zlib by their heads, -15 is deflate without one, which some servers send.
    for window in (47, -15):
        inflater = zlib.decompressobj(window)
        try:
            piece = inflater.decompress(raw, max(room, 1))
        except zlib.error:
            continue
        return piece[: max(room, 0)], inflater.unused_data, inflater.eof and len(piece) <= room
    return b"", b"", False
