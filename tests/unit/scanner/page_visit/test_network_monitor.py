"""The transfer size of a page includes what a browser has loaded of a long recording, which it loads as it plays."""

import struct

import pytest

from scanner.browser.browser import Browser
from scanner.page_visit import visit_page
from tests.fakes.website import Answer, Site, served

HTML = [("Content-Type", "text/html; charset=utf-8")]
LONG = 30_000_000  # bytes, of which browsers load some before it plays
PAGE = """<!doctype html><html lang=en><title>A page of sounds</title><h1>Sounds</h1>
<p>Recordings of birds, each a minute long.</p><audio preload=%s src=/a.wav></audio>"""


def recording(length: int) -> Answer:
    """Return a WAV file with this many bytes of silence, of 16 bits, stereo."""
    form = struct.pack("<IHHIIHH", 16, 1, 2, 44_100, 176_400, 4, 16)
    data = struct.pack("<4sI", b"data", length) + bytes(length)
    body = struct.pack("<4sI4s4s", b"RIFF", 36 + length, b"WAVE", b"fmt ") + form + data
    return Answer(body, headers=[("Content-Type", "audio/wav"), ("Accept-Ranges", "bytes")])


@pytest.mark.needs_chromium
@pytest.mark.parametrize(("preload", "least", "most"), [("auto", 2_000_000, LONG), ("none", 200, 2_000)])
def test_unfinished_media_count_as_far_as_they_are_loaded(
    preload: str, least: int, most: int, chrome: Browser
) -> None:
    site = Site({"/": Answer(PAGE % preload, headers=HTML), "/a.wav": recording(LONG)})
    with served(site):
        snapshot = visit_page(chrome, site.url)

    assert least < snapshot.transfer_size < most
