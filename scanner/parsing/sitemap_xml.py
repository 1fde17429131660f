"""Sitemaps as sitemaps.org describes them, read without entities and without the network."""

import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

MOST_ADDRESSES = 50_000
MOST_BYTES = 10 * 1024 * 1024
_ROOTS = ("urlset", "sitemapindex")


class _Unwelcome(Exception):
    """The document has something that a sitemap never has."""


@dataclass
class Sitemap:
    """A parsed sitemap: its root element, the addresses in it, and why it is not valid (None: it is)."""

    root: str = ""
    addresses: list[str] = field(default_factory=list)
    fault: str | None = None

    @property
    def is_index(self) -> bool:
        return self.root == "sitemapindex"


def parse(body: bytes) -> Sitemap:
    """Parse a sitemap, packed with gzip or not. Nothing in it raises; a document type is refused."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    try:
        parser.Parse(_unpacked(body), True)
    except (expat.ExpatError, _Unwelcome, zlib.error, ValueError, LookupError) as error:
        reader.sitemap.fault = f"it is not well-formed XML ({error})"[:200]
        return reader.sitemap
    if reader.sitemap.root not in _ROOTS:
        reader.sitemap.fault = f"its root is {reader.sitemap.root[:40]!r}, not urlset or sitemapindex"
    return reader.sitemap


class _Reader:
    def __init__(self) -> None:
        self.sitemap = Sitemap()
        self._in_address = False
        self._pieces: list[str] = []

    def start(self, name: str, _: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self.sitemap.root = self.sitemap.root or local
        # image:loc and video:loc are other things; they have another namespace.
        self._in_address = local == "loc" and "image" not in name and "video" not in name
        self._pieces = []

    def text(self, data: str) -> None:
        if self._in_address:
            self._pieces.append(data)

    def end(self, _: str) -> None:
        if self._in_address and len(self.sitemap.addresses) < MOST_ADDRESSES:
            self.sitemap.addresses.append("".join(self._pieces).strip())
        self._in_address = False

    def refuse(self, *_: object) -> None:
        raise _Unwelcome("a document type is declared")


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    return zlib.decompressobj(wbits=31).decompress(body, MOST_BYTES)
