"""Sitemaps: valid and invalid ones, and attacks on XML parsers."""

import gzip

import pytest

from scanner.parsing import sitemap_xml

BOMB = (
    b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>'
    b"<urlset><url><loc>&lol2;</loc></url></urlset>"
)
EXTERNAL_ENTITY = (
    b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'
)


DOCTYPE = b"<!DOCTYPE urlset><urlset><url><loc>https://a.example/</loc></url></urlset>"
TOO_LARGE = gzip.compress(b"<urlset>" + b" " * sitemap_xml.MAX_BYTES + b"</urlset>", 1, mtime=0)


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        EXTERNAL_ENTITY,
        DOCTYPE,
        TOO_LARGE,
        b"",
        b"<html></html>",
        b"<urlset>",
        b"<urlset></urlset",
        b"\x1f\x8bno gzip",
    ],
)
def test_invalid_sitemap_has_a_fault_and_no_url(body: bytes) -> None:
    sitemap = sitemap_xml.parse(body)

    assert sitemap.fault
    assert sitemap.urls == []


def test_gzip_sitemap_is_parsed() -> None:
    sitemap = sitemap_xml.parse(gzip.compress(b"<urlset><url><loc>https://a.example/</loc></url></urlset>"))

    assert (sitemap.fault, sitemap.urls) == (None, ["https://a.example/"])


def test_sitemap_urls_do_not_include_images() -> None:
    sitemap = sitemap_xml.parse(
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        b'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc> https://a.example/&amp;b '
        b"</loc>"
        b"<image:image><image:loc>https://a.example/i.png</image:loc></image:image></url></urlset>"
    )

    assert (sitemap.fault, sitemap.urls) == (None, ["https://a.example/&b"])


@pytest.mark.parametrize(
    ("body", "root", "urls"),
    [
        (b"\xef\xbb\xbfhttps://a.example/\r\nhttp://a.example/b\n\n", "text file", 2),
        (gzip.compress(b"https://a.example/", mtime=0), "text file", 1),
        (b"<rss version='2.0'><channel><item/></channel></rss>", "rss", 0),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "feed", 0),
    ],
)
def test_lists_of_urls_and_feeds_are_sitemaps(body: bytes, root: str, urls: int) -> None:
    sitemap = sitemap_xml.parse(body)

    assert (sitemap.fault, sitemap.root, len(sitemap.urls)) == (None, root, urls)


@pytest.mark.parametrize("body", [b"https://a.example/ and more", b"/a\n/b", b"not found"])
def test_other_text_is_no_sitemap(body: bytes) -> None:
    assert sitemap_xml.parse(body).fault
