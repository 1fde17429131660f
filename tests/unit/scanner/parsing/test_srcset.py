"""URLs in srcset and imagesrcset (HTML, 4.8.4.2.3)."""

import pytest

from scanner.parsing.srcset import urls_in_srcset


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("/a.png", ["/a.png"]),
        ("/a.png 1x, /b.png 2x", ["/a.png", "/b.png"]),
        ("/a.png 400w,\n  /b.png 800w", ["/a.png", "/b.png"]),
        ("/a.png, /b.png 2x", ["/a.png", "/b.png"]),
        ("/w_400,h_500/a.png 1x,/w_800,h_1000/a.png 2x", ["/w_400,h_500/a.png", "/w_800,h_1000/a.png"]),
        ("/a.png,/b.png 2x", ["/a.png,/b.png"]),
        ("data:image/png;base64,AAAA 1x, /b.png 2x", ["data:image/png;base64,AAAA", "/b.png"]),
        (" , ,/a.png,, ", ["/a.png"]),
        ("  ", []),
        ("", []),
    ],
)
def test_urls_in_srcset(text: str, urls: list[str]) -> None:
    assert urls_in_srcset(text) == urls
