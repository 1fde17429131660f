"""Responses: headers, a body decoded within a size limit, timing and the address."""

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
import webencodings

from krafter_audit.http.credentials import RequestCredentials

# Possessive quantifiers: otherwise two adjacent runs of white space take quadratic time.
_CHARSET = re.compile(rb"charset\s*+=\s*+[\"']?\s*+([a-z0-9_.:-]{1,40})", re.IGNORECASE)
_COMMA_SEPARATED = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)+')
_MEDIA_TYPE = re.compile(r"[^\s/;,]+/[^\s/;,]+")
# Without the limits, a head that repeats `<meta ` takes quadratic time, seconds for 32 KB.
_DECLARATION = re.compile(
    rb"(?:<meta\s[^>]{0,300}?charset|\A\s*+<\?xml\s[^>]{0,100}?encoding)"
    rb"\s*+=\s*+[\"']?\s*+([a-z0-9_.:-]{1,40})",
    re.IGNORECASE,
)
# Browsers also find a declaration beyond the 1024 bytes in which it must be.
_MAX_HEAD_BYTES = 32 * 1024
# In the WHATWG Encoding Standard, these names include more characters than in Python's codecs.
_LARGER_CHARSETS = {"big5": "big5hkscs", "euc_kr": "cp949", "gbk": "gb18030", "shift_jis": "cp932"}
_MAX_LAYERS = 3
# Members of one gzip body. Each copies the rest of the body: a hundred thousand empty members take a minute.
_MAX_MEMBERS = 1000
GONE_STATUSES = frozenset({404, 410})
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


class Headers:
    """Case-insensitive, multi-valued headers; what is not UTF-8 is read as Latin-1, and percent-encoded in Location."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._items = [
            (_text(name), _url_text(value) if name.lower() == b"location" else _text(value))
            for name, value in raw
        ]

    def get_all(self, name: str) -> list[str]:
        # The only way to read Set-Cookie, whose values contain commas.
        return [value for key, value in self._items if key.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        """Return the values joined by a comma, or None."""
        values = self.get_all(name)
        return ", ".join(values) if values else None

    def items(self) -> list[tuple[str, str]]:
        return list(self._items)

    def redacted(self, credentials: RequestCredentials) -> "Headers":
        return Headers((name.encode(), credentials.redact(value).encode()) for name, value in self._items)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.get_all(name))

    def __repr__(self) -> str:
        return f"Headers({[name for name, _ in self._items]})"


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _url_text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        # Browsers request the URL with these bytes: as Latin-1, it would be sent in UTF-8.
        return "".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in raw)


@dataclass(frozen=True)
class Response:
    method: str
    url: str  # after the redirects in `history`
    status: int
    headers: Headers
    body: bytes  # decoded, and cut at the limit
    truncated: bool  # cut, broken off, or not decodable
    address: str
    started_at: datetime
    ttfb_ms: float  # as Lighthouse's server-response-time
    duration_ms: float  # from the DNS lookup to the last byte
    encoded_size: int  # bytes received
    interrupted: bool = False  # ended early and below the limit
    history: tuple["Response", ...] = ()

    @property
    def location(self) -> str:
        """The Location header; empty without one, and with several that differ, of which browsers follow none."""
        found = set(self.headers.get_all("location"))
        return found.pop() if len(found) == 1 else ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_redirect(self) -> bool:
        """Whether browsers follow the response as a redirect."""
        return self.status in _REDIRECT_STATUSES and bool(self.location)

    @cached_property
    def content_type(self) -> str:
        """The Content-Type in effect, with its parameters; empty without a valid one."""
        chosen, essence = "", ""
        # The last valid media type of several, in lines or with commas, counts (Fetch, "extract a MIME type").
        for part in _COMMA_SEPARATED.findall(self.headers.get("content-type") or ""):
            name, _, parameters = part.partition(";")
            name = name.strip().lower()
            # A repeated media type without a charset keeps the earlier charset.
            is_repeated = name == essence and not _CHARSET.search(
                parameters.encode("utf-8", errors="replace")
            )
            if _MEDIA_TYPE.fullmatch(name) and name != "*/*" and not is_repeated:
                chosen, essence = part.strip(), name
        return chosen

    @cached_property
    def text(self) -> str:
        try:
            # The charset of the byte order mark, Content-Type, meta element or XML declaration, else UTF-8.
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
        sent = self.content_type.encode("utf-8", errors="replace")
        if found := _CHARSET.search(sent):
            return _codec(found[1].decode("ascii"))
        found = _DECLARATION.search(self.body[:_MAX_HEAD_BYTES])
        codec = _codec(found[1].decode("ascii")) if found else "utf-8"
        # A document whose declaration is readable as ASCII is not in UTF-16.
        return "utf-8" if codec.startswith("utf-16") else codec

    def json(self) -> Any:
        """Parse the body. Raises ValueError if it is not JSON."""
        return orjson.loads(self.body.removeprefix(codecs.BOM_UTF8))

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def _codec(charset: str) -> str:
    try:
        # A name that browsers do not support, such as `latin-1`, by Python's. A codec that is no charset has no label.
        encoding = webencodings.lookup(charset) or webencodings.lookup(codecs.lookup(charset).name)
    except LookupError:
        encoding = None
    if encoding is None:
        return "utf-8"
    return _LARGER_CHARSETS.get(encoding.codec_info.name, encoding.codec_info.name)


def decode_body(raw: bytes, encodings: str | None, *, limit: int) -> tuple[bytes, bool]:
    """Undo the Content-Encoding, at most `limit` bytes per layer: (body, whether it is complete).

    Encodings that the client does not offer are left as they are.
    """
    layers = [name.strip().lower() for name in (encodings or "").split(",")]
    layers = [name for name in layers if name not in ("", "identity")]
    if not set(layers) <= {"gzip", "x-gzip", "deflate"}:
        return raw, True
    if len(layers) > _MAX_LAYERS:
        return raw, False
    is_complete = True
    for _ in layers:
        raw, complete = _inflate(raw, limit)
        is_complete = is_complete and complete
    return raw, is_complete


def _inflate(raw: bytes, limit: int) -> tuple[bytes, bool]:
    body = bytearray()
    # gzip may have several members (RFC 1952, section 2.2). Output stops at `limit`, against decompression bombs.
    for _ in range(_MAX_MEMBERS):
        if not raw:
            return bytes(body), True
        piece, rest, complete = _inflate_once(raw, limit - len(body))
        body += piece
        if not complete:
            return bytes(body), False
        raw = rest if rest.startswith(b"\x1f\x8b") else b""  # anything else after the end is padding
    return bytes(body), not raw


def _inflate_once(raw: bytes, limit: int) -> tuple[bytes, bytes, bool]:
    # 47 detects gzip and zlib by their headers; -15 is raw deflate, which some servers send.
    for window in (47, -15):
        inflater = zlib.decompressobj(window)
        try:
            piece = inflater.decompress(raw, max(limit, 1))
        except zlib.error:
            continue
        return piece[: max(limit, 0)], inflater.unused_data, inflater.eof and len(piece) <= limit
    return b"", b"", False
