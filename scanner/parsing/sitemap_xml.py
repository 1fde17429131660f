"""Parse sitemaps (sitemaps.org)."""

import re
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from xml.sax import SAXException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl, InputSource

from defusedxml.common import DTDForbidden
from defusedxml.expatreader import DefusedExpatParser

MAX_URLS = 50_000  # sitemaps.org: at most 50,000 URLs
MAX_BYTES = 10 * 1024 * 1024  # of a sitemap that is compressed with gzip
# Root elements of sitemaps, of RSS 2.0 and of Atom.
_ROOTS = ("urlset", "sitemapindex", "rss", "feed")
_TEXT_URL = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass
class Sitemap:
    """A parsed sitemap: its root element, the URLs in it, and why it is invalid (None when it is valid)."""

    root: str = ""
    urls: list[str] = field(default_factory=list)
    fault: str | None = None

    @property
    def is_index(self) -> bool:
        return self.root == "sitemapindex"


def parse(body: bytes) -> Sitemap:
    """Parse a sitemap, a text file with a URL in each line, or a feed, compressed with gzip or not. Never raises."""
    try:
        content = _decompressed(body)
    except zlib.error:
        return Sitemap(fault="it is not valid gzip")
    return _parse_text(content) or _parse_xml(content)


def _parse_text(content: bytes) -> Sitemap | None:
    lines = content[:MAX_BYTES].decode("utf-8-sig", errors="replace").split("\n")
    urls = [line.strip() for line in lines if line.strip()]
    return Sitemap("text file", urls[:MAX_URLS]) if urls and all(map(_TEXT_URL.fullmatch, urls)) else None


def _parse_xml(content: bytes) -> Sitemap:
    handler = _Handler()
    # A document type may define entities that expand to gigabytes.
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    source = InputSource()
    source.setByteStream(BytesIO(content))
    sitemap = handler.sitemap
    try:
        parser.parse(source)
    except DTDForbidden:
        sitemap.fault = "it declares a document type"
    except SAXException as error:
        sitemap.fault = f"it is not well-formed XML ({error.getMessage()})"[:200]
    except (ValueError, LookupError) as error:
        sitemap.fault = f"it cannot be read ({error})"[:200]
    else:
        if sitemap.root not in _ROOTS:
            sitemap.fault = f"its root element is {sitemap.root[:40]!r}, not urlset or sitemapindex"
    return sitemap


class _Handler(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.sitemap = Sitemap()
        self._in_loc = False
        self._text: list[str] = []

    def startElementNS(
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        namespace, local = name[0] or "", name[1]
        self.sitemap.root = self.sitemap.root or local
        # image:loc and video:loc have other namespaces and name no page.
        self._in_loc = local == "loc" and "image" not in namespace and "video" not in namespace
        self._text = []

    def characters(self, content: str) -> None:
        if self._in_loc:
            self._text.append(content)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        if self._in_loc and len(self.sitemap.urls) < MAX_URLS:
            self.sitemap.urls.append("".join(self._text).strip())
        self._in_loc = False


def _decompressed(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    # A kilobyte of gzip may expand to a megabyte.
    return zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES)
