"""A generated website: pages, resources, and the checks that it must fail."""

import random
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

HTML, TEXT, XML = "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/xml"
CSS, JAVASCRIPT = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
PNG, SVG, FONT, PDF = "image/png", "image/svg+xml", "font/woff2", "application/pdf"
COMPRESSIBLE = ("text/", "application/xml", "image/svg+xml")
LONG_LIVED = ("Cache-Control", "public, max-age=31536000, immutable")
WORDS = (
    "birch", "ceiling", "copper", "cushion", "evening", "frame", "garden", "glass",
    "grain", "hallway", "harbour", "kitchen", "ladder", "linen", "maple", "morning",
    "number", "oak", "paper", "pattern", "quiet", "rail", "river", "room",
    "shadow", "shelf", "silver", "stone", "story", "summer", "table", "velvet",
    "window", "winter",
)  # fmt: skip


@dataclass(frozen=True)
class SiteResponse:
    """A response."""

    body: bytes
    content_type: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()  # besides Content-Type and Content-Length


@dataclass(frozen=True)
class BenchmarkSite:
    """Responses by path."""

    pages: tuple[str, ...]
    responses: Mapping[str, SiteResponse]
    faults: frozenset[str]  # the keys of the checks that fail
    headers: tuple[tuple[str, str], ...] = ()
    server: str = "benchmark"
    compress: bool = True

    def respond(self, path: str) -> SiteResponse:
        missing = SiteResponse(b"<!doctype html><title>Not found</title><p>Not found", HTML, 404)
        return self.responses.get(path, missing)


def html_page(title: str, body: str, head: str, *headers: tuple[str, str]) -> SiteResponse:
    html = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
    return SiteResponse(html.encode(), HTML, headers=(("Cache-Control", "no-cache"), *headers))


def sentences(seed: str, count: int) -> str:
    """Return sentences of random words, the same for the same seed."""
    generator = random.Random(seed)  # noqa: S311 - not for security
    chosen = (generator.choices(WORDS, k=generator.randint(7, 13)) for _ in range(count))
    return " ".join(f"{' '.join(words).capitalize()}." for words in chosen)


def png(width: int, height: int, seed: str, *, noise: int = 0) -> bytes:
    """Return an RGB image; `noise` random bytes set its size in bytes."""
    generator = random.Random(seed)  # noqa: S311
    colour = bytes(generator.randrange(96, 224) for _ in range(3))
    row = width * 3
    pixels = bytearray(colour * (width * height))
    pixels[: min(noise, len(pixels))] = generator.randbytes(min(noise, len(pixels)))
    lines = b"".join(b"\0" + bytes(pixels[start : start + row]) for start in range(0, len(pixels), row))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def asset(body: bytes | str, content_type: str, *headers: tuple[str, str]) -> SiteResponse:
    """Return a static resource; by default it is cached for a year."""
    return SiteResponse(
        body.encode() if isinstance(body, str) else body, content_type, headers=headers or (LONG_LIVED,)
    )


def sitemap(origin: str, pages: tuple[str, ...]) -> SiteResponse:
    urls = "".join(f"<url><loc>{origin}{path}</loc></url>" for path in pages)
    text = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return SiteResponse(f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode(), XML)


def robots(origin: str) -> SiteResponse:
    """Return a robots.txt that allows everything and names the sitemap."""
    return SiteResponse(f"User-agent: *\nDisallow:\nSitemap: {origin}/sitemap.xml\n".encode(), TEXT)


def security_txt() -> SiteResponse:
    return SiteResponse(b"Contact: mailto:a@example.com\nExpires: 2099-01-01T00:00:00Z\n", TEXT)
